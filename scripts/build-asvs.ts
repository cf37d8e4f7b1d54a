/**
 * Builds docs/asvs.md out of scripts/asvs-items.ts and the titles of the tests.
 *
 *     node scripts/build-asvs.ts
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ASVS, NIST, type Item, type Section } from "./asvs-items.ts";

/** A test, as the page names it. */
export interface NamedTest {
  readonly title: string;
  /** From the project's root. */
  readonly file: string;
}

const ROOT = new URL("../", import.meta.url);
const PAGE = new URL("docs/asvs.md", ROOT);
/** The title of a test: after `test(`, or after the table of `test.each` or `test.skipIf`. */
const TITLE = /(?:\btest\(|\)\()\s*"((?:[^"\\]|\\.)*)",/g;

/** All tests of the project, by their titles. */
export function readTests(): readonly NamedTest[] {
  return globSync("test/**/*.test.ts", { cwd: ROOT })
    .sort()
    .flatMap((file) => {
      const text = readFileSync(new URL(file, ROOT), "utf8");
      const titles = [...text.matchAll(TITLE)].map(([, title]) => title!);
      return [...new Set(titles)].map((title) => ({ title, file }));
    });
}

/**
 * The tests that show an item: those that begin with its id, and those that it names.
 *
 * @param standard "ASVS" or "NIST".
 * @throws Error for a name without a test, or with several.
 */
export function testsOf(standard: string, item: Item, all: readonly NamedTest[]): readonly NamedTest[] {
  const own = all.filter(({ title }) =>
    new RegExp(`^${standard} ${item.id.replaceAll(".", "\\.")}(?: [a-z-]+)?: `).test(title),
  );
  const named = (item.tests ?? []).map((name) => {
    const [found, ...others] = all.filter(({ title }) => title === name || title.startsWith(`${name}: `));
    if (found === undefined || others.length > 0)
      throw new Error(
        `${item.id} names "${name}", and ${found === undefined ? "no test" : "more than one test"} is called so.`,
      );
    return found;
  });
  return [...new Set([...own, ...named])];
}

/** The text of docs/asvs.md. */
export function buildAsvs(): string {
  const all = readTests();
  const page = [introduction()];
  for (const [standard, heading, sections] of [
    ["ASVS", "OWASP ASVS 5.0.0", ASVS],
    ["NIST", "NIST SP 800-63B-4, section 5", NIST],
  ] as const) {
    page.push(`## ${heading}\n`);
    if (standard === "NIST")
      page.push(
        "NIST does not number its sentences: the number is that of the section, and the words after it\nare ours.\n",
      );
    for (const each of sections) page.push(tableOf(standard, each, all));
  }
  return page.join("\n");
}

function tableOf(standard: string, { title, items }: Section, all: readonly NamedTest[]): string {
  const rows = items.map((item) => {
    const tests = testsOf(standard, item, all).map(({ title: name, file }) => `[${escaped(name)}](../${file})`);
    const answer = [escaped(item.note), ...(tests.length === 0 ? [] : [`Tests: ${tests.join("; ")}`])].join("<br>");
    return `| \`${item.id}\` | ${item.level} | ${escaped(item.requirement)} | **${item.status}** | ${answer} |`;
  });
  const level = standard === "ASVS" ? "level" : "word";
  return `### ${title}\n\n| id | ${level} | requirement, in our words | | how, or what is left to do |\n|---|---|---|---|---|\n${rows.join("\n")}\n`;
}

function introduction(): string {
  const items = [...ASVS, ...NIST].flatMap((each) => each.items);
  const count = (status: Item["status"]): number => items.filter((item) => item.status === status).length;
  return `<!-- Made by scripts/build-asvs.ts from scripts/asvs-items.ts and the titles of the tests. Do not edit. -->

# For auditors: OWASP ASVS and NIST

Each requirement of [OWASP ASVS](https://owasp.org/www-project-application-security-verification-standard/)
5.0.0 in V3.3, V3.5, V7, V9 and V11, and of [NIST SP 800-63B-4](https://pages.nist.gov/800-63-4/sp800-63b.html)
on sessions. The wording is ours and short: the standards' own text counts.

| | | |
|---|---|---|
| **met** | ${count("met")} | Latchkey meets it with its defaults in production. The tests that show it are named |
| **yours** | ${count("yours")} | The application has to do it. Tests that are named show what Latchkey does towards it |
| **not met** | ${count("not met")} | Latchkey does not meet it, or not in every format |

No requirement of these chapters is left out: a test compares the ids, and looks each named test up.
The attacks that tests carry out are in the [threat model](threat-model.md).
`;
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("[", "\\[").replaceAll("]", "\\]");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, buildAsvs());
