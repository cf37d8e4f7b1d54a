import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("K16: the report of a crashed process holds the environment, and the option on the page of keys leaves it out", () => {
  const holdsKey = (...options: readonly string[]): boolean => {
    const code = "process.stdout.write(JSON.stringify(process.report.getReport()))";
    const env = { ...process.env, SECRET_KEY: "a-key-for-this-test-alone" };
    return execFileSync(process.execPath, [...options, "-e", code], {
      env,
      encoding: "utf8",
      maxBuffer: 100_000_000,
    }).includes(env.SECRET_KEY);
  };
  const page = readFileSync(new URL("../../docs/keys.md", import.meta.url), "utf8");
  expect(page).toContain("--report-exclude-env");
  expect([holdsKey(), holdsKey("--report-exclude-env")]).toEqual([true, false]);
});
