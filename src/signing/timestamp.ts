import { decodeBase64url, bytesToInteger, encodeBase64url, integerToBytes } from "../encoding.ts";

/** 9999-12-31T23:59:59Z, the last second that Python's datetime can say. */
export const LAST_TIMESTAMP = 253_402_300_799;

/** Unix seconds as itsdangerous writes them: big-endian bytes without leading zeros, in unpadded base64url. Zero is the empty text. */
export function encodeTimestamp(seconds: number): string {
  if (!Number.isSafeInteger(seconds) || seconds < 0 || seconds > LAST_TIMESTAMP) {
    throw new RangeError(`A timestamp is a whole number of seconds from 0 to ${LAST_TIMESTAMP}; what does the clock give?`);
  }
  return encodeBase64url(integerToBytes(seconds));
}

/** The Unix seconds of a text that `encodeTimestamp` wrote; undefined for any other text. */
export function decodeTimestamp(text: string): number | undefined {
  if (text.length > 7) return undefined; // five bytes reach beyond the last timestamp
  const bytes = decodeBase64url(text);
  if (bytes === undefined || bytes[0] === 0) return undefined;
  const seconds = bytesToInteger(bytes);
  return seconds !== undefined && seconds <= LAST_TIMESTAMP ? seconds : undefined;
}
