import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DIFFERENCES } from "./differences.ts";
import { ROOT } from "./names.ts";
import { RUNTIMES, type RuntimeName } from "./runtimes.ts";
import { suitesOf } from "./suites.ts";

const names = Object.keys(RUNTIMES) as RuntimeName[];

test("the suites run on every runtime", () => {
  const programs = ["nodes", "others"].map((name) => readFileSync(join(ROOT, `test/runtimes/${name}.test.ts`), "utf8"));
  const run = programs.flatMap((text) => [...text.matchAll(/[[ ]"(\w[^"]*)"[,\]]/g)].map(([, name]) => name));
  expect(new Set(run)).toEqual(new Set(names));
});

test("each difference names a file that runs there", () => {
  for (const { on, file } of DIFFERENCES)
    for (const name of on) expect(Object.values(suitesOf(name)).flat(), name).toContain(file);
});

test("docs/runtimes.md says what is different, and where", () => {
  const page = readFileSync(join(ROOT, "docs/runtimes.md"), "utf8").replaceAll(/\s+/g, " ");
  const items = [...page.matchAll(/- \*\*(\w+)\*\*:? ((?:(?! - \*\*).)*)/g)].map(([, on, text]) => `${on}: ${text}`);
  for (const { on, reason } of DIFFERENCES)
    for (const name of on) expect(items).toContainEqual(expect.stringContaining(`${name}: ${reason}.`));
  for (const name of names) expect(page).toContain(name.split(" ")[0]);
});
