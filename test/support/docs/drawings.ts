import { blocksOf } from "./pages.ts";

/** A row of a drawing: a piece of a value. */
export interface Piece {
  /** How many characters or bytes come before it. */
  readonly at: number;
  readonly length: number;
  readonly part: string;
  readonly text: string;
}

/** The drawings of a page, by the first word of each: blocks whose rows are pieces of a value. */
export function drawingsOf(page: string): ReadonlyMap<string, readonly Piece[]> {
  return new Map(
    blocksOf(page).flatMap(({ language, text }) => {
      const [title = "", , ...lines] = text.trimEnd().split("\n");
      const name = /^(.+?), (?:characters|bytes)/.exec(title)?.[1];
      if (language !== "" || name === undefined) return [];
      return [[name, lines.map(pieceOf)] as const];
    }),
  );
}

function pieceOf(line: string): Piece {
  const [, at, length, part, text] = /^ *(\d+) +(\d+) +(\S+(?: \S+)*?) {2,}(\S.*)$/.exec(line) ?? [];
  if (text === undefined) throw new Error(`This row of a drawing has no place, length, part and text: ${line}`);
  return { at: Number(at), length: Number(length), part: part!, text };
}
