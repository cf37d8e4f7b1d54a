import { SecretKeyError } from "../../errors.ts";

const HOW = `Fix: write a JSON array, SECRET_KEY_FALLBACKS='["old key"]', or a list with a comma after each key, SECRET_KEY_FALLBACKS='old key,'`;

/**
 * The keys in the text of the variable SECRET_KEY_FALLBACKS: a JSON array of strings, or strings
 * with commas between or after them. An empty text holds no key. A single string without a comma is
 * refused: it could be a list of one key or a mistake, and Flask reads it as a list of letters.
 *
 * @throws SecretKeyError `key_invalid` for anything else. The message says how to write it.
 */
export function parseFallbacks(
  text: string,
  place = "the environment variable SECRET_KEY_FALLBACKS",
): readonly string[] {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  if (trimmed.startsWith("[")) {
    const keys = parseArray(trimmed);
    if (keys === undefined)
      throw new SecretKeyError(
        "key_invalid",
        `The list of fallback keys in ${place} begins with "[", but is not a JSON array of strings. ${HOW}`,
      );
    return keys;
  }
  if (!trimmed.includes(","))
    throw new SecretKeyError(
      "key_invalid",
      `The list of fallback keys in ${place} is a single string without a comma, which may be a mistake. ${HOW}`,
    );
  const keys = trimmed
    .replace(/,$/, "")
    .split(",")
    .map((key) => key.trim());
  if (keys.includes(""))
    throw new SecretKeyError("key_invalid", `The list of fallback keys in ${place} holds an empty key. ${HOW}`);
  return keys;
}

/**
 * The text that `parseFallbacks` reads as these keys. It is safe between single quotes in a shell
 * or a .env file.
 */
export function formatFallbacks(keys: readonly string[]): string {
  return JSON.stringify(keys).replaceAll("'", String.raw`\u0027`);
}

function parseArray(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((key) => typeof key === "string") ? value : undefined;
  } catch {
    return undefined;
  }
}
