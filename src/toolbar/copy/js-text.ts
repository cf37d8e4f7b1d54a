import type { Piece } from "./placeholders.ts";

/** An expression of JavaScript for a text. A placeholder becomes a variable of that name. */
export function jsText(pieces: readonly Piece[]): string {
  const parts = merged(pieces).map((piece) => ("placeholder" in piece ? piece.placeholder : jsString(piece.text)));
  return parts.length === 0 ? '""' : parts.join(" + ");
}

/** Letters that are read as they are written. Others might turn the order of a line around. */
const READABLE = /[\u00a1-\u00ac\u00ae-\u024f\u0370-\u058f\u3040-\ud7ff]/;

/** A string literal. No character of the text can end it. */
export function jsString(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, (character) =>
    READABLE.test(character) ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function merged(pieces: readonly Piece[]): readonly Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (last !== undefined && "text" in last && "text" in piece)
      result[result.length - 1] = { text: last.text + piece.text };
    else result.push(piece);
  }
  return result;
}
