import { formatMilliseconds } from "../../format.ts";
import type { Finding } from "../../blocks.ts";
import type { Span } from "../../span.ts";
import { sumMs } from "./span-facts.ts";

/** Spans that could be fewer: the figures that each kind of repetition has. */
export interface SpanRepeat<Kind extends string> {
  readonly kind: Kind;
  readonly count: number;
  readonly totalMs: number;
  /** The file and line that ran them; "" if unknown. */
  readonly where: string;
}

/** @param at the span with the line that is named. Default: the last one. */
export function repeatOf<Kind extends string>(
  kind: Kind,
  spans: readonly Span[],
  at: Span | undefined = spans.at(-1),
): SpanRepeat<Kind> {
  return { kind, count: spans.length, totalMs: sumMs(spans), where: at?.where ?? "" };
}

/** A warning. The place stands beside the sentence, as a link, so the sentence does not name it. */
export function warning(text: string, where: string): Finding {
  return { tone: "warn", text, ...(where === "" ? {} : { where }) };
}

/** "21.0 ms in all". */
export function costOf({ totalMs }: Pick<SpanRepeat<string>, "totalMs">): string {
  return `${formatMilliseconds(totalMs)} ms in all`;
}
