import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { SecretKey } from "../../index.ts";
import { loadKeyRing, readKeysText } from "../../keys/index.ts";
import type { Io } from "../io.ts";
import { formatOf } from "./usage-file.ts";
import { UsageError } from "../usage-error.ts";

/** All keys of one source, the current one first, and the name of the source. */
export interface ReadKeys {
  readonly source: string;
  readonly keys: readonly SecretKey[];
}

/**
 * The keys of a file. Without a file, the keys that a server with this environment would load.
 *
 * @param command the command of `latchkey key` that reads them, for messages.
 */
export function readKeys(file: string | undefined, io: Io, command: string): ReadKeys {
  return file === undefined ? fromEnvironment(io, command) : fromFile(file, io);
}

function fromFile(file: string, io: Io): ReadKeys {
  let text: string;
  try {
    text = readFileSync(resolve(io.cwd, file), "utf8");
  } catch (error) {
    throw new UsageError(
      `The file ${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown error"}.`,
    );
  }
  const { current, fallbacks } = readKeysText(text, formatOf(file));
  return { source: file, keys: [current, ...fallbacks].map((key) => SecretKey.from(key)) };
}

function fromEnvironment(io: Io, command: string): ReadKeys {
  if (["SECRET_KEY", "SECRET_KEY_FILE", "CREDENTIALS_DIRECTORY"].every((name) => io.env[name] === undefined)) {
    throw new UsageError(
      `Neither SECRET_KEY nor SECRET_KEY_FILE is set. Fix: name a file: latchkey key ${command} .env`,
    );
  }
  // Development mode, so that a bad key is shown with its grade and not refused. The grade itself
  // is the same.
  const ring = loadKeyRing({ env: io.env, mode: "development", directory: io.cwd, warn: () => undefined });
  return { source: ring.source, keys: [...ring] };
}
