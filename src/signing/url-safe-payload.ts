import { isUtf8 } from "node:buffer";
import { deflateSync, inflateSync } from "node:zlib";
import { decodeBase64url, encodeBase64url } from "../encoding.ts";
import { BadPayload, InvalidOptionError } from "../errors.ts";
import { cannotShrink } from "./cannot-shrink.ts";

/*
 * The payload of itsdangerous's URL-safe serializers: UTF-8 in unpadded base64url. Where zlib (RFC
 * 1950) makes it shorter by two bytes at least, a dot and the compressed bytes. Builds of zlib
 * compress differently, so compressed forms are compared after inflating only.
 */

/**
 * A cookie's worth: with the 16 KiB that zlib takes by itself, more time goes into memory than into
 * inflating.
 */
const CHUNK = 4096;

/** What the URL-safe serializers can be told beside the rest. */
export interface CompressionOptions {
  /**
   * Payloads of fewer bytes are written as they are, which any reader of the format accepts:
   * starting zlib costs more time than signing does. 0 by default, as in itsdangerous: whatever
   * becomes shorter by it is compressed.
   */
  readonly compressFrom?: number | undefined;
}

/** @throws InvalidOptionError for anything but a whole number of bytes. */
export function checkCompression({ compressFrom = 0 }: CompressionOptions): number {
  if (!Number.isSafeInteger(compressFrom) || compressFrom < 0)
    throw new InvalidOptionError("compressFrom is a whole number of bytes, and not below 0.");
  return compressFrom;
}

/** The URL-safe form of a text; it is not compressed if it has fewer bytes than `compressFrom`. */
export function encodePayload(text: string, compressFrom: number): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length < compressFrom || cannotShrink(bytes)) return encodeBase64url(bytes);
  // What does not fit into so many bytes is not wanted.
  const compressed = deflateSync(bytes, { chunkSize: Math.max(64, bytes.length) });
  return compressed.length < bytes.length - 1 ? `.${encodeBase64url(compressed)}` : encodeBase64url(bytes);
}

/**
 * The text of a URL-safe form.
 *
 * Call it after the signature was verified, or with a form that is short: inflating stops at
 * `maxBytes`, but costs time until then. Bytes behind the end of the zlib stream are ignored, as in
 * Python.
 *
 * @throws BadPayload if it is not base64url as an encoder writes it, not zlib, longer than
 *   `maxBytes`, or not UTF-8.
 */
export function decodePayload(payload: string, maxBytes: number): string {
  const isCompressed = payload.startsWith(".");
  let bytes = decodeBase64url(isCompressed ? payload.slice(1) : payload);
  if (bytes === undefined) throw new BadPayload("The payload is not base64url.");
  if (isCompressed) bytes = inflate(bytes, maxBytes);
  else if (bytes.length > maxBytes) throw new BadPayload(`The payload has more than ${maxBytes} bytes.`);
  if (!isUtf8(bytes)) throw new BadPayload("The payload is not UTF-8.");
  return bytes.toString("utf8");
}

function inflate(bytes: Buffer, maxBytes: number): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: maxBytes, chunkSize: CHUNK });
  } catch (cause) {
    const isTooLong = (cause as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE";
    throw new BadPayload(isTooLong ? `The payload has more than ${maxBytes} bytes.` : "The payload cannot be decompressed.", { cause });
  }
}
