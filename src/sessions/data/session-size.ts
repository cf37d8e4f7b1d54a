import { SessionError } from "../../errors.ts";
import { comparableText, readSessionJson } from "./session-json.ts";

const NAMED_ENTRIES = 3;
const LONGEST_NAME = 40;

/**
 * The largest entries of a session's data, for the message of an error: names and sizes, and no
 * values.
 */
export function largestEntries(text: string): string {
  const sizes = Object.entries(readSessionJson(text) as Record<string, unknown>).map(([key, value]) => ({
    key,
    bytes: comparableText(value).length,
  }));
  const largest = sizes.sort((a, b) => b.bytes - a.bytes).slice(0, NAMED_ENTRIES);
  return largest
    .map(({ key, bytes }) => {
      const name = key.length > LONGEST_NAME ? `${key.slice(0, LONGEST_NAME)}…` : key;
      return `${JSON.stringify(name)} ${bytes.toLocaleString("en")} bytes`;
    })
    .join(", ");
}

/** Whether a session could not be saved for want of room. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof SessionError && (error.code === "cookie_too_large" || error.code === "session_too_large");
}
