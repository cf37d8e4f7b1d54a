import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FULL } from "../contracts/store-suite.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "latchkey-bun-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("SqliteStore with bun:sqlite, in Bun", { timeout: 120_000 }, () => {
  let results: Record<string, Record<string, string>> = {};
  beforeAll(async () => {
    const args = ["run", `${root}/test/stores/bun-contract.ts`, join(folder, "contract.sqlite")];
    const { stdout } = await promisify(execFile)(`${root}/node_modules/.bin/bun`, args);
    results = JSON.parse(stdout) as typeof results;
  }, 120_000);

  for (const [part, contract] of Object.entries(FULL)) {
    describe(`keeps the contract of ${part}`, () => {
      // The cases run in Bun. Here only their names are needed.
      for (const { name } of contract(() => undefined as never))
        test(name, () => expect(results[part]?.[name]).toBe("ok"));
    });
  }
});
