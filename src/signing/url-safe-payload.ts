import { lateModule } from "../late-module.ts";
import { decodeBase64url, encodeBase64url } from "../encoding.ts";
import { BadPayload, InvalidOptionError } from "../errors.ts";
import { numberOrKind } from "../options.ts";
import { cannotShrink } from "./cannot-shrink.ts";

const buffer = lateModule("node:buffer");
const zlib = lateModule("node:zlib");

/*
 * The payload of itsdangerous's URL-safe serializers: UTF-8 in unpadded base64url. If zlib (RFC
 * 1950) makes it shorter by at least two bytes, the payload is a dot and the compressed bytes.
 * Builds of zlib compress differently, so compare compressed forms only after inflating.
 */

/**
 * The size of a cookie. With zlib's default of 16 KiB, allocating memory takes longer than
 * inflating.
 */
const CHUNK = 4096;

/**
 * How much more zlib may inflate than is allowed: the length is checked again afterwards. Without
 * it, workerd refuses payloads shorter than the limit, because its buffer grows in steps.
 */
const ROOM = 32_768;

/** The additional settings of the URL-safe serializers. */
export interface CompressionOptions {
  /**
   * Payloads of fewer bytes are not compressed, because starting zlib costs more time than signing.
   * The text may then be longer. Every reader of the format accepts it. Default: 0, as in
   * itsdangerous, so that every payload is compressed that becomes shorter.
   */
  readonly compressFrom?: number | undefined;
}

/** @throws InvalidOptionError if `compressFrom` is not a whole number of bytes. */
export function checkCompression({ compressFrom = 0 }: CompressionOptions): number {
  if (!Number.isSafeInteger(compressFrom) || compressFrom < 0)
    throw new InvalidOptionError(
      `The option compressFrom must be a whole number of bytes, at least 0. It got ${numberOrKind(compressFrom)}. Fix: compressFrom: 256.`,
    );
  return compressFrom;
}

/** The URL-safe form of a text. It is not compressed if it has fewer bytes than `compressFrom`. */
export function encodePayload(text: string, compressFrom: number): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length < compressFrom || cannotShrink(bytes)) return encodeBase64url(bytes);
  // The buffer has the size of the input: a longer result would not be used.
  const compressed = zlib().deflateSync(bytes, { chunkSize: Math.max(64, bytes.length) });
  return compressed.length < bytes.length - 1 ? `.${encodeBase64url(compressed)}` : encodeBase64url(bytes);
}

/**
 * The text of a URL-safe form.
 *
 * Call it after the signature was verified, or with a short form: inflating stops at `maxBytes`,
 * but costs time until then. Bytes after the end of the zlib stream are ignored, as in Python.
 *
 * @throws BadPayload if it is not canonical base64url, not zlib, longer than `maxBytes`, or not
 *   UTF-8.
 */
export function decodePayload(payload: string, maxBytes: number): string {
  const isCompressed = payload.startsWith(".");
  let bytes = decodeBase64url(isCompressed ? payload.slice(1) : payload);
  if (bytes === undefined) throw new BadPayload("The payload is not base64url.");
  if (isCompressed) bytes = inflate(bytes, maxBytes);
  if (bytes.length > maxBytes) throw new BadPayload(`The payload has more than ${maxBytes} bytes.`);
  if (!buffer().isUtf8(bytes)) throw new BadPayload("The payload is not UTF-8.");
  return bytes.toString("utf8");
}

function inflate(bytes: Buffer, maxBytes: number): Buffer {
  try {
    return zlib().inflateSync(bytes, { maxOutputLength: maxBytes + ROOM, chunkSize: CHUNK });
  } catch (cause) {
    // Its code is ERR_BUFFER_TOO_LARGE, but workerd gives none. In Jest the class is another one.
    throw new BadPayload(
      (cause as Error).name === "RangeError"
        ? `The payload has more than ${maxBytes} bytes.`
        : "The payload cannot be decompressed.",
      { cause },
    );
  }
}
