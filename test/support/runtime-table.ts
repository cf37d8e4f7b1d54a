import type { TestModule } from "vitest/node";
import { SUITES } from "../runtimes/suites.ts";
import { textTable } from "./text-table.ts";

/** What became of a suite on a runtime, as its test reports it (test/runtimes/suites-on.ts). */
export interface RuntimeCell {
  readonly runtime: string;
  readonly suite: string;
  readonly passed: number;
  /** How many failed for a reason. */
  readonly differences: number;
  /** How many did not run, for a reason. */
  readonly leftOut: number;
  /** How many failed or did not run without one. */
  readonly failed: number;
  /** The reasons, with the number of tests. */
  readonly reasons: readonly string[];
}

declare module "vitest" {
  interface TaskMeta {
    runtime?: RuntimeCell;
  }
}

/**
 * A line for each runtime, with a column for each suite: how many of its tests passed. The first
 * line is the runtime of the run itself. The reasons of tests that cannot pass stand below. Empty
 * where no other runtime ran.
 */
export function runtimeTable(modules: readonly TestModule[], own = process.version): string {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const others = tests.flatMap((test) => test.meta().runtime ?? []);
  if (others.length === 0) return "";
  const columns = Object.keys(SUITES);
  const cells = [
    ...columns.flatMap((suite) => ownCell(modules, suite, `Node ${own.slice(1)}, this run`) ?? []),
    ...others,
  ];
  const rows = [...new Set(cells.map(({ runtime }) => runtime))].map((runtime) => [
    runtime,
    ...columns.map((suite) => shown(cells.find((cell) => cell.runtime === runtime && cell.suite === suite))),
  ]);
  const reasons = new Set(others.flatMap((cell) => cell.reasons.map((reason) => `${cell.runtime}: ${reason}\n`)));
  return textTable([["Tests passed on", ...columns], ...rows]) + [...reasons].join("");
}

function shown(cell: RuntimeCell | undefined): string {
  if (cell === undefined) return "";
  const { passed, differences, leftOut, failed } = cell;
  if (failed > 0) return `✗ ${passed}, ${failed} failed`;
  const notes = [differences > 0 ? `${differences} differ` : [], leftOut > 0 ? `${leftOut} not run` : []].flat();
  return `✓ ${[passed, ...notes].join(", ")}`;
}

/** Undefined unless the run has all files of the suite. */
function ownCell(modules: readonly TestModule[], suite: string, runtime: string): RuntimeCell | undefined {
  const files = SUITES[suite]!.map((file) => modules.find((module) => module.moduleId.endsWith(`/${file}`)));
  if (files.includes(undefined)) return undefined;
  const states = files.flatMap((file) => [...file!.children.allTests()].map((test) => test.result().state));
  const broken = files.filter((file) => file!.errors().length > 0).length;
  const count = (state: string): number => states.filter((other) => other === state).length;
  const [passed, failed] = [count("passed"), count("failed") + broken];
  // A pattern of titles has left all of them out.
  if (passed + failed === 0) return undefined;
  return { runtime, suite, passed, differences: 0, leftOut: 0, failed, reasons: [] };
}
