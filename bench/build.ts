import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as core from "../src/index.ts";
import type * as express from "../src/adapters/express/index.ts";
import type * as fastify from "../src/adapters/fastify/index.ts";
import type * as flask from "../src/flask/index.ts";
import type * as hono from "../src/adapters/hono/index.ts";
import type * as koa from "../src/adapters/koa/index.ts";
import type * as node from "../src/adapters/node/index.ts";
import type * as signing from "../src/signing/index.ts";
import type * as memory from "../src/stores/memory.ts";
import type * as postgres from "../src/stores/postgres.ts";
import type * as redis from "../src/stores/redis.ts";

/**
 * The entry points that are measured, by the names that users import. Their types are imported by
 * paths, because the folder bench is a package of its own.
 */
interface EntryPoints {
  readonly latchkey: typeof core;
  readonly "latchkey/express": typeof express;
  readonly "latchkey/fastify": typeof fastify;
  readonly "latchkey/flask": typeof flask;
  readonly "latchkey/hono": typeof hono;
  readonly "latchkey/koa": typeof koa;
  readonly "latchkey/node": typeof node;
  readonly "latchkey/signing": typeof signing;
  readonly "latchkey/stores/memory": typeof memory;
  readonly "latchkey/stores/postgres": typeof postgres;
  readonly "latchkey/stores/redis": typeof redis;
}

type GradeSecretKey = (key: string) => unknown;

/** The dist folder of this checkout. */
export const OWN_DIST = join(dirname(fileURLToPath(import.meta.url)), "../dist");

/**
 * One build of this package, of this commit or of another one. The `exports` of the package.json
 * beside the dist folder say which file an entry point is, so files may move between two commits.
 */
export class Build {
  readonly #require: NodeJS.Require;
  /** The absolute path of the dist folder. */
  readonly dist: string;

  /** @param dist the dist folder, with its package.json and node_modules beside it. */
  constructor(dist: string) {
    if (!existsSync(dist))
      throw new Error(`There is no folder ${dist}. Fix: run "npm run build" in ${dirname(resolve(dist))}.`);
    this.dist = resolve(dist);
    this.#require = createRequire(join(this.dist, "../package.json"));
  }

  /** The exports of one entry point. */
  async entry<Name extends keyof EntryPoints>(name: Name): Promise<EntryPoints[Name]> {
    return (await this.#import(name)) as EntryPoints[Name];
  }

  /** From `latchkey/keys`, or from `latchkey` in a commit that has only that. */
  async gradeSecretKey(): Promise<GradeSecretKey> {
    const exports = (await this.#import("latchkey/keys").catch(async () => await this.#import("latchkey"))) as {
      gradeSecretKey: GradeSecretKey;
    };
    return exports.gradeSecretKey;
  }

  async #import(name: string): Promise<unknown> {
    return await import(pathToFileURL(this.#require.resolve(name)).href);
  }
}
