import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { buildFlaskDifferences } from "../../../scripts/build-flask-differences.ts";
import { KINDS } from "./kinds.ts";

const page = readFileSync(new URL("../../../docs/migrating-from-flask.md", import.meta.url), "utf8");

test("docs/migrating-from-flask.md has the differences that the comparison allows", () => {
  expect(page, "Run: npm exec -- node scripts/build-flask-differences.ts").toBe(buildFlaskDifferences(page));
});

test("each kind of difference has an id of its own, and whole sentences", () => {
  expect(new Set(KINDS.map(({ id }) => id)).size).toBe(KINDS.length);
  for (const { id, flask, here, why } of KINDS)
    for (const sentence of [flask, here, why])
      expect([id, sentence]).toEqual([id, expect.stringMatching(/^[A-Z0-9`[].*\.$/)]);
});
