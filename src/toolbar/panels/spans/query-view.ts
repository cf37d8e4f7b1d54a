import { counted, formatInteger, formatMilliseconds, formatValue } from "../../format.ts";
import type { Block, Cell, NumbersBlock, OpenableRow } from "../../blocks.ts";
import { brokenLines } from "../../sql/broken-lines.ts";
import type { QueryGroup, QueryRun, QueryStats } from "./query-stats.ts";
import { durationCell, remarks, shareOf, whereCell } from "./span-cells.ts";

/** The most values that are shown of a run's parameters. */
const MOST_PARAMETERS = 20;

/** Draws the queries of a request: figures, databases, and each statement with its runs. */
export function viewQueries(stats: QueryStats): readonly Block[] {
  if (stats.count === 0) return [{ kind: "text", text: "No SQL query was recorded for this request." }];
  const { groups, otherGroups, databases } = stats;
  return [
    { kind: "numbers", items: numbersOf(stats) },
    ...remarks(stats, "query", "queries"),
    ...(databases.length > 1 ? [databaseTable(stats)] : []),
    {
      kind: "table",
      title: "Statements, in the order of their first runs",
      columns: [
        { title: "Statement", grow: true },
        { title: "Runs", align: "right" },
        { title: "Rows", align: "right" },
        { title: "ms", align: "right" },
        { title: "Where" },
      ],
      rows: groups.map((group) => groupRow(group, stats)),
    },
    ...(otherGroups.groups === 0
      ? []
      : [
          {
            kind: "note" as const,
            tone: "info" as const,
            text: `${counted(otherGroups.groups, "more statement")} that took less time: ${counted(otherGroups.count, "query", "queries")}, ${formatMilliseconds(otherGroups.totalMs)} ms.`,
          },
        ]),
  ];
}

function numbersOf(stats: QueryStats): NumbersBlock["items"] {
  const { count, totalMs, similar, identical, rows, failed, slowCount, wallMs, requestMs } = stats;
  return [
    { value: formatInteger(count), label: count === 1 ? "Query" : "Queries" },
    { value: formatMilliseconds(totalMs), unit: "ms", label: "In all" },
    { value: shareOf(stats), unit: "%", label: "Of the request", meter: { value: wallMs, of: requestMs } },
    ...(similar === 0 ? [] : [{ value: formatInteger(similar), label: "Similar to an earlier one" }]),
    ...(identical === 0
      ? []
      : [{ value: formatInteger(identical), label: "Identical to an earlier one", tone: "warn" as const }]),
    ...(rows === null ? [] : [{ value: formatInteger(rows), label: "Rows" }]),
    ...(slowCount === 0 ? [] : [{ value: formatInteger(slowCount), label: "Slow", tone: "warn" as const }]),
    ...(failed === 0 ? [] : [{ value: formatInteger(failed), label: "Failed", tone: "error" as const }]),
  ];
}

function databaseTable({ databases, requestMs }: QueryStats): Block {
  return {
    kind: "table",
    title: "Databases",
    columns: [
      { title: "Database", grow: true },
      { title: "Queries", align: "right" },
      { title: "ms", align: "right" },
    ],
    rows: databases.map(({ system, database, count, totalMs: cost }) => [
      { text: [system, database].filter((name) => name !== "").join(" ") || "unknown", mono: true },
      count,
      durationCell(cost, requestMs),
    ]),
  };
}

function groupRow(group: QueryGroup, stats: QueryStats): OpenableRow {
  const { requestMs, slowFromMs } = stats;
  const { statement, count, rows, failed, totalMs: cost, slowestMs, lines } = group;
  const remark = [
    ...(failed > 0 ? [`✕ ${failed === count ? "failed" : `${formatInteger(failed)} failed`}`] : []),
    ...(slowestMs >= slowFromMs ? [`! slow: ${formatMilliseconds(slowestMs)} ms`] : []),
  ].join(" · ");
  const located = lines.filter(({ where }) => where !== "");
  return {
    cells: [
      {
        text: statement,
        mono: true,
        ...(failed > 0
          ? { tone: "error" as const }
          : slowestMs >= slowFromMs
            ? { tone: "warn" as const }
            : languageOf(group.system)),
        ...(remark === "" ? {} : { detail: remark }),
      },
      count === 1 ? 1 : `×${formatInteger(count)}`,
      rows ?? "",
      durationCell(cost, requestMs),
      located.length > 1
        ? { ...cellOf(located[0]!.where), detail: `and ${counted(located.length - 1, "other line")}` }
        : whereCell(located[0]?.where ?? ""),
    ],
    more: detailsOf(group, stats),
  };
}

/** Only operations of MongoDB are something else. */
function languageOf(system: string): { readonly language?: "sql" } {
  return system === "mongodb" ? {} : { language: "sql" };
}

function cellOf(where: string): Exclude<Cell, string | number> {
  return { text: where, mono: true, where };
}

function detailsOf(group: QueryGroup, { exchange }: QueryStats): readonly Block[] {
  const { statement, fingerprint, system, database, runs, count, isInlined } = group;
  const explainable = runs.find(({ isExplainable }) => isExplainable);
  return [
    { kind: "code", title: "Statement", text: brokenLines(statement), ...languageOf(system) },
    ...(isInlined
      ? [{ kind: "text" as const, text: "The driver has put the values into the text, so they are not listed apart." }]
      : []),
    ...(explainable === undefined
      ? []
      : [{ kind: "ask" as const, label: "EXPLAIN", path: `/exchanges/${exchange}/explain?span=${explainable.span}` }]),
    runTable(runs, count, statement),
    {
      kind: "pairs",
      rows: [
        { name: "Without values", value: { text: fingerprint, mono: true } },
        ...(system + database === ""
          ? []
          : [{ name: "Database", value: { text: `${system} ${database}`.trim(), mono: true } }]),
      ],
    },
  ];
}

function runTable(runs: readonly QueryRun[], count: number, statement: string): Block {
  return {
    kind: "table",
    title: runs.length === count ? "Runs" : `The first ${formatInteger(runs.length)} of ${formatInteger(count)} runs`,
    columns: [
      { title: "At", align: "right" },
      { title: "Parameters", grow: true },
      { title: "Rows", align: "right" },
      { title: "ms", align: "right" },
      { title: "Where" },
    ],
    rows: runs.map((run) => [
      `${formatMilliseconds(run.startMs)} ms`,
      parametersCell(run, statement),
      run.rows ?? "",
      durationCell(run.durationMs),
      whereCell(run.where),
    ]),
  };
}

function parametersCell({ params, statement, error }: QueryRun, first: string): Cell {
  const text = params === null ? (statement ?? (error === null ? "–" : first)) : formatParameters(params);
  return error === null ? { text, mono: true } : { text, mono: true, tone: "error", detail: `✕ ${error}` };
}

/** "101 · 'x'" for values by position, "id = 101" for values by name. */
function formatParameters(params: unknown): string {
  if (typeof params !== "object" || params === null) return formatParameter(params);
  const entries = Object.entries(params);
  const shown = entries
    .slice(0, MOST_PARAMETERS)
    .map(([name, value]) => (Array.isArray(params) ? formatParameter(value) : `${name} = ${formatParameter(value)}`));
  const rest = entries.length - shown.length;
  return [...shown, ...(rest > 0 ? [`${formatInteger(rest)} more`] : [])].join(" · ") || "none";
}

/** Texts in quotes, so that they are not taken for numbers. */
function formatParameter(value: unknown): string {
  return formatValue(typeof value === "string" ? JSON.stringify(value) : value);
}
