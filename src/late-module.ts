import type * as AsyncHooks from "node:async_hooks";
import type * as BufferModule from "node:buffer";
import type * as Crypto from "node:crypto";
import type * as FileSystem from "node:fs";
import type * as Stream from "node:stream";
import type * as Timers from "node:timers/promises";
import type * as Util from "node:util";
import type * as Types from "node:util/types";
import type * as Zlib from "node:zlib";
import { LatchkeyError } from "./errors.ts";

/** The modules of Node that cost time when a program starts. */
interface LateModules {
  readonly "node:async_hooks": typeof AsyncHooks;
  readonly "node:buffer": typeof BufferModule;
  readonly "node:crypto": typeof Crypto;
  readonly "node:fs": typeof FileSystem;
  readonly "node:stream": typeof Stream;
  readonly "node:timers/promises": typeof Timers;
  readonly "node:util": typeof Util;
  readonly "node:util/types": typeof Types;
  readonly "node:zlib": typeof Zlib;
}

/**
 * A module of Node that is loaded when it is first used.
 *
 * An import statement loads it when the program starts, and then reads each of its exports, which
 * loads the modules behind them: for node:fs, node:util and node:crypto that takes as long as half
 * of an empty program (bench/start). Bundlers need not know of it, because it is not a file.
 *
 * @param name the module. node:diagnostics_channel, node:path and node:url are cheap: import them.
 * @returns a function that returns the module. Call it where the module is used, and not when the
 *   file is read.
 */
export function lateModule<Name extends keyof LateModules>(name: Name): () => LateModules[Name] {
  let loaded: LateModules[Name] | undefined;
  return () => (loaded ??= load(name) as LateModules[Name]);
}

/** Node has it since 22.3, Bun and Deno too. A Worker has it together with `Buffer`. */
function load(name: string): unknown {
  const { process } = globalThis as { readonly process?: Partial<NodeJS.Process> };
  const found = process?.getBuiltinModule?.(name);
  if (found !== undefined) return found;
  throw new LatchkeyError(
    "node_version",
    `This runtime has no process.getBuiltinModule for ${name}. Fix: on Cloudflare Workers, set the compatibility flag nodejs_compat and a compatibility date from 2024-09-23 on. Elsewhere use a newer runtime: docs/runtimes.md has those that are tested.`,
  );
}
