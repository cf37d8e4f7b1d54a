import type { Recording } from "../../recording.ts";
import type { Span, SpanKind } from "../../span.ts";

/** What the panels say of each span. */
export interface SpanFacts {
  /** The id of the span in its record. */
  readonly span: number;
  /** Milliseconds since the start of the exchange. */
  readonly startMs: number;
  /** Null for one that did not end before the response. */
  readonly durationMs: number | null;
  /** The file and line that began it; "" if unknown. */
  readonly where: string;
  readonly error: string | null;
}

/** The figures that all panels of spans begin with. */
export interface SpanTotals {
  /** All of them, with those that are counted only. */
  readonly count: number;
  /** How many of them are counted only, because a request has too many. */
  readonly omitted: number;
  /** The sum of their durations. More than the request's if they ran at the same time. */
  readonly totalMs: number;
  /** How long at least one of them ran. */
  readonly wallMs: number;
  /** How long the request took. */
  readonly requestMs: number;
  readonly failed: number;
  /** How many did not end before the response. */
  readonly unfinished: number;
}

/** The spans of some kinds, in the order of their beginning. */
export function spansOf(recording: Recording, kinds: readonly SpanKind[]): readonly Span[] {
  return recording.spans.filter(({ kind }) => kinds.includes(kind)).toSorted((one, other) => one.start - other.start);
}

export function factsOf({ id, start, duration, where, error }: Span): SpanFacts {
  return { span: id, startMs: start, durationMs: duration, where, error };
}

/** @param spans all spans of these kinds. */
export function totalsOf(recording: Recording, kinds: readonly SpanKind[], spans: readonly Span[]): SpanTotals {
  const omitted = kinds.reduce((sum, kind) => sum + (recording.omittedSpans[kind] ?? 0), 0);
  const requestMs = recording.elapsed();
  return {
    count: spans.length + omitted,
    omitted,
    totalMs: sumMs(spans),
    wallMs: coveredMs(spans, requestMs),
    requestMs,
    failed: spans.filter(({ error }) => error !== null).length,
    unfinished: spans.filter(({ duration }) => duration === null).length,
  };
}

export function sumMs(spans: readonly Pick<Span, "duration">[]): number {
  return roundMs(spans.reduce((sum, { duration }) => sum + (duration ?? 0), 0));
}

/**
 * How long at least one of the spans ran, in milliseconds. One that did not end runs to the end.
 *
 * @param spans in any order.
 */
export function coveredMs(spans: readonly Pick<Span, "start" | "duration">[], requestMs: number): number {
  let covered = 0;
  let until = 0;
  for (const { start, duration } of spans.toSorted((one, other) => one.start - other.start)) {
    const end = Math.min(requestMs, duration === null ? requestMs : start + duration);
    covered += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return roundMs(covered);
}

/** Whether each span began only after the one before it had ended. */
export function areInSequence(spans: readonly Pick<Span, "start" | "duration">[]): boolean {
  return spans.every(({ start }, index) => {
    const before = spans[index - 1];
    // Times are rounded to a hundredth.
    return before === undefined || (before.duration !== null && before.start + before.duration <= start + 0.02);
  });
}

/** Milliseconds with two decimals. */
export function roundMs(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

/** A text of a span's detail; "" if it has none under this name. */
export function textIn({ detail }: Span, name: string): string {
  const value = detail[name];
  return typeof value === "string" ? value : "";
}

/** A number of a span's detail; null if it has none under this name. */
export function numberIn({ detail }: Span, name: string): number | null {
  const value = detail[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Puts values with the same key together, in the order of the first of each. */
export function groupedBy<Value>(values: readonly Value[], keyOf: (value: Value) => string): readonly Value[][] {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return [...groups.values()];
}

/**
 * Whether a recorded value says all of the original: nothing was hidden in it or cut off. Only such
 * values can be said to be the same.
 */
export function isComplete(value: unknown): boolean {
  // What stands for a hidden or shortened value has dots, or is a few words in brackets.
  if (typeof value === "string") return !/•{4}|…|\[[a-z\d][a-z\d ]{3,}\]/i.test(value);
  return typeof value !== "object" || value === null || Object.values(value).every(isComplete);
}
