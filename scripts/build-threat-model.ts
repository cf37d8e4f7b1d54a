/**
 * Builds docs/threat-model.md out of the tests in test/attacks, so that no line of it is without a
 * test.
 *
 *     node scripts/build-threat-model.ts
 *
 * Each file there is a family: its first comment has the family's name and one paragraph. Each test
 * has a name `<id>: <threat>` and a comment above it that says what Latchkey does.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

/** One line of the page. */
export interface Threat {
  /** `ATK-` and a word for an attack; else the standard and the number of its requirement. */
  readonly id: string;
  readonly threat: string;
  /** What Latchkey does. */
  readonly defence: string;
}

/** The threats of one test file. */
export interface Family {
  readonly title: string;
  readonly introduction: string;
  readonly file: string;
  readonly threats: readonly Threat[];
}

const FOLDER = new URL("../test/attacks/", import.meta.url);
const PAGE = new URL("../docs/threat-model.md", import.meta.url);
/** In the order in which a reader wants them. Others follow by their names. */
const ORDER = [
  "signature",
  "encoding",
  "time",
  "payload",
  "cookie-header",
  "cookie-attributes",
  "session-life",
  "keys",
  "logging",
  "toolbar",
  "primitives",
];

const ID =
  /^(?:ATK(?:-[a-z0-9]+)+|ASVS \d+\.\d+\.\d+(?: [a-z-]+)?|NIST \d+\.\d+(?:\.\d+)?(?: [a-z-]+)?|RFC ?\d+[a-z]*(?: [a-z-]+)?)$/;
const FAMILY = /^\/\*\n \* (.+)\n \*\n((?: \* .+\n)+) \*\//;
/** A comment of one line or of several, and the test below it. */
const TEST = /^\/\*\*(?: (.+) \*\/|\n((?: \* .+\n)+) \*\/)\ntest\("([^"]+?): (.+)", /gm;

/**
 * The families, in the page's order.
 *
 * @throws Error for a test or a file that does not have the form.
 */
export function readFamilies(): readonly Family[] {
  const files = globSync("*.test.ts", { cwd: FOLDER }).filter((file) => file !== "threat-model.test.ts");
  const rank = (file: string): number =>
    (ORDER.indexOf(basename(file, ".test.ts")) + ORDER.length + 1) % (ORDER.length + 1);
  const families = files.sort((one, two) => rank(one) - rank(two) || one.localeCompare(two)).map(readFamily);
  const ids = families.flatMap(({ threats }) => threats.map(({ id }) => id));
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new Error(`There are two tests with the id ${twice}.`);
  return families;
}

/** The text of a comment's lines. */
function joined(lines: string): string {
  return lines.replace(/^ \* /gm, "").trim().replaceAll("\n", " ");
}

function readFamily(file: string): Family {
  const text = readFileSync(new URL(file, FOLDER), "utf8");
  const [, title, paragraph] = FAMILY.exec(text) ?? [];
  if (title === undefined || paragraph === undefined)
    throw new Error(`${file} does not begin with a comment of a title and a paragraph.`);
  const threats = [...text.matchAll(TEST)].map(([, line, lines = "", id = "", threat = ""]): Threat => {
    if (!ID.test(id)) throw new Error(`${file}: "${id}" is no id of an attack or a requirement.`);
    return { id, threat, defence: line ?? joined(lines) };
  });
  const tests = text.match(/^\s*(?:test|it)\b/gm) ?? [];
  if (tests.length !== threats.length) {
    throw new Error(`${file} has ${tests.length} tests, and ${threats.length} of them have an id and a comment above.`);
  }
  return { title, introduction: joined(paragraph), file, threats };
}

/** The text of docs/threat-model.md. */
export function buildThreatModel(): string {
  const families = readFamilies();
  const count = families.reduce((sum, { threats }) => sum + threats.length, 0);
  const sections = families.map(
    ({ title, introduction, file, threats }) =>
      `## ${title}\n\n${wrapped(`${introduction} The tests are in [${file}](../test/attacks/${file}).`)}\n\n` +
      `| id | threat | what Latchkey does |\n|---|---|---|\n${threats.map(toRow).join("\n")}\n`,
  );
  return `${introductionOf(count)}\n${sections.join("\n")}`;
}

/** A paragraph in lines of at most 100 characters, as on the other pages. */
function wrapped(paragraph: string): string {
  const lines: string[] = [];
  let [line = "", ...words] = paragraph.split(" ");
  for (const word of words) {
    const longer = `${line} ${word}`;
    if (longer.length > 100) lines.push(line);
    line = longer.length > 100 ? word : longer;
  }
  return [...lines, line].join("\n");
}

function toRow({ id, threat, defence }: Threat): string {
  return `| ${[`\`${id}\``, `${threat.charAt(0).toUpperCase()}${threat.slice(1)}.`, defence].map(toCell).join(" | ")} |`;
}

function toCell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function introductionOf(count: number): string {
  return `<!-- Made by scripts/build-threat-model.ts from the names and comments of the tests in test/attacks. Do not edit. -->

# Threat model

## Who attacks, and with what

- **A visitor** sends any bytes as a Cookie header, and has any number of genuine cookies, but not
  the key.
- **A neighbour** runs another application on the same host, a sibling domain, or a script in a
  page, and can put cookies into a visitor's browser.
- **A thief** has a copy of a cookie, of the session store, of a log, or of a key that is no longer
  used.
- **A program with the same key** signs other things with it, or an older version of this one did.
- **A mistake** does as much harm: a key out of a tutorial, a clock that is wrong, a store that
  fails, a session that grows.

Anyone who has the current key, or runs code in the server, can do all that the server can. So can a
script in a page, in the name of the visitor who looks at it: HttpOnly keeps the cookie from it, not
the session. A GET of another site has the session, so it must not change anything:
[cross-site requests](csrf.md).

What Latchkey promises, and what it cannot, stands in [SECURITY.md](../SECURITY.md).

## How to read the tables

Each line is a test that carries out the attack through the package's own names, on every format and
store that it concerns; there are ${count}. \`ATK\` is an attack that is known against libraries of
this kind. \`ASVS\` is a requirement of OWASP's Application Security Verification Standard 5.0.0,
\`NIST\` a section of SP 800-63B-4, \`RFC6265bis\` the specification of cookies that browsers follow,
and \`RFC\` with a number that document. To run them: \`npx vitest run test/attacks\`, or with
\`-t "ASVS 7.2.4"\` one of them.
`;
}

if (import.meta.main) {
  writeFileSync(PAGE, buildThreatModel());
  console.log(
    `${fileURLToPath(PAGE)}: ${readFamilies().reduce((sum, { threats }) => sum + threats.length, 0)} threats`,
  );
}
