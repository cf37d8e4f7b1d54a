import { globSync } from "node:fs";
import { resolve } from "node:path";
import type { Reporter, TestModule, Vitest } from "vitest/node";
import { KNOWN_FAULTS, LEFT } from "./known-faults.ts";
import { textTable } from "./text-table.ts";

/**
 * The ids at the beginning of a title, of a test or of a suite around it: "C4: …" and "C4, S1: …".
 */
const IDS = /(?:^|[\s(])([A-Z]\d{1,2}(?:, [A-Z]\d{1,2})*): /g;

/**
 * Ends a run with a table of the known faults and of the tests that hold their repair. A run of
 * some files shows the faults that its tests name. A whole run shows all, and where
 * LATCHKEY_REQUIRE_ALL=1, a fault without a passed test and without a reason fails it.
 */
export default class FaultsReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const isWhole = this.#isWhole(modules);
    const lines = new Map([...statesById(modules)].map(([id, states]) => [id, lineOf(states)]));
    for (const id of isWhole ? KNOWN_FAULTS : []) {
      if (!lines.has(id)) lines.set(id, LEFT[id] === undefined ? UNTESTED : `left: ${LEFT[id]}`);
    }
    const rows = KNOWN_FAULTS.filter((id) => lines.has(id)).map((id) => [id, lines.get(id)!]);
    if (rows.length === 0) return;
    process.stdout.write(textTable([["Known faults and the tests that hold their repair"], []]) + textTable(rows));
    const untested = rows.filter(([, line]) => line === UNTESTED).map(([id]) => id);
    if (untested.length === 0 || process.env["LATCHKEY_REQUIRE_ALL"] !== "1") return;
    process.exitCode = 1;
    process.stdout.write(
      `✗ Neither a passed test nor a reason (test/support/known-faults.ts): ${untested.join(", ")}\n`,
    );
  }

  /** Whether every test file has run, and no pattern of titles has left tests out. */
  #isWhole(modules: readonly TestModule[]): boolean {
    if (this.#vitest === undefined) return false;
    const { root, include, testNamePattern } = this.#vitest.config;
    const ran = new Set(modules.map(({ moduleId }) => moduleId));
    return (
      testNamePattern === undefined && globSync(include, { cwd: root }).every((file) => ran.has(resolve(root, file)))
    );
  }
}

const UNTESTED = "no test has passed";

/** What became of the tests that name each fault. */
function statesById(modules: readonly TestModule[]): Map<string, string[]> {
  const states = new Map<string, string[]>();
  for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
    const ids = [...test.fullName.matchAll(IDS)].flatMap(([, list]) => list!.split(", "));
    for (const id of new Set(ids)) states.set(id, [...(states.get(id) ?? []), test.result().state]);
  }
  return states;
}

function lineOf(states: readonly string[]): string {
  const count = (state: string): number => states.filter((other) => other === state).length;
  const [passed, failed] = [count("passed"), count("failed")];
  if (failed > 0) return `✗ ${failed} of ${states.length} tests failed`;
  if (passed === 0) return UNTESTED;
  return `repaired: ${passed} ${passed === 1 ? "test" : "tests"}`;
}
