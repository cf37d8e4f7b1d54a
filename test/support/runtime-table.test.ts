import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

test(
  "a run ends with a table of the suites that ran on other runtimes, and with the reasons",
  { timeout: 300_000 },
  () => {
    const args = [path("../../node_modules/vitest/vitest.mjs"), "run", "--root", path("runtime-runs")];
    const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(stdout).toBe(`\
Tests passed on  sessions  signing  vectors  stores  keys           adapters                  pains
Bun (1.0)                                            ✓ 7            ✓ 5, 2 differ, 1 not run
workerd (2.0)                                        ✗ 6, 1 failed
Bun (1.0): it has no clocks (2)
Bun (1.0): needs a sundial (1)
The planted key shows nowhere in 0 characters of output.
3 passed, 0 failed
`);
  },
);
