import type { Hue } from "../../blocks.ts";
import type { SpanKind } from "../../span.ts";

const WORDS: ReadonlyMap<string, string> = new Map([
  ["sql", "SQL"],
  ["connect", "Connections"],
  ["redis", "Redis"],
  ["cache", "Cache"],
  ["http", "Outgoing HTTP"],
  ["template", "Templates"],
  ["mail", "Mail"],
  ["layer", "Middleware and handlers"],
  ["app", "Own spans"],
]);

/** The others are of the last one. */
const HUES: ReadonlyMap<string, Hue> = new Map([
  ["sql", 0],
  ["connect", 0],
  ["redis", 1],
  ["cache", 1],
  ["http", 2],
  ["mail", 2],
  ["template", 3],
  ["app", 4],
]);

/** The colour of a kind of spans, the same in all panels. */
export function kindHue(kind: SpanKind): Hue {
  return HUES.get(kind) ?? 5;
}

/** What people call a kind of spans. */
export function kindWords(kind: SpanKind): string {
  return WORDS.get(kind) ?? kind;
}
