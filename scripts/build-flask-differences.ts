/**
 * Builds the table of differences in docs/migrating-from-flask.md from the file that the comparison
 * with the real Flask reads, so that the page has exactly what the test allows.
 *
 *     node scripts/build-flask-differences.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { KINDS } from "../test/flask/differential/kinds.ts";

const PAGE = new URL("../docs/migrating-from-flask.md", import.meta.url);
const BEGIN = "<!-- Made by scripts/build-flask-differences.ts from test/flask/differential/kinds.ts. Do not edit. -->";
const END = "<!-- The end of what is made. -->";

/**
 * The page with the present table.
 *
 * @throws Error for a page without the two marks.
 */
export function buildFlaskDifferences(page: string): string {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (start < 0 || end < start)
    throw new Error(`docs/migrating-from-flask.md has no place between "${BEGIN}" and "${END}".`);
  const rows = KINDS.map(({ flask, here, why }) => `| ${[flask, here, why].map(toCell).join(" | ")} |`);
  const table = ["| Flask | `latchkey/flask` | why |", "|---|---|---|", ...rows].join("\n");
  return `${page.slice(0, start)}${BEGIN}\n\n${table}\n\n${page.slice(end)}`;
}

function toCell(text: string): string {
  return text.replace(/\.$/, "").replaceAll("|", "\\|");
}

if (import.meta.main) {
  writeFileSync(PAGE, buildFlaskDifferences(readFileSync(PAGE, "utf8")));
  console.log(`${fileURLToPath(PAGE)}: ${KINDS.length} kinds of differences`);
}
