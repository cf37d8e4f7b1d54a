import { lateModule } from "../late-module.ts";
import { DEVELOPMENT_KEY_PREFIX, KEY_PREFIX } from "./prefixes.ts";

const zlib = lateModule("node:zlib");

/** A text that begins like a key that was made here. */
export interface OwnKey {
  readonly prefix: string;
  /** The random bytes. Undefined if the checksum does not fit them: the key was cut or mistyped. */
  readonly random: Buffer | undefined;
}

/** `generateSecretKey` makes no key with fewer random bytes. */
export const LEAST_RANDOM_BYTES = 16;
/** Nor one with more. */
export const MOST_RANDOM_BYTES = 1024;
const CHECKSUM_BYTES = 4;
/** The characters after the prefix in a key of 32 random bytes. */
export const USUAL_CHARACTERS = 48;

/** Also in capitals: a tool that changed the case of a key has made another key of it. */
const BEGINNING = new RegExp(`^(${DEVELOPMENT_KEY_PREFIX}|${KEY_PREFIX})`, "i");

/**
 * The text of a key: its prefix, and base64url of the random bytes and their checksum. The checksum
 * is CRC-32 (that of zlib and PNG), big endian. It finds mistakes of people and says nothing about
 * who made the key.
 */
export function formatOwnKey(prefix: string, random: Uint8Array): string {
  return prefix + Buffer.concat([random, checksumOf(random)]).toString("base64url");
}

/** Reads a key that was made here. Undefined for any other text. */
export function parseOwnKey(text: string): OwnKey | undefined {
  const prefix = BEGINNING.exec(text)?.[1];
  if (prefix === undefined) return undefined;
  const bytes = Buffer.from(text.slice(prefix.length), "base64url");
  const random = bytes.subarray(0, Math.max(0, bytes.length - CHECKSUM_BYTES));
  // The text is made again and compared, because base64 has several spellings of the same bytes.
  const isWhole =
    random.length >= LEAST_RANDOM_BYTES &&
    random.length <= MOST_RANDOM_BYTES &&
    formatOwnKey(prefix.toLowerCase(), random) === text;
  return { prefix: prefix.toLowerCase(), random: isWhole ? random : undefined };
}

function checksumOf(bytes: Uint8Array): Buffer {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32BE(zlib().crc32(bytes));
  return checksum;
}
