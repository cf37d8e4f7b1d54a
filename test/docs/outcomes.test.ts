import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPage, root } from "../support/docs/pages.ts";

test("the pages hold every sentence that says what the end of a request did, and no other", () => {
  const sources = globSync("src/sessions/**/*.ts", { cwd: root }).map((file) => readFileSync(join(root, file), "utf8"));
  const given = new Set(
    sources.flatMap((text) =>
      [...text.matchAll(/"((?:Nothing (?:sent|saved)|Sent|Saved|Removed|The cookie expired)[^"]*\.)"/g)].map(
        ([, why]) => why!,
      ),
    ),
  );
  const listed = ["docs/sessions.md", "docs/channels.md"].flatMap((page) =>
    [
      ...readPage(page)
        .replaceAll(/\n\s*/g, " ")
        .matchAll(/“((?:Nothing|Sent|Saved|Removed|The cookie expired)[^”]*\.)”/g),
    ].map(([, why]) => why!),
  );
  expect(given.size).toBeGreaterThan(15);
  expect([...new Set(listed)].sort()).toEqual([...given].sort());
});
