import { readFileSync } from "node:fs";
import { join } from "node:path";
import { KnownKeys } from "./known-keys.ts";

let list: KnownKeys | "unavailable" | undefined;

/**
 * Whether a key is one of the published ones that nothing else gives away: keys out of public repositories, documentation and
 * tutorials, and the defaults of frameworks. False for published keys that are weak in themselves ("secret"): `gradeSecretKey` finds both.
 *
 * The key is looked up as it is, without white space around it, and with its characters as Latin-1 in place of UTF-8 and the reverse, since
 * a key's escapes are read as the one in some programs and as the other in others. One random key in a thousand million is found by chance.
 *
 * @example
 * ```ts
 * isPublishedKey("192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf"); // true: it is in Flask's documentation
 * ```
 */
export function isPublishedKey(key: string | Uint8Array): boolean {
  return lookUpPublished(Buffer.from(key as string)) === true;
}

/** The same; undefined if the list cannot be read. */
export function lookUpPublished(key: Uint8Array): boolean | undefined {
  list ??= open();
  if (list === "unavailable") return undefined;
  const published = list;
  return spellings(Buffer.from(key)).some((spelling) => published.has(spelling));
}

function open(): KnownKeys | "unavailable" {
  try {
    return KnownKeys.open(readFileSync(location()));
  } catch {
    // A bundle may lack the file. A server must still start: the grade says that this check was left out.
    return "unavailable";
  }
}

/** Beside this file. A bundle of CommonJS knows no address of its own, and has a folder instead. */
function location(): URL | string {
  if ((import.meta.url as string | undefined) === undefined) return join(__dirname, "published-keys.bin");
  return new URL("./published-keys.bin", import.meta.url);
}

/** The ways in which the same key may be written. */
function spellings(key: Buffer): readonly Buffer[] {
  const trimmed = trim(key);
  const found = trimmed.length === key.length ? [key] : [key, trimmed];
  if (trimmed.every((byte) => byte < 0x80)) return found;
  const text = trimmed.toString("utf8");
  if (Buffer.from(text, "utf8").equals(trimmed) && /^[\0-\u00ff]*$/.test(text)) found.push(Buffer.from(text, "latin1"));
  return [...found, Buffer.from(trimmed.toString("latin1"), "utf8")];
}

function trim(key: Buffer): Buffer {
  let start = 0;
  let end = key.length;
  while (start < end && isBlank(key[start])) start++;
  while (end > start && isBlank(key[end - 1])) end--;
  return key.subarray(start, end);
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}
