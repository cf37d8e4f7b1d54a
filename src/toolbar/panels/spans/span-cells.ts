import { counted, formatMilliseconds } from "../../format.ts";
import type { Block, Cell, NumbersBlock } from "../../blocks.ts";
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
export function durationCell(durationMs: number | null, requestMs?: number): Cell {
  if (durationMs === null) return { text: "not ended", tone: "warn" };
  const text = formatMilliseconds(durationMs);
  // Spans that ran at the same time may take longer in all than the request.
  return requestMs === undefined ? text : { text, meter: { value: Math.min(durationMs, requestMs), of: requestMs } };
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
