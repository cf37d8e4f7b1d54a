import { encodeBase64url, integerToBytes } from "../encoding.ts";

/** 9999-12-31T23:59:59Z, the last second that Python's datetime can say. */
export const LAST_TIMESTAMP = 253_402_300_799;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** The number of each letter of base64url by its code; 255 for all others. */
const SEXTETS = new Uint8Array(128).fill(255);
for (let sextet = 0; sextet < 64; sextet++) SEXTETS[ALPHABET.charCodeAt(sextet)] = sextet;

// Thousands of texts are signed in the same second.
let lastSeconds = 0;
let lastText = "";

/**
 * Unix seconds as itsdangerous writes them: big-endian bytes without leading zeros, in unpadded
 * base64url. Zero is the empty text.
 */
export function encodeTimestamp(seconds: number): string {
  if (seconds === lastSeconds) return lastText;
  if (!Number.isSafeInteger(seconds) || seconds < 0 || seconds > LAST_TIMESTAMP) {
    throw new RangeError(`A timestamp is a whole number of seconds from 0 to ${LAST_TIMESTAMP}; what does the clock give?`);
  }
  lastText = encodeBase64url(integerToBytes(seconds));
  lastSeconds = seconds;
  return lastText;
}

/** The Unix seconds of a text that `encodeTimestamp` wrote; undefined for any other text. */
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
  // One spelling for each number: no letter that brings no byte, no bits behind the last byte, no
  // zero byte in front.
  if (spare === 64 || bits % spare !== 0) return undefined;
  const seconds = bits / spare;
  if (bytes > 0 && seconds < 2 ** (bytes * 8 - 8)) return undefined;
  return seconds <= LAST_TIMESTAMP ? seconds : undefined;
}
