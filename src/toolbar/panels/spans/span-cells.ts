import { counted, formatInteger, formatMilliseconds } from "../../format.ts";
import type { Block, Cell, Hue, NumbersBlock, TableBlock } from "../../blocks.ts";
import type { SpanFacts, SpanTotals } from "./span-facts.ts";

/** The number of spans and their time, for the row of big numbers. None if there were none. */
export function headline(
  { count, totalMs, wallMs, requestMs, failed }: SpanTotals,
  one: string,
  many = `${one}s`,
): NumbersBlock["items"] {
  if (count === 0) return [];
  return [
    {
      value: formatMilliseconds(totalMs),
      unit: "ms",
      label: counted(count, one, many),
      tone: failed > 0 ? "error" : "plain",
      meter: { value: wallMs, of: requestMs },
    },
  ];
}

/** "61 %": how much of the request at least one of the spans was running. */
export function shareOf({ wallMs, requestMs }: Pick<SpanTotals, "wallMs" | "requestMs">): string {
  return `${requestMs > 0 ? Math.min(100, Math.round((wallMs / requestMs) * 100)) : 0}`;
}

/** A duration, with a bar for its share of the request. */
export function durationCell(durationMs: number | null, requestMs?: number, hue?: Hue): Cell {
  if (durationMs === null) return { text: "not ended", tone: "warn" };
  const text = formatMilliseconds(durationMs);
  // Spans that ran at the same time may take longer in all than the request.
  return requestMs === undefined
    ? text
    : { text, meter: { value: Math.min(durationMs, requestMs), of: requestMs, ...(hue === undefined ? {} : { hue }) } };
}

/** The big numbers of a panel of spans: how many, how long, and what share of the request. */
export function totalItems(stats: SpanTotals, one: string, more: NumbersBlock["items"] = []): NumbersBlock["items"] {
  const { count, totalMs, wallMs, requestMs, failed } = stats;
  return [
    { value: formatInteger(count), label: count === 1 ? one : `${one}s` },
    { value: formatMilliseconds(totalMs), unit: "ms", label: "In all" },
    { value: shareOf(stats), unit: "%", label: "Of the request", meter: { value: wallMs, of: requestMs } },
    ...more,
    ...(failed === 0 ? [] : [{ value: formatInteger(failed), label: "Failed", tone: "error" as const }]),
  ];
}

/**
 * A table of spans in the order of their beginning, with cells of their own between label and time.
 */
export function spanTable<Facts extends SpanFacts>({
  one,
  count,
  spans,
  labelOf,
  columns,
  cellsOf,
}: {
  /** "Call". */
  readonly one: string;
  /** How many there were; the list may be shorter. */
  readonly count: number;
  readonly spans: readonly Facts[];
  readonly labelOf: (span: Facts) => string;
  readonly columns: TableBlock["columns"];
  readonly cellsOf: (span: Facts) => readonly Cell[];
}): TableBlock {
  const many = `${one}s`;
  const [shown, all] = [formatInteger(spans.length), formatInteger(count)];
  return {
    kind: "table",
    title: spans.length === count ? many : `The first ${shown} of ${all} ${many.toLowerCase()}`,
    columns: [
      { title: "At", align: "right" },
      { title: one, grow: true },
      ...columns,
      { title: "ms", align: "right" },
      { title: "Where" },
    ],
    rows: spans.map((span) => [
      `${formatMilliseconds(span.startMs)} ms`,
      labelCell(labelOf(span), span),
      ...cellsOf(span),
      // A call of a cache in the process takes no time that could be measured.
      span.durationMs === 0 ? "" : durationCell(span.durationMs),
      whereCell(span.where),
    ]),
  };
}

export function whereCell(where: string): Cell {
  return where === "" ? "" : { text: where, mono: true, where };
}

/** A label, with the error below it. */
export function labelCell(text: string, { error }: Pick<SpanFacts, "error">): Cell {
  return error === null ? { text, mono: true } : { text, mono: true, tone: "error", detail: `✕ ${error}` };
}

/** What is not in the lists: spans that were only counted, or that had not ended. */
export function remarks({ omitted, unfinished }: SpanTotals, one: string, many = `${one}s`): readonly Block[] {
  const blocks: Block[] = [];
  if (omitted > 0)
    blocks.push({
      kind: "note",
      tone: "warn",
      text: `${counted(omitted, one, many)} more ${omitted === 1 ? "was" : "were"} counted, and nothing else of ${omitted === 1 ? "it" : "them"} is recorded.`,
    });
  if (unfinished > 0)
    blocks.push({
      kind: "note",
      tone: "info",
      text: `${counted(unfinished, one, many)} had not ended when the response was complete.`,
    });
  return blocks;
}
