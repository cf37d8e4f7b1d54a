/*
 * The encodings in signed values: unpadded base64url (RFC 4648 section 5), and big-endian unsigned
 * integers without leading zeros.
 *
 * Decoding is strict on purpose. `Buffer.from(text, "base64url")` accepts many spellings of the
 * same bytes (padding, white space, stray bits, even letters outside ASCII). Each extra spelling of
 * a signed value would bypass a deny list. So only the canonical form is read: the one that the
 * encoder writes.
 */

/**
 * Encodes bytes, or the UTF-8 bytes of a string, as base64url without padding.
 *
 * @throws TypeError for anything else.
 */
export function encodeBase64url(bytes: Uint8Array | string): string {
  if (typeof bytes === "string") return Buffer.from(bytes, "utf8").toString("base64url");
  if (!(bytes instanceof Uint8Array))
    throw new TypeError(
      `encodeBase64url(bytes) takes a Uint8Array or a string. It got a value of type ${typeof bytes}. Fix: pass the bytes or the text.`,
    );
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64url");
}

/**
 * Decodes what `encodeBase64url` wrote. Undefined for any other text, and for a value that is not a
 * string.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  if (typeof text !== "string") return undefined;
  const bytes = Buffer.from(text, "base64url");
  // Re-encode and compare, to accept only the canonical form.
  return bytes.toString("base64url") === text ? bytes : undefined;
}

/**
 * An integer from 0 to 2^53 - 1 as big-endian bytes without leading zeros. Zero has no bytes, as in
 * itsdangerous.
 */
export function integerToBytes(integer: number): Buffer {
  if (!Number.isSafeInteger(integer) || integer < 0)
    throw new RangeError("integerToBytes takes an integer from 0 to 2^53 - 1.");
  const hex = integer === 0 ? "" : integer.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
}

/**
 * Reads an integer from big-endian bytes, which may have leading zeros. Undefined above 2^53 - 1 or
 * beyond eight bytes.
 */
export function bytesToInteger(bytes: Uint8Array): number | undefined {
  if (bytes.length > 8) return undefined;
  let integer = 0;
  for (const byte of bytes) integer = integer * 256 + byte;
  return Number.isSafeInteger(integer) ? integer : undefined;
}
