import { readFileSync, statSync } from "node:fs";
import { UsageError } from "../usage-error.ts";

/** A larger file is not one that a person wrote. */
const LARGEST = 1024 * 1024;

/**
 * The text of a file that is about to be changed. Undefined if there is no such file.
 *
 * @param name how errors name the file.
 * @throws UsageError for anything but a regular file with at most 1 MiB of UTF-8.
 */
export function readTextFile(path: string, name: string): string | undefined {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return undefined;
  if (!status.isFile()) throw notText(name, "it is not a regular file");
  if (status.size > LARGEST) throw notText(name, "it is larger than 1 MiB");
  const bytes = readFileSync(path);
  const text = bytes.toString("utf8");
  if (bytes.includes(0) || !Buffer.from(text, "utf8").equals(bytes)) throw notText(name, "it is not UTF-8");
  return text;
}

function notText(name: string, problem: string): UsageError {
  return new UsageError(
    `${name} was left as it is: ${problem}. Fix: save it as a text file in UTF-8, or move it away.`,
  );
}
