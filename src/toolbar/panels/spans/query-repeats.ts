import type { Query } from "./query.ts";
import { groupedBy, isComplete, sumMs } from "./span-facts.ts";

/** A statement that ran again. */
export interface Repeat {
  /**
   * `loop`: one line ran it for one value after the other (N+1). `same`: one line ran it with the
   * same values. `again`: it ran with the same values, and nothing was written in between.
   */
  readonly kind: "loop" | "same" | "again";
  /** "select", "insert", … */
  readonly verb: string;
  readonly count: number;
  readonly totalMs: number;
  /** The lines that ran it; none if unknown. */
  readonly lines: readonly string[];
  /** The text of the first run, at most 200 characters. */
  readonly statement: string;
}

/** From so many runs on, from one line, it is a loop. */
const LOOP = 3;
/** The same where the line is not known: they may come from several lines. */
const LOOP_ANYWHERE = 10;
/** A statement for so many values or rows is the answer to a loop, and runs once for each batch. */
const BATCH = 10;
const MOST_LINES = 5;
const MOST_SHOWN = 200;

/**
 * Finds statements that ran again and again.
 *
 * @param queries in the order of their beginning.
 * @param groups the same, by statement.
 */
export function findRepeats(
  queries: readonly Query[],
  groups: readonly (readonly Query[])[],
): { readonly repeats: readonly Repeat[]; readonly identical: number } {
  if (groups.length === queries.length) return { repeats: [], identical: 0 };
  const loops = groups.flatMap(loopsIn);
  const isInLoop = new Set(loops.flat());
  const same = identicalRuns(queries);
  const again = same.filter((runs) => runs.some((run) => !isInLoop.has(run)));
  return {
    repeats: [...loops.map(toLoop), ...again.map((runs) => toRepeat("again", runs))].toSorted(
      (one, other) => other.totalMs - one.totalMs,
    ),
    identical: same.reduce((sum, runs) => sum + runs.length - 1, 0),
  };
}

/** The runs of one statement from one line, as a loop makes them. */
function loopsIn(group: readonly Query[]): readonly (readonly Query[])[] {
  const first = group[0]!;
  if (group.length < LOOP || !/^(?:read|change)$/.test(first.effect) || group.every(isBatch)) return [];
  const unlocated = group.filter(({ span }) => span.where === "");
  // A helper function that reads one row is one line for several callers, so what it is inside of
  // counts too.
  const lines = groupedBy(
    group.filter(({ span }) => span.where !== ""),
    ({ span, within }) => `${span.where} ${within}`,
  );
  const loops = lines.filter((runs) => runs.length >= LOOP);
  // Only the first spans of a request are located. If all of those come from one line, the others
  // do as well.
  if (loops.length === 1 && lines.length === 1) return [[...loops[0]!, ...unlocated]];
  if (loops.length > 0) return loops;
  return unlocated.length >= LOOP_ANYWHERE ? [unlocated] : [];
}

function isBatch({ batch, span }: Query): boolean {
  const { params } = span.detail;
  const isLong = (param: unknown): boolean => Array.isArray(param) && param.length >= BATCH;
  return batch >= BATCH || (Array.isArray(params) && params.some(isLong));
}

/** Runs with the same values, without a write to their database in between. */
function identicalRuns(queries: readonly Query[]): readonly (readonly Query[])[] {
  const writes = new Map<string, number>();
  const comparable = queries.flatMap((query) => {
    const { effect, database } = query;
    if (effect === "change" || effect === "unknown") writes.set(database, (writes.get(database) ?? 0) + 1);
    const values = effect === "read" ? valuesOf(query) : undefined;
    return values === undefined ? [] : [{ query, key: `${writes.get(database) ?? 0} ${query.key} ${values}` }];
  });
  return groupedBy(comparable, ({ key }) => key)
    .filter((runs) => runs.length > 1)
    .map((runs) => runs.map(({ query }) => query));
}

/** A text by which values can be compared; undefined if they are not known or not complete. */
function valuesOf({ span, hasAllValues }: Query): string | undefined {
  const params = span.detail["params"] ?? null;
  return hasAllValues && isComplete(params) ? JSON.stringify([span.label, params]) : undefined;
}

function toLoop(runs: readonly Query[]): Repeat {
  const values = new Set(runs.map(valuesOf));
  const isSame = values.size === 1 && !values.has(undefined) && runs[0]!.effect === "read";
  return toRepeat(isSame ? "same" : "loop", runs);
}

function toRepeat(kind: Repeat["kind"], runs: readonly Query[]): Repeat {
  const spans = runs.map(({ span }) => span);
  return {
    kind,
    verb: runs[0]!.verb,
    count: runs.length,
    totalMs: sumMs(spans),
    lines: [...new Set(spans.map(({ where }) => where).filter((where) => where !== ""))].slice(0, MOST_LINES),
    statement: spans[0]!.label.slice(0, MOST_SHOWN),
  };
}
