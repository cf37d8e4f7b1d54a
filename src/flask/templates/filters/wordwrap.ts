/**
 * The chunks that a line may be broken between: words, white space, and parts of words after a
 * hyphen.
 */
function chunksOf(line: string, hyphens: boolean): string[] {
  if (!hyphens) return line.split(/([\t\n\v\f\r ]+)/).filter((chunk) => chunk !== "");
  const word = String.raw`[\p{L}\p{N}_!"'&.,?]`;
  const letter = String.raw`[\p{L}_]`;
  const space = String.raw`[\t\n\v\f\r ]`;
  const nowhite = String.raw`[^\t\n\v\f\r ]`;
  const pattern = new RegExp(
    `(${space}+|(?<=${word})-{2,}(?=[\\p{L}\\p{N}_])|${nowhite}+?(?:-(?:(?<=${letter}{2}-)|(?<=${letter}-${letter}-))(?=${letter}-?${letter})|(?=${space}|$)|(?<=${word})(?=-{2,}[\\p{L}\\p{N}_])))`,
    "u",
  );
  return line.split(pattern).filter((chunk) => chunk !== undefined && chunk !== "");
}

/** Breaks one line as Python's textwrap does, with white space kept. */
export function wordwrap(line: string, width: number, breakLong: boolean, hyphens: boolean): string[] {
  const chunks = chunksOf(line, hyphens).reverse();
  const lines: string[] = [];
  const sizeOf = (chunk: string): number => [...chunk].length;
  while (chunks.length > 0) {
    const current: string[] = [];
    let size = 0;
    if (chunks.at(-1)!.trim() === "" && lines.length > 0) chunks.pop();
    while (chunks.length > 0 && size + sizeOf(chunks.at(-1)!) <= width) {
      size += sizeOf(chunks.at(-1)!);
      current.push(chunks.pop()!);
    }
    if (chunks.length > 0 && sizeOf(chunks.at(-1)!) > width) {
      const room = width < 1 ? 1 : width - size;
      if (breakLong) {
        const characters = [...chunks.pop()!];
        let end = room;
        // A long word is broken after a hyphen, if one is in reach.
        if (hyphens && characters.length > room) {
          const hyphen = characters.lastIndexOf("-", room - 1);
          if (hyphen > 0 && characters.slice(0, hyphen).some((character) => character !== "-")) end = hyphen + 1;
        }
        current.push(characters.slice(0, end).join(""));
        chunks.push(characters.slice(end).join(""));
      } else if (current.length === 0) current.push(chunks.pop()!);
    }
    if (current.length > 0 && current.at(-1)!.trim() === "") current.pop();
    if (current.length > 0) lines.push(current.join(""));
  }
  return lines;
}
