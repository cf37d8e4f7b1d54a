import { SecretKeyError } from "../../errors.ts";

const HOW = `Write a JSON array, SECRET_KEY_FALLBACKS='["old key"]', or a list with a comma after each key, SECRET_KEY_FALLBACKS='old key,'`;

/**
 * The keys in the text of the variable SECRET_KEY_FALLBACKS: a JSON array of texts, or texts with
 * commas between or behind them. An empty text is no key. One text without a comma is refused: it
 * might be a list of one or somebody's mistake, and Flask reads it as a list of letters.
 *
 * @throws SecretKeyError `key_invalid` for anything else; the message says how to write it.
 */
export function parseFallbacks(text: string, place = "the environment variable SECRET_KEY_FALLBACKS"): readonly string[] {
  const trimmed = text.trim();
  if (trimmed === "") return [];
  if (trimmed.startsWith("[")) {
    const keys = parseArray(trimmed);
    if (keys === undefined)
      throw new SecretKeyError(
        "key_invalid",
        `The list of fallback keys in ${place} begins like a JSON array, but is none of texts. ${HOW}`,
      );
    return keys;
  }
  if (!trimmed.includes(","))
    throw new SecretKeyError(
      "key_invalid",
      `The list of fallback keys in ${place} is one text without a comma, which is ambiguous. ${HOW}`,
    );
  const keys = trimmed
    .replace(/,$/, "")
    .split(",")
    .map((key) => key.trim());
  if (keys.includes("")) throw new SecretKeyError("key_invalid", `The list of fallback keys in ${place} holds an empty key. ${HOW}`);
  return keys;
}

/**
 * The text that `parseFallbacks` reads as these keys; safe between single quotes of a shell or a
 * .env file.
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
