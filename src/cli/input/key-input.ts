import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Io } from "../io.ts";
import { UsageError } from "../usage-error.ts";

/**
 * The source of a key for a command. It is never an argument, because every user of the machine can
 * list those.
 */
export interface KeySource {
  readonly stdin?: boolean;
  readonly file?: string;
  readonly env?: string;
}

/** A key as bytes, and the name of its source. */
export interface ReadKey {
  readonly bytes: Buffer;
  readonly source: string;
}

/** Reads one key. In a file or standard input, one newline at the end is not part of it. */
export async function readKeyInput({ stdin, file, env }: KeySource, io: Io): Promise<ReadKey> {
  if ([stdin, file, env].filter((given) => given !== undefined && given !== false).length > 1)
    throw new UsageError("There is more than one of --stdin, --file and --env. Fix: give one of them.");
  if (stdin === true) return { bytes: withoutNewline(await io.readInput()), source: "standard input" };
  if (file !== undefined) {
    try {
      return { bytes: withoutNewline(readFileSync(resolve(io.cwd, file))), source: `the file ${file}` };
    } catch (error) {
      throw new UsageError(
        `The file ${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown error"}.`,
      );
    }
  }
  const name = env ?? "SECRET_KEY";
  const value = io.env[name];
  if (value === undefined)
    throw new UsageError(
      `There is no environment variable ${name}. Fix: set it, or give the key with --stdin, --file or --env.`,
    );
  return { bytes: Buffer.from(value, "utf8"), source: `the environment variable ${name}` };
}

function withoutNewline(bytes: Buffer): Buffer {
  const end = bytes.at(-1) === 10 ? (bytes.at(-2) === 13 ? 2 : 1) : 0;
  return bytes.subarray(0, bytes.length - end);
}
