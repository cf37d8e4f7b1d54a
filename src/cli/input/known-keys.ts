import { readFileSync } from "node:fs";
import { readKeyList, type KnownKeys, type KeyListFormat } from "../../keys/index.ts";
import { UsageError } from "../usage-error.ts";

/** Reads a `--known-keys` file: a list of keys, or a filter built from one. */
export function readKnownKeys(path: string, format: KeyListFormat = "auto"): KnownKeys {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(
      `The list of known keys ${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? "unknown error"}.`,
    );
  }
  return readKeyList(bytes, format);
}

/** For commander: collects an option that may be given more than once. */
export function gather(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
