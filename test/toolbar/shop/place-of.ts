import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";

/** A line of a file of the shop. */
export interface Place {
  /** "test/toolbar/shop/shop.ts:31", as the toolbar names it. */
  readonly where: string;
  /** The number of the line, and its text without the spaces around it. */
  readonly line: number;
  readonly text: string;
}

/**
 * The line of a file that ends with a mark.
 *
 * @param address `import.meta.url` of the file.
 * @param mark the comment at its end: "// N+1 in PostgreSQL".
 */
export function placeOf(address: string, mark: string): Place {
  const file = fileURLToPath(address);
  const lines = readFileSync(file, "utf8").split("\n");
  const found = lines.flatMap((text, index) => (text.endsWith(` ${mark}`) ? [{ text: text.trim(), index }] : []));
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) throw new Error(`${file} has ${found.length} lines that end ${mark}`);
  return { where: `${relative(process.cwd(), file)}:${only.index + 1}`, line: only.index + 1, text: only.text };
}
