/**
 * Builds docs/performance.md and its pictures out of the figures in bench/results, so that the page
 * says what was measured and nothing else.
 *
 *     node scripts/build-performance.ts
 *     node scripts/build-performance.ts --results artifacts/bench --out artifacts/bench
 *
 * `npm run bench` calls it. With `--out` the page and its pictures go to that folder.
 */
import { globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { growthPart, numberPart } from "./performance/growth-part.ts";
import { paragraphs } from "./performance/markdown.ts";
import { measuredPart } from "./performance/measured-part.ts";
import type { Part } from "./performance/part.ts";
import { flaskPart, startPart, storesPart, toolbarPart } from "./performance/programs-part.ts";
import { notMeasured, readResults, type Results } from "./performance/results.ts";
import { addedOnExpress, sessionsPart } from "./performance/sessions-part.ts";
import { signingPart } from "./performance/signing-part.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const NOTHING: Part = { text: "", pictures: {} };

/** The page and its pictures, by their paths from the folder of the page. */
export function performanceFiles(results: Results): Readonly<Record<string, string>> {
  const { sessions, auth, growth, number, signing } = results;
  const beside = sessions === undefined ? NOTHING : sessionsPart(sessions.figures, auth?.figures ?? []);
  const grown = growth === undefined ? NOTHING : growthPart(growth);
  const many = number === undefined ? NOTHING : numberPart(number.rows);
  const page = paragraphs(
    "<!-- Made by scripts/build-performance.ts from the figures in bench/results. Do not edit. -->",
    "# Performance",
    `What a session costs a request, beside other libraries, and how that grows. All figures are from
\`npm run bench\`, which anyone can run again: [how](../bench/README.md).`,
    "## What a session costs a request",
    sessions === undefined ? "" : addedOnExpress(sessions.figures),
    `Such figures are from one machine, and from a handler that does nothing. Yours does more: one query of
a database is often more than all of this. So they do not say how fast your application will be, how
many users a server carries, or how long a visitor waits. Compare the ratios, which differ less
from machine to machine, and measure your own application.`,
    measuredPart(results),
    beside.text === "" ? "" : paragraphs("## Sessions beside other libraries", HOW_TO_READ, beside.text),
    grown.text + many.text === "" ? "" : paragraphs("## How the cost grows", grown.text, many.text),
    startPart(results),
    signing === undefined ? "" : signingPart(signing.rows),
    storesPart(results),
    flaskPart(results),
    toolbarPart(results),
    ...notMeasuredPart(results),
  );
  const pictures = Object.entries({ ...beside.pictures, ...grown.pictures, ...many.pictures });
  return Object.fromEntries([
    ["performance.md", `${page}\n`],
    ...pictures.map(([name, svg]) => [`images/performance/${name}.svg`, svg] as const),
  ]);
}

function notMeasuredPart(results: Results): readonly string[] {
  const parts = notMeasured(results);
  if (parts.length === 0) return [];
  const why = `The figures of a store are times by the clock, which mean something only on a machine that does
nothing else.`;
  return [`Not measured: ${parts.join(", ")}.${parts.includes("stores") ? ` ${why}` : ""}`];
}

const HOW_TO_READ = paragraphs(
  `CPU time that a session adds to a request on the bare framework, Latchkey : the other library. Both
give the same guarantee on the same framework, and took turns in the same rounds. *Ahead* adds less,
*behind* more, *level* is within 10 % or 1 µs. Where one of the two adds less than 1 µs, the
difference stands there in place of a ratio. h3 has no adapter, so it stands beside node:http.`,
  `Auth.js is measured with its session in an encrypted cookie, a JWT. Its \`getSession\` does more than
to read: it answers as its own route for sessions would, asks callbacks, and makes the cookie anew. Its
\`getToken\` only opens the cookie, which is closer to what the others do. Handlers cannot change such a
session, so there is no write. better-auth is measured with its database in memory, and with a signed
copy of the session in a second cookie (*cookie cache*). Its sessions hold who a visitor is and nothing
that a handler changes, so there is no write either. The logins of the two were
not measured. They have a run of their own, with Latchkey beside them.`,
);

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      results: { type: "string", default: join(ROOT, "bench/results") },
      out: { type: "string", default: join(ROOT, "docs") },
    },
  });
  for (const old of globSync("images/performance/*.svg", { cwd: values.out })) rmSync(join(values.out, old));
  for (const [name, text] of Object.entries(performanceFiles(readResults(resolve(values.results))))) {
    const file = join(values.out, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
