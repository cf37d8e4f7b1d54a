import { InvalidOptionError } from "../../../errors.ts";
import { decodeGolombRice, encodeGolombRice } from "./golomb.ts";
import { digestOf } from "./digest-of.ts";
import { parseKeyList, type KeyListFormat } from "./known-keys-format.ts";
import { checkBytes, checkTextOrBytes, kindOf } from "../../../options.ts";

/*
 * A set of keys that can be searched but not read: a Golomb-Rice coded set of hashes with 46 bits
 * or more.
 *
 * The file: 8 bytes "LKKEYS", a NUL and the version 1; the number of entries as 4 bytes,
 * big-endian; one byte with the bits of a remainder; then the codes. The hash of a key is the first
 * 8 bytes of SHA-256(salt + key), scaled to the range of entries x 2^bits.
 */

const MAGIC = Buffer.from("LKKEYS\0\x01", "latin1");
const SALT = "latchkey known keys 1\0";
const SALT_BYTES = Buffer.from(SALT);
const HEADER_BYTES = MAGIC.length + 5;
/** A key that is not on the list is taken for a listed one once in 2^32. */
const BITS = 32;
/** With more entries, hashes would not fit into the 53 bits of a number. */
const MOST_ENTRIES = 2 ** 20;

/**
 * A list of keys that other people know. Pass it to `gradeSecretKey(key, { knownKeys: [list] })`.
 *
 * The list holds only hashes. A key on it is always found. Another key is taken for one on it once
 * in 4,294,967,296.
 */
export class KnownKeys {
  readonly #hashes: Float64Array;
  readonly #bits: number;

  private constructor(hashes: Float64Array, bits: number) {
    if (!(hashes instanceof Float64Array))
      throw new InvalidOptionError(
        "new KnownKeys() cannot be called. Fix: readKeyList(bytes), or KnownKeys.open(filter).",
      );
    this.#hashes = hashes;
    this.#bits = bits;
  }

  /**
   * Opens a filter that `buildKeyFilter` made.
   *
   * @throws InvalidOptionError if the bytes are not such a filter, or are damaged.
   */
  static open(filter: Uint8Array): KnownKeys {
    checkBytes("The filter in KnownKeys.open(filter)", filter);
    const bytes = Buffer.from(filter.buffer, filter.byteOffset, filter.byteLength);
    if (!isKeyFilter(bytes) || bytes.length < HEADER_BYTES)
      throw new InvalidOptionError(
        "These bytes are not a filter of known keys, or are of a version that this package cannot read. Fix: build it with buildKeyFilter(keys).",
      );
    const count = bytes.readUInt32BE(MAGIC.length);
    const bits = bytes[HEADER_BYTES - 1]!;
    const hashes =
      bits <= 32 && count <= MOST_ENTRIES ? decodeGolombRice(bytes.subarray(HEADER_BYTES), count, bits) : undefined;
    if (hashes === undefined)
      throw new InvalidOptionError(
        "The filter of known keys is damaged or incomplete. Fix: build it again with buildKeyFilter(keys).",
      );
    return new KnownKeys(hashes, bits);
  }

  /** The number of different keys on the list. */
  get size(): number {
    return this.#hashes.length;
  }

  /** Whether this key is on the list. A string counts as its UTF-8 bytes. */
  has(key: string | Uint8Array): boolean {
    checkTextOrBytes("The key in KnownKeys.has(key)", key);
    if (this.#hashes.length === 0) return false;
    const hash = hashOf(key, this.#hashes.length, this.#bits);
    let low = 0;
    let high = this.#hashes.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#hashes[middle]!;
      if (found === hash) return true;
      if (found < hash) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  }
}

/** Whether these bytes are a filter that `buildKeyFilter` made, by their beginning. */
export function isKeyFilter(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && MAGIC.equals(bytes.subarray(0, MAGIC.length));
}

/**
 * Turns keys into a filter of about 34 bits for each key. No key can be read from it, but a guessed
 * key can be tested against it. The same keys, in any order, give the same bytes.
 *
 * @throws InvalidOptionError for more than 1,048,576 different keys, and for a value that is not a
 *   list of keys.
 * @example
 * ```ts
 * writeFileSync("our-old-keys.bin", buildKeyFilter(["the key we once pasted into a chat"]));
 * ```
 */
export function buildKeyFilter(keys: Iterable<string | Uint8Array>): Uint8Array {
  const distinct = new Map<string, Buffer>();
  // A string is iterable too, but it is not a list of keys.
  if (
    typeof keys === "string" ||
    typeof (keys as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] !== "function"
  )
    throw new InvalidOptionError(
      `The keys in buildKeyFilter(keys) must be a list. It got ${kindOf(keys)}. Fix: buildKeyFilter([key]).`,
    );
  for (const key of keys) {
    checkTextOrBytes("Each key in buildKeyFilter(keys)", key);
    const bytes = Buffer.from(key as string);
    distinct.set(bytes.toString("latin1"), bytes);
  }
  if (distinct.size > MOST_ENTRIES)
    throw new InvalidOptionError(
      `A filter holds at most ${MOST_ENTRIES} keys. Fix: build several, and pass all of them as knownKeys.`,
    );
  const hashes = [...new Set([...distinct.values()].map((key) => hashOf(key, distinct.size, BITS)))].sort(
    (first, second) => first - second,
  );
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32BE(distinct.size, MAGIC.length);
  header[HEADER_BYTES - 1] = BITS;
  return Buffer.concat([header, encodeGolombRice(padded(hashes, distinct.size), BITS)]);
}

/**
 * Reads a list of known keys: a filter, or text with one key per line.
 *
 * @param bytes the file. A filter is recognised by its beginning.
 * @param format how a text is written. Default: `auto`. It unquotes and unescapes lines that are
 *   Python literals in quotes. Every other line is a key as it is, even with a `#` in front. `text`
 *   never unquotes. `base64` decodes each line.
 * @throws InvalidOptionError for a damaged filter, or for a line that does not fit the format. It
 *   names the line's number.
 * @example
 * ```ts
 * gradeSecretKey(key, { knownKeys: [readKeyList(readFileSync("leaked.txt"))] });
 * ```
 */
export function readKeyList(bytes: Uint8Array, format: KeyListFormat = "auto"): KnownKeys {
  checkBytes("The argument of readKeyList(bytes)", bytes);
  return KnownKeys.open(isKeyFilter(bytes) ? bytes : buildKeyFilter(parseKeyList(bytes, format)));
}

/**
 * The first 64 bits of the digest, times count x 2^bits, divided by 2^64. The calculation uses two
 * halves, so that all numbers stay below 2^53 for at most 2^20 keys and 32 bits.
 */
function hashOf(key: string | Uint8Array, count: number, bits: number): number {
  const digest = digestOf("sha256", typeof key === "string" ? SALT + key : Buffer.concat([SALT_BYTES, key]), "hex");
  const [high, low] = [Number.parseInt(digest.slice(0, 8), 16), Number.parseInt(digest.slice(8, 16), 16)];
  return Math.floor((high * count + Math.floor((low * count) / 2 ** 32)) / 2 ** (32 - bits));
}

/**
 * Two keys may share a hash (in one of many lists). The count in the header stays the number of
 * keys, so the hash is repeated.
 */
function padded(hashes: readonly number[], size: number): readonly number[] {
  return [...hashes, ...Array.from({ length: size - hashes.length }, () => hashes.at(-1)!)];
}
