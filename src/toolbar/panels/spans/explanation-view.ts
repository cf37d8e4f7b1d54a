import { formatMilliseconds, formatValue } from "../../format.ts";
import type { Block, Cell } from "../../blocks.ts";
import type { Explanation } from "../../explanation.ts";

/** The most rows of a plan that are drawn. */
const MOST_ROWS = 300;

/**
 * A database's plan as blocks: lines of text as they are, the rows of SQLite as a tree, those of
 * MySQL as a table, and anything else as JSON.
 */
export function viewExplanation({ plan, problem, durationMs }: Omit<Explanation, "blocks">): readonly Block[] {
  if (problem !== null) return [{ kind: "note", tone: "warn", text: problem }];
  return [
    ...planBlocks(plan),
    { kind: "text", text: `The database answered in ${formatMilliseconds(durationMs)} ms.` },
  ];
}

function planBlocks(plan: unknown): readonly Block[] {
  if (typeof plan === "string") return [{ kind: "code", title: "Plan", text: plan }];
  if (Array.isArray(plan) && plan.length > 0 && plan.every((line) => typeof line === "string"))
    return [{ kind: "code", title: "Plan", text: plan.join("\n") }];
  const rows = Array.isArray(plan) ? plan.slice(0, MOST_ROWS).filter(isRow) : [];
  if (!Array.isArray(plan) || rows.length === 0 || rows.length < Math.min(plan.length, MOST_ROWS))
    return [{ kind: "code", title: "Plan", text: JSON.stringify(plan, null, 2) }];
  const columns = Object.keys(rows[0]!);
  const only = columns.length === 1 ? columns[0]! : undefined;
  if (only !== undefined && rows.every((row) => typeof row[only] === "string"))
    return [{ kind: "code", title: "Plan", text: rows.map((row) => String(row[only])).join("\n") }];
  if (rows.every((row) => typeof row["detail"] === "string" && typeof row["parent"] === "number"))
    return [{ kind: "code", title: "Plan", text: treeOf(rows) }];
  return [
    {
      kind: "table",
      title: "Plan",
      columns: columns.map((title) => ({ title })),
      rows: rows.map((row) => columns.map((name): Cell => ({ text: formatValue(row[name] ?? ""), mono: true }))),
    },
  ];
}

type Row = Readonly<Record<string, unknown>>;

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The steps of SQLite, each below the step that it belongs to. */
function treeOf(rows: readonly Row[]): string {
  const depths = new Map<unknown, number>();
  return rows
    .map(({ id, parent, detail }) => {
      const depth = (depths.get(parent) ?? -1) + 1;
      depths.set(id, depth);
      return "  ".repeat(depth) + String(detail);
    })
    .join("\n");
}
