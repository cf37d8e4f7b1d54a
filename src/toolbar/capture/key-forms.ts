import { isUtf8 } from "node:buffer";
import { inspect } from "node:util";

/**
 * A shorter key is hidden only if it is the whole text. It occurs in longer texts by chance, and
 * hiding it there would make them unreadable.
 */
const SHORTEST = 4;
/** So many bytes of a key are enough to know it by. */
const SHOWN = 50;

/** The forms in which a key may occur in a text, each as source of a regular expression. */
export function formsOf(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes);
  const list = [...bytes];
  const hex = buffer.toString("hex");
  // Without padding, the padded form matches too.
  const texts = [buffer.toString("base64").replace(/=+$/, ""), buffer.toString("base64url"), hex];
  const patterns: string[] = [];
  if (isUtf8(buffer)) {
    const text = buffer.toString("utf8");
    texts.push(
      text,
      encodeURIComponent(text),
      new URLSearchParams([["", text]]).toString().slice(1),
      JSON.stringify(text).slice(1, -1),
      inspect(text).slice(1, -1),
    );
    const trimmed = text.trim();
    if (trimmed.length >= SHORTEST) texts.push(trimmed);
  } else {
    texts.push(buffer.toString("latin1"));
  }
  if (list.length >= 8) {
    const digits = list.map((byte) => byte.toString(16).padStart(2, "0"));
    patterns.push(listPattern(digits, " ?"), listPattern(list, "[,\\s]+"));
  }
  const escaped = texts
    .filter((text) => text !== "")
    .map((text) => (text.length >= SHORTEST ? escapePattern(text) : `^${escapePattern(text)}$`));
  return [...escaped, ...patterns];
}

/**
 * Bytes one after the other. console.log shows fifty of a Buffer, and a list may be cut as well.
 */
function listPattern(bytes: readonly (number | string)[], separator: string): string {
  const rest = bytes.slice(SHOWN).reduceRight((inner: string, byte) => `(?:${separator}${byte}${inner})?`, "");
  return bytes.slice(0, SHOWN).join(separator) + rest;
}

/** Escapes a text, so that it matches itself in a regular expression. */
export function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
