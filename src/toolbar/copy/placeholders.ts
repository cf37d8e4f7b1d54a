import { escapePattern } from "../capture/key-forms.ts";
import { SECRET_SHAPES } from "../capture/redact/secret-shapes.ts";

/** A piece of a text: as it was, or a value that has to be filled in. */
export type Piece = { readonly text: string } | { readonly placeholder: string };

/** What redaction leaves behind: see capture/redact.ts. */
const NAMES = ["secret key", "hidden value", "AWS secret", ...SECRET_SHAPES.map(({ name }) => name)];
const REDACTED = new RegExp(`•{4,}|\\[(?:${NAMES.map(escapePattern).join("|")})\\]`, "g");
/** A text that was cut when it was recorded cannot be sent again. */
const CUT = /… \(\d+ characters\)$/;
const LONGEST_NAME = 40;

/**
 * Names for the values that a record does not hold, because they are secret. They are the same in
 * the command, the call and the test.
 */
export class Placeholders {
  readonly #names = new Set<string>();

  /** All names so far, in the order of their first use. */
  get names(): readonly string[] {
    return [...this.#names];
  }

  /**
   * Cuts a text where a value was hidden.
   *
   * @param kind what the value is of: "header", "field".
   * @param name its name; any text.
   */
  pieces(kind: string, name: string, text: string): readonly Piece[] {
    if (CUT.test(text)) return [this.of(kind, name)];
    const pieces: Piece[] = [];
    let at = 0;
    for (const match of text.matchAll(REDACTED)) {
      if (match.index > at) pieces.push({ text: text.slice(at, match.index) });
      pieces.push(this.of(kind, name));
      at = match.index + match[0].length;
    }
    if (at < text.length || pieces.length === 0) pieces.push({ text: text.slice(at) });
    return pieces;
  }

  /** The placeholder for a value of which nothing is known. */
  of(kind: string, name: string): Piece {
    const words = `${kind}_${name}`
      .toUpperCase()
      .replace(/[^A-Z0-9]+/g, "_")
      .replace(/^_+|_+$/g, "")
      .slice(0, LONGEST_NAME);
    this.#names.add(words);
    return { placeholder: words };
  }

  /** Whether a text has no hidden part. */
  static isWhole(text: string): boolean {
    // Not `test`, which would leave its place behind for the next search.
    return text.search(REDACTED) === -1 && !CUT.test(text);
  }
}
