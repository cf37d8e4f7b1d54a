import { test } from "vitest";
import type { RuntimeCell } from "../runtime-table.ts";

const CELLS: readonly RuntimeCell[] = [
  { runtime: "Bun (1.0)", suite: "keys", passed: 7, differences: 0, leftOut: 0, failed: 0, reasons: [] },
  {
    runtime: "Bun (1.0)",
    suite: "adapters",
    passed: 5,
    differences: 2,
    leftOut: 1,
    failed: 0,
    reasons: ["it has no clocks (2)", "needs a sundial (1)"],
  },
  { runtime: "workerd (2.0)", suite: "keys", passed: 6, differences: 0, leftOut: 0, failed: 1, reasons: [] },
];
for (const cell of CELLS)
  test(`${cell.suite} on ${cell.runtime}`, ({ task }) => {
    task.meta.runtime = cell;
  });
