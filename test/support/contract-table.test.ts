import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

test("a run ends with a table of the contracts that ran, what failed, and its count", { timeout: 300_000 }, () => {
  const args = [path("../../node_modules/vitest/vitest.mjs"), "run", "--root", path("contract-runs")];
  const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(stdout).toBe(`\
Keeps the contract of                    SessionStore  IndexedStore  adapters
A store with a client                    ✓ 2/2         ✗ 1/2 failed
A store on a server that does not start  ✗ 0/2 failed
A store cut short                        1/2
A framework                                                          ✓ 1/1
A store of a file that is not ready      ✗ 0/1 failed
✗ broken.fixture.ts did not load: nothing of it has run
✗ broken.fixture.ts: this file does not load
✗ some.fixture.ts: A store > on a server that does not start: no server
✗ some.fixture.ts: A store > with a client > keeps the contract of IndexedStore > a case that fails: expected 1 to be 2 // Object.is equality
✗ unready.fixture.ts: nothing is ready
The planted key shows nowhere in 0 characters of output.
6 passed, 4 failed, 6 skipped
`);
  expect(status).toBe(1);
});
