import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { KNOWN_FAULTS, LEFT } from "./known-faults.ts";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

function run(
  environment: Readonly<Record<string, string>>,
  ...args: readonly string[]
): { readonly lines: string[]; readonly status: number | null } {
  const vitest = [path("../../node_modules/vitest/vitest.mjs"), "run", "--root", path("faults-runs"), ...args];
  const { LATCHKEY_REQUIRE_ALL: _, ...inherited } = process.env;
  const { stdout, status } = spawnSync(process.execPath, vitest, {
    encoding: "utf8",
    env: { ...inherited, ...environment },
  });
  return { lines: stdout.trimEnd().split("\n"), status };
}

test("a run of some files shows the faults that its tests name", { timeout: 300_000 }, () => {
  const { lines, status } = run({ LATCHKEY_REQUIRE_ALL: "1" }, "other.fixture.ts");
  expect(lines).toEqual(["Known faults and the tests that hold their repair", "", "A18  repaired: 2 tests"]);
  expect(status).toBe(0);
});

test("a whole run shows every known fault, and the reason of each that is left", { timeout: 300_000 }, () => {
  const { lines, status } = run({ REPAIR_IS_LOST: "1" });
  expect(lines.slice(2).map((line) => line.split(" ")[0])).toEqual(KNOWN_FAULTS);
  expect(lines).toEqual(
    expect.arrayContaining([
      "C1   repaired: 2 tests",
      "C2   ✗ 1 of 1 tests failed",
      "C3   no test has passed",
      "C4   no test has passed",
      `C6   left: ${LEFT["C6"]}`,
      "S9   repaired: 1 test",
      "A18  repaired: 2 tests",
    ]),
  );
  expect(status).toBe(1);
});

test(
  "a whole run where nothing may be missing fails for a fault with neither a test nor a reason",
  { timeout: 300_000 },
  () => {
    const { lines, status } = run({ LATCHKEY_REQUIRE_ALL: "1" });
    expect(lines.at(-1)).toMatch(
      /^✗ Neither a passed test nor a reason \(test\/support\/known-faults\.ts\): C3, C4, C5, C7,.* J65$/,
    );
    expect(status).toBe(1);
    expect(run({}).status).toBe(0);
  },
);
