import type { Spread } from "../../bench/spread.ts";

/** A table in Markdown. Cells below a head that ends with `>` are aligned to the right. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(heads.map((head) => head.replace(/>$/, ""))),
    line(heads.map((head) => (head.endsWith(">") ? "---:" : "---"))),
    ...rows.map(line),
  ].join("\n");
}

/** A median with its rounds: "1.25 (1.01 to 1.50)". */
export function shown({ median, min, max }: Spread, digits: number): string {
  return `${number(median, digits)} (${number(min, digits)} to ${number(max, digits)})`;
}

/** A number with so many digits, and a sign of minus that is no hyphen. */
export function number(value: number, digits: number): string {
  const text = Math.abs(value).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return value < 0 && Number(text.replaceAll(",", "")) !== 0 ? `−${text}` : text;
}

/**
 * Paragraphs of a page, without those that are empty. Prose is wrapped; tables and the like stay.
 */
export function paragraphs(...parts: readonly string[]): string {
  return parts
    .filter((part) => part !== "")
    .map((part) => (/^[|#!<]/.test(part) || part.includes("\n\n") ? part : wrapped(part)))
    .join("\n\n");
}

/** Words of prose in lines of at most 100 columns. */
function wrapped(prose: string): string {
  const lines: string[] = [];
  for (const word of prose.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= 100) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join("\n");
}
