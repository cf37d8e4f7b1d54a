import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPage, root } from "../support/docs/pages.ts";

test("docs/errors.md lists the code of every warning in the source, and no other", () => {
  const sources = globSync("src/**/*.ts", { cwd: root }).map((file) => readFileSync(join(root, file), "utf8"));
  const given = new Set(
    sources.flatMap((text) => [...text.matchAll(/"(LATCHKEY_[A-Z_]+)"/g)].map(([, code]) => code!)),
  );
  // The name of an environment variable.
  given.delete("LATCHKEY_ENV");
  const listed = [...readPage("docs/errors.md").matchAll(/^\| `(LATCHKEY_[A-Z_]+)` \|/gm)].map(([, code]) => code);
  expect(given.size).toBeGreaterThan(5);
  expect(listed).toEqual([...given].sort());
});
