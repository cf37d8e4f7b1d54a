import type { Recording } from "../../recording.ts";
import type { Span } from "../../span.ts";
import { findRepeats, type Repeat } from "./query-repeats.ts";
import { toQueries, type Query } from "./query.ts";
import {
  factsOf,
  groupedBy,
  numberIn,
  roundMs,
  spansOf,
  sumMs,
  textIn,
  totalsOf,
  type SpanFacts,
  type SpanTotals,
} from "./span-facts.ts";

/** One run of a statement. */
export interface QueryRun extends SpanFacts {
  /** Apart from the text; null if the driver reports none, or has put them into the text. */
  readonly params: unknown;
  readonly rows: number | null;
  /** Its text, if it is not the same as that of the group. */
  readonly statement: string | null;
  readonly isExplainable: boolean;
}

/** The runs of one statement, with whatever values. */
export interface QueryGroup {
  readonly fingerprint: string;
  /** The text of the first run. */
  readonly statement: string;
  /** "postgresql", "mysql", "sqlite"; "" if unknown. */
  readonly system: string;
  readonly database: string;
  readonly count: number;
  readonly totalMs: number;
  readonly slowestMs: number;
  /** The rows of all runs; null if the driver does not report them. */
  readonly rows: number | null;
  readonly failed: number;
  /** Whether the driver has put the values into the text. */
  readonly isInlined: boolean;
  /** The lines that ran it, each with its number of runs. "" is for an unknown line. */
  readonly lines: readonly { readonly where: string; readonly count: number; readonly totalMs: number }[];
  /** The first runs: at most 50 of a group, and 300 of a request. */
  readonly runs: readonly QueryRun[];
}

/** The queries of one request, as plain JSON. */
export interface QueryStats extends SpanTotals {
  /** The id of the request. */
  readonly exchange: string;
  /** From how many milliseconds on a query counts as slow. */
  readonly slowFromMs: number;
  /** How many queries were run before in this request, with whatever values. */
  readonly similar: number;
  /** How many were run before with the same values, and nothing was written in between. */
  readonly identical: number;
  /** The rows of all queries; null if no driver reports them. */
  readonly rows: number | null;
  /** The queries that took at least `slowFromMs`, slowest first, at most 10. */
  readonly slow: readonly {
    readonly span: number;
    readonly durationMs: number;
    readonly where: string;
    readonly statement: string;
  }[];
  readonly slowCount: number;
  /** What ran again and again, the most expensive first, at most 20. */
  readonly repeats: readonly Repeat[];
  /** The errors of the queries, each once, at most 10. */
  readonly errors: readonly { readonly error: string; readonly where: string; readonly count: number }[];
  readonly databases: readonly {
    readonly system: string;
    readonly database: string;
    readonly count: number;
    readonly totalMs: number;
  }[];
  /** In the order of their first runs; at most 100, those that took longest. */
  readonly groups: readonly QueryGroup[];
  /** What is in no group of the list. */
  readonly otherGroups: { readonly groups: number; readonly count: number; readonly totalMs: number };
}

const KINDS = ["sql"];
const MOST = {
  groups: 100,
  runs: 300,
  runsOfGroup: 50,
  slow: 10,
  repeats: 20,
  errors: 10,
  statement: 200,
  statementOfRun: 1_000,
  params: 50,
  param: 300,
};

/** @param slowFromMs a query that took at least this long is slow. */
export function queryStats(recording: Recording, slowFromMs: number): QueryStats {
  const spans = spansOf(recording, KINDS);
  const queries = toQueries(spans, recording.spans);
  const groups = groupedBy(queries, ({ key }) => key);
  const { repeats, identical } = findRepeats(queries, groups);
  const slow = spans
    .filter(({ duration }) => (duration ?? 0) >= slowFromMs)
    .toSorted((one, other) => other.duration! - one.duration!);
  const failed = groupedBy(
    spans.filter(({ error }) => error !== null),
    ({ error }) => error!,
  );
  const databases = groupedBy(spans, (span) => `${textIn(span, "system")} ${textIn(span, "database")}`);
  return {
    exchange: recording.id,
    ...totalsOf(recording, KINDS, spans),
    slowFromMs,
    similar: queries.length - groups.length,
    identical,
    rows: rowsOf(spans),
    slow: slow.slice(0, MOST.slow).map(({ id, duration, where, label }) => ({
      span: id,
      durationMs: duration!,
      where,
      statement: label.slice(0, MOST.statement),
    })),
    slowCount: slow.length,
    repeats: repeats.slice(0, MOST.repeats),
    errors: failed
      .slice(0, MOST.errors)
      .map((list) => ({ error: list[0]!.error!, where: list[0]!.where, count: list.length })),
    databases: databases.map((list) => ({
      system: textIn(list[0]!, "system"),
      database: textIn(list[0]!, "database"),
      count: list.length,
      totalMs: sumMs(list),
    })),
    ...listOf(groups),
  };
}

function listOf(groups: readonly (readonly Query[])[]): Pick<QueryStats, "groups" | "otherGroups"> {
  const costs = groups.map((group) => sumMs(group.map(({ span }) => span)));
  const shown = new Set(
    groups
      .map((group, index) => ({ group, cost: costs[index]! }))
      .toSorted((one, other) => other.cost - one.cost)
      .slice(0, MOST.groups)
      .map(({ group }) => group),
  );
  const budget = { runs: MOST.runs };
  const others = groups.filter((group) => !shown.has(group));
  return {
    groups: groups.filter((group) => shown.has(group)).map((group) => toGroup(group, budget)),
    otherGroups: {
      groups: others.length,
      count: others.reduce((sum, group) => sum + group.length, 0),
      totalMs: sumMs(others.flatMap((group) => group.map(({ span }) => span))),
    },
  };
}

function toGroup(group: readonly Query[], budget: { runs: number }): QueryGroup {
  const spans = group.map(({ span }) => span);
  const first = spans[0]!;
  // Each group has a run at least, so that its statement can be explained.
  const runs = spans.slice(0, Math.max(1, Math.min(MOST.runsOfGroup, budget.runs)));
  budget.runs -= runs.length;
  return {
    fingerprint: group[0]!.fingerprint,
    statement: first.label,
    system: textIn(first, "system"),
    database: textIn(first, "database"),
    count: spans.length,
    totalMs: sumMs(spans),
    slowestMs: roundMs(Math.max(...spans.map(({ duration }) => duration ?? 0))),
    rows: rowsOf(spans),
    failed: spans.filter(({ error }) => error !== null).length,
    isInlined: first.detail["isInlined"] === true,
    lines: groupedBy(spans, ({ where }) => where)
      .map((list) => ({ where: list[0]!.where, count: list.length, totalMs: sumMs(list) }))
      .slice(0, MOST.runsOfGroup),
    runs: runs.map((span) => ({
      ...factsOf(span),
      params: shortened(span.detail["params"] ?? null),
      rows: numberIn(span, "rows"),
      statement: span.label === first.label ? null : span.label.slice(0, MOST.statementOfRun),
      isExplainable: span.isExplainable === true,
    })),
  };
}

function rowsOf(spans: readonly Span[]): number | null {
  const rows = spans.map((span) => numberIn(span, "rows")).filter((number) => number !== null);
  return rows.length === 0 ? null : rows.reduce((sum, number) => sum + number, 0);
}

/** Parameters may be whole files. */
function shortened(params: unknown): unknown {
  const shorten = (value: unknown): unknown => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return text.length <= MOST.param ? value : `${text.slice(0, MOST.param)}… (${text.length} characters)`;
  };
  if (typeof params !== "object" || params === null) return shorten(params);
  if (Array.isArray(params)) {
    const rest = params.length - MOST.params;
    return [...params.slice(0, MOST.params).map(shorten), ...(rest > 0 ? [`… ${rest} more`] : [])];
  }
  return Object.fromEntries(
    Object.entries(params)
      .slice(0, MOST.params)
      .map(([name, value]) => [name, shorten(value)]),
  );
}
