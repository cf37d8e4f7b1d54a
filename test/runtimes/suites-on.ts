import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { requirement } from "../support/requirements.ts";
import { DIFFERENCES, LEFT_OUT, type Difference } from "./differences.ts";
import { runOn, type FileResults } from "./run-on.ts";
import { RUNTIMES, versionOf, type RuntimeName } from "./runtimes.ts";
import { suitesOf } from "./suites.ts";

/**
 * Holds the suites to what they do on a runtime. They may fail only for a reason that is listed.
 */
export function suitesOn(name: RuntimeName): void {
  const isInstalled = requirement(`${name} (npm ci, and npm ci --prefix test/runtimes/nodes)`, () =>
    existsSync(RUNTIMES[name].package) ? true : undefined,
  );
  describe.skipIf(!isInstalled)(`the suites on ${name}`, { timeout: 900_000 }, () => {
    // All of them run in one process, which the first test starts and all wait for.
    let running: Promise<readonly FileResults[]> | undefined;

    for (const [suite, files] of Object.entries(suitesOf(name)))
      test(`${suite} pass, but for differences of the runtime with a reason`, async ({ task }) => {
        running ??= runOn(name);
        const results = (await running).filter(({ file }) => files.includes(file));
        const listed = DIFFERENCES.filter((one) => one.on.includes(name) && files.includes(one.file));
        const failed = results.flatMap(({ file, failed: tests }) => tests.map((one) => ({ file, ...one })));
        const matching = ({ file, tests }: Difference): readonly string[] =>
          failed.filter((one) => one.file === file && tests.test(one.name)).map((one) => one.name);
        const unlisted = failed.filter(
          (one) => !listed.some(({ file, tests }) => file === one.file && tests.test(one.name)),
        );
        const skipped = results.flatMap(({ skipped: tests }) => tests);
        const reasons = LEFT_OUT.filter(({ on }) => on.includes(name)).map(({ reason }) => reason);
        const unexplained = skipped.filter(({ reason }) => !reasons.includes(reason));
        task.meta.runtime = {
          runtime: `${name} (${versionOf(name)})`,
          suite,
          passed: results.reduce((sum, { passed }) => sum + passed.length, 0),
          differences: failed.length - unlisted.length,
          leftOut: skipped.length - unexplained.length,
          failed: unlisted.length + unexplained.length,
          reasons: [
            ...listed.map((one) => `${one.reason} (${matching(one).length})`),
            ...reasons.flatMap((reason) => {
              const count = skipped.filter((one) => one.reason === reason).length;
              return count === 0 ? [] : [`${reason} (${count})`];
            }),
          ],
        };
        expect(unlisted, "failed without a reason in test/runtimes/differences.ts").toEqual([]);
        expect(unexplained, "left out without a reason in test/runtimes/differences.ts").toEqual([]);
        const passing = listed.filter((one) => matching(one).length === 0);
        expect(passing, "passes, and has a reason in test/runtimes/differences.ts").toEqual([]);
        expect(results.filter(({ passed }) => passed.length === 0).map(({ file }) => file)).toEqual([]);
      });

    test("each reason to leave tests out is met", async () => {
      running ??= runOn(name);
      const met = new Set((await running).flatMap(({ skipped }) => skipped.map(({ reason }) => reason)));
      const listed = LEFT_OUT.filter(({ on }) => on.includes(name)).map(({ reason }) => reason);
      expect(listed.filter((reason) => !met.has(reason))).toEqual([]);
    });
  });
}
