import type { Recording, Span } from "../../../src/toolbar/index.ts";

/** What a test says of a span. */
export type SpanSketch = Partial<Span> & Pick<Span, "kind" | "label">;

/** What a test says of a recording. */
export interface RecordingSketch {
  readonly elapsed?: number;
  readonly omitted?: Readonly<Record<string, number>>;
  readonly marks?: Recording["marks"];
  readonly others?: number;
}

/**
 * A recording with these spans, for the functions of panels that make figures of them. Spans follow
 * each other, 1 ms each, unless the sketch says otherwise.
 */
export function recordingOf(
  sketches: readonly SpanSketch[],
  { elapsed = 100, omitted = {}, marks = [], others = 0 }: RecordingSketch = {},
): Recording {
  const spans = sketches.map((sketch, index): Span => ({
    id: index + 1,
    parent: null,
    start: index,
    duration: 1,
    where: "",
    error: null,
    detail: {},
    ...sketch,
  }));
  const known: Partial<Recording> = {
    id: "00000000-0000-4000-8000-000000000000",
    spans,
    omittedSpans: omitted,
    marks,
    cost: { cpu: 1, loopBusy: 1, others },
    elapsed: () => elapsed,
  };
  return known as Recording;
}

/** A query to PostgreSQL. */
export function query(label: string, sketch: Partial<Span> = {}): SpanSketch {
  return { kind: "sql", label, ...sketch, detail: { system: "postgresql", ...sketch.detail } };
}

/** As many values as wanted, made from their numbers. */
export function times<Value>(count: number, make: (index: number) => Value): Value[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
