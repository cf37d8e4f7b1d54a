import { encodeBase64url, integerToBytes } from "../encoding.ts";
import { numberOrKind } from "../options.ts";

/** 9999-12-31T23:59:59Z, the last second of Python's datetime. */
export const LAST_TIMESTAMP = 253_402_300_799;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** The value of each base64url letter, by its character code. 255 for all other characters. */
const SEXTETS = new Uint8Array(128).fill(255);
for (let sextet = 0; sextet < 64; sextet++) SEXTETS[ALPHABET.charCodeAt(sextet)] = sextet;

// Caches the last text, because a server signs thousands of texts in the same second.
let lastSeconds = 0;
let lastText = "";

/**
 * Unix seconds as itsdangerous writes them: big-endian bytes without leading zeros, in unpadded
 * base64url. Zero is the empty string.
 */
export function encodeTimestamp(seconds: number): string {
  if (seconds === lastSeconds) return lastText;
  if (!Number.isSafeInteger(seconds) || seconds < 0 || seconds > LAST_TIMESTAMP) {
    throw new RangeError(
      `A timestamp must be a whole number of seconds from 0 to ${LAST_TIMESTAMP}. The clock returned ${numberOrKind(seconds)}. Fix: check the option clock.`,
    );
  }
  lastText = encodeBase64url(integerToBytes(seconds));
  lastSeconds = seconds;
  return lastText;
}

/** Reads the Unix seconds that `encodeTimestamp` wrote. Undefined for any other text. */
export function decodeTimestamp(text: string): number | undefined {
  if (text.length > 7) return undefined; // five bytes reach beyond the last timestamp
  let bits = 0;
  for (let index = 0; index < text.length; index++) {
    const sextet = SEXTETS[text.charCodeAt(index)] ?? 255;
    if (sextet === 255) return undefined;
    bits = bits * 64 + sextet;
  }
  const bytes = Math.floor((text.length * 6) / 8);
  const spare = 2 ** (text.length * 6 - bytes * 8);
  // Accept only the canonical form: no letter without a byte, no bits after the last byte, and no
  // zero byte in front.
  if (spare === 64 || bits % spare !== 0) return undefined;
  const seconds = bits / spare;
  if (bytes > 0 && seconds < 2 ** (bytes * 8 - 8)) return undefined;
  return seconds <= LAST_TIMESTAMP ? seconds : undefined;
}
