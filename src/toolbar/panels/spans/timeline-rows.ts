import type { Span } from "../../span.ts";
import { factsOf, groupedBy, sumMs, type SpanFacts } from "./span-facts.ts";

/** A bar of the timeline: a span, or several of the same kind that follow each other. */
export interface TimelineRow extends SpanFacts {
  readonly kind: string;
  readonly label: string;
  /** How many spans it is inside of. */
  readonly depth: number;
  /** How many spans the bar stands for; `span` is the first of them. */
  readonly count: number;
}

/** Spans that have no bar, summed up. */
export interface HiddenSpans {
  readonly kind: string;
  readonly count: number;
  readonly totalMs: number;
}

/** A bar with the bar that it is inside of, and the spans that it stands for. */
interface Bar {
  readonly spans: readonly Span[];
  readonly depth: number;
  readonly above: Bar | undefined;
}

/** Spans of one kind are put into one bar from so many on. */
const RUN = 3;
const LONGEST_LABEL = 200;

/**
 * The bars of a timeline, each below the one that it is inside of. If there are too many spans,
 * those that repeat each other become one bar, and then the shortest are left out.
 *
 * @param spans in any order.
 * @param most the most bars.
 */
export function timelineRows(
  spans: readonly Span[],
  most: number,
): { readonly rows: readonly TimelineRow[]; readonly hidden: readonly HiddenSpans[] } {
  const sorted = spans.toSorted((one, other) => one.start - other.start || one.id - other.id);
  const ids = new Set(sorted.map(({ id }) => id));
  const children = new Map<number | null, Span[]>();
  for (const span of sorted) {
    const parent = span.parent !== null && ids.has(span.parent) && span.parent < span.id ? span.parent : null;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [span]);
    else siblings.push(span);
  }
  const bars: Bar[] = [];
  const add = (siblings: readonly Span[], above: Bar | undefined): void => {
    const isAlike = sorted.length > most ? isRepeated : areInstant;
    const runs = runsOf(
      siblings,
      (one, other) => [one, other].every(({ id }) => !children.has(id)) && isAlike(one, other),
    );
    for (const run of runs) {
      const bar: Bar = { spans: run, depth: above === undefined ? 0 : above.depth + 1, above };
      bars.push(bar);
      add(children.get(run[0]!.id) ?? [], bar);
    }
  };
  add(children.get(null) ?? [], undefined);
  const shown = bars.length > most ? longest(bars, most) : new Set(bars);
  const hidden = bars.filter((bar) => !shown.has(bar)).flatMap((bar) => bar.spans);
  return {
    rows: bars.filter((bar) => shown.has(bar)).map(toRow),
    hidden: groupedBy(hidden, ({ kind }) => kind).map((list) => ({
      kind: list[0]!.kind,
      count: list.length,
      totalMs: sumMs(list),
    })),
  };
}

/** Neighbours that are alike, if there are at least three. */
function runsOf(siblings: readonly Span[], isAlike: (one: Span, other: Span) => boolean): readonly (readonly Span[])[] {
  const runs: Span[][] = [];
  for (const span of siblings) {
    const last = runs.at(-1);
    if (last !== undefined && isAlike(last[0]!, span)) last.push(span);
    else runs.push([span]);
  }
  return runs.flatMap((run) => (run.length < RUN ? run.map((span) => [span]) : [run]));
}

function isRepeated(one: Span, other: Span): boolean {
  return nameOf(one) === nameOf(other) || areInstant(one, other);
}

/** Calls of a cache in the process take no time, and there are many of them. */
function areInstant(one: Span, other: Span): boolean {
  return [one, other].every(({ kind, duration, error }) => kind === "cache" && duration === 0 && error === null);
}

function nameOf({ kind, label, error }: Span): string {
  return `${kind} ${label} ${error}`;
}

/** The bars that took longest, with those that they are inside of. */
function longest(bars: readonly Bar[], most: number): ReadonlySet<Bar> {
  const shown = new Set<Bar>();
  for (const bar of bars.toSorted((one, other) => sumMs(other.spans) - sumMs(one.spans))) {
    const chain: Bar[] = [];
    for (let at: Bar | undefined = bar; at !== undefined && !shown.has(at); at = at.above) chain.push(at);
    if (shown.size + chain.length <= most) for (const each of chain) shown.add(each);
  }
  return shown;
}

/** The label of all of them, or else their first words: "get, set". */
function labelOf(spans: readonly Span[]): string {
  const first = spans[0]!.label;
  if (spans.every(({ label }) => label === first)) return first;
  return [...new Set(spans.map(({ label }) => label.split(" ", 1)[0]!))].join(", ");
}

function shortened(label: string): string {
  return label.length > LONGEST_LABEL ? `${label.slice(0, LONGEST_LABEL)}…` : label;
}

function toRow({ spans, depth }: Bar): TimelineRow {
  const first = spans[0]!;
  const ends = spans.map(({ start, duration }) => (duration === null ? Infinity : start + duration));
  const end = Math.max(...ends);
  return {
    ...factsOf(first),
    durationMs: end === Infinity ? null : Math.round((end - first.start) * 100) / 100,
    kind: first.kind,
    label: shortened(labelOf(spans)),
    depth,
    count: spans.length,
  };
}
