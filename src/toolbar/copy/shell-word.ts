import type { Piece } from "./placeholders.ts";

/**
 * One word of a bash command. Nothing in a text can end the word, start a command or expand.
 *
 * @param pieces a placeholder becomes a variable that must be set.
 * @param encoding the bytes that the word stands for: headers are Latin-1.
 */
export function shellWord(pieces: readonly Piece[], encoding: "latin1" | "utf8" = "utf8"): string {
  const words = pieces.map((piece) =>
    "placeholder" in piece ? `"\${${piece.placeholder}:?}"` : quoted(piece.text, encoding),
  );
  return words.join("") || "''";
}

function quoted(text: string, encoding: "latin1" | "utf8"): string {
  if (text === "") return "";
  if (/^[A-Za-z0-9_.,:/@%+=-]+$/.test(text)) return text;
  // The form $'…' writes each byte that is not plain ASCII as a number.
  if (/[^\x20-\x7e]/.test(text)) {
    return `$'${[...Buffer.from(text, encoding)]
      .map((byte) =>
        byte < 0x20 || byte > 0x7e
          ? `\\x${byte.toString(16).padStart(2, "0")}`
          : byte === 0x27 || byte === 0x5c
            ? `\\${String.fromCharCode(byte)}`
            : String.fromCharCode(byte),
      )
      .join("")}'`;
  }
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
