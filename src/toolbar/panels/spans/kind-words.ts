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

/** What people call a kind of spans. */
export function kindWords(kind: SpanKind): string {
  return WORDS.get(kind) ?? kind;
}
