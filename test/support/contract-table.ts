import type { TestModule, TestSuite } from "vitest/node";
import { textTable } from "./text-table.ts";

/**
 * The name of a suite that holds something to a contract: what it holds to it is named before, or
 * by the suites around it.
 */
const CONTRACT = /^(?:(.+) )?keeps the contract of (\w+)$/;

/**
 * A line for each thing that was held to a contract, with a column for each contract: how many of
 * its cases it has passed. It is read from the suites that ran, so that a contract that did not run
 * has no cell. Below it stand the files that did not load, because it is not known what they would
 * have held to which contract. Empty where there is nothing to tell.
 */
export function contractTable(modules: readonly TestModule[]): string {
  const columns = new Set<string>();
  const rows = new Map<string, { readonly name: string; readonly cells: Map<string, string> }>();
  for (const module of modules.toSorted((one, other) => (one.moduleId < other.moduleId ? -1 : 1))) {
    for (const suite of module.children.allSuites()) {
      const [, own, contract] = CONTRACT.exec(suite.name) ?? [];
      if (contract === undefined) continue;
      const cell = cellOf(suite);
      if (cell === undefined) continue;
      const name = [...around(suite).map((outer) => outer.name), own ?? ""].join(" ").trim();
      const key = `${module.moduleId} ${name}`;
      if (!rows.has(key)) rows.set(key, { name, cells: new Map() });
      rows.get(key)!.cells.set(contract, cell);
      columns.add(contract);
    }
  }
  const lines = [...rows.values()].map(({ name, cells }) => [
    name,
    ...[...columns].map((column) => cells.get(column) ?? ""),
  ]);
  const unloaded = modules.filter((module) => module.children.size === 0 && module.errors().length > 0);
  return (
    (rows.size === 0 ? "" : textTable([["Keeps the contract of", ...columns], ...lines])) +
    unloaded.map(({ relativeModuleId }) => `✗ ${relativeModuleId} did not load: nothing of it has run\n`).join("")
  );
}

/** Undefined if nothing of the suite has run, and nothing around it has failed. */
function cellOf(suite: TestSuite): string | undefined {
  const states = [...suite.children.allTests()].map((test) => test.result().state);
  const passed = states.filter((state) => state === "passed").length;
  const count = `${passed}/${states.length}`;
  if (states.includes("failed") || isBroken(suite)) return `✗ ${count} failed`;
  if (passed === 0) return undefined;
  return passed === states.length ? `✓ ${count}` : count;
}

/** Whether a hook has failed that its tests need: they count as skipped then. */
function isBroken(suite: TestSuite): boolean {
  const outer = [suite, ...around(suite)];
  return (
    outer.every(({ options }) => options.mode !== "skip") &&
    [...outer, suite.module].some((part) => part.errors().length > 0)
  );
}

/** The suites that a suite stands in, the outermost first. */
function around(suite: TestSuite): readonly TestSuite[] {
  const { parent } = suite;
  return parent.type === "suite" ? [...around(parent), parent] : [];
}
