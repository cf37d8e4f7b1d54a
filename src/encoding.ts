/*
 * Text and number forms that signed values are made of: unpadded base64url (RFC 4648 section 5) and
 * big-endian unsigned integers without leading zeros.
 *
 * Decoding is strict on purpose. `Buffer.from(text, "base64url")` accepts many spellings of the
 * same bytes (padding, white space, stray bits, even letters outside ASCII), and each extra
 * spelling of a signed value is a way around a deny list. What an encoder emits has exactly one
 * spelling, and only that one is read.
 */

/**
 * Bytes, or the UTF-8 bytes of a text, as base64url without padding.
 *
 * @throws TypeError for anything else.
 */
export function encodeBase64url(bytes: Uint8Array | string): string {
  if (typeof bytes === "string") return Buffer.from(bytes, "utf8").toString("base64url");
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(`Only bytes and text have a base64url form, not a value of type ${typeof bytes}.`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}

/**
 * The bytes that `encodeBase64url` wrote as this text; undefined for a text that it never writes,
 * and for what is not text.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  if (typeof text !== "string") return undefined;
  const bytes = Buffer.from(text, "base64url");
  // Whatever spelling was read, there is one that is written.
  return bytes.toString("base64url") === text ? bytes : undefined;
}

/**
 * An integer from 0 to 2^53 - 1 as big-endian bytes without leading zeros; 0 is no byte at all (as
 * itsdangerous writes it).
 */
export function integerToBytes(integer: number): Buffer {
  if (!Number.isSafeInteger(integer) || integer < 0) throw new RangeError("Only integers from 0 to 2^53 - 1 have a byte form here.");
  const hex = integer === 0 ? "" : integer.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
}

/**
 * The integer in big-endian bytes, leading zeros allowed; undefined above 2^53 - 1 or beyond eight
 * bytes.
 */
export function bytesToInteger(bytes: Uint8Array): number | undefined {
  if (bytes.length > 8) return undefined;
  let integer = 0;
  for (const byte of bytes) integer = integer * 256 + byte;
  return Number.isSafeInteger(integer) ? integer : undefined;
}
