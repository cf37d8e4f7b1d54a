import { isUtf8 } from "node:buffer";
import { inspect } from "node:util";

/**
 * A key shorter than this says nothing where it stands inside of a longer text, and hiding it would
 * leave nothing to read.
 */
const SHORTEST = 4;

/** The forms in which a key may stand in a text, each as a source of a regular expression. */
export function formsOf(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes);
  const list = [...bytes];
  const hex = buffer.toString("hex");
  // The ends of a base64 text depend on what stands before and after; without padding, it is found
  // in the padded form too.
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
    // console.log shows fifty bytes of a Buffer.
    patterns.push(
      list
        .slice(0, 50)
        .map((byte) => byte.toString(16).padStart(2, "0"))
        .join(" ?"),
      list.slice(0, 50).join("[,\\s]+"),
    );
  }
  const escaped = texts
    .filter((text) => text !== "")
    .map((text) => (text.length >= SHORTEST ? escapePattern(text) : `^${escapePattern(text)}$`));
  return [...escaped, ...patterns];
}

/** The text as a regular expression that matches it alone. */
export function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
