import { normaliseSql, type NormalSql } from "../../sql/normalise-sql.ts";
import type { Span } from "../../span.ts";
import { textIn } from "./span-facts.ts";

/** A query, and what is known of its text. */
export interface Query extends NormalSql {
  readonly span: Span;
  /** Its first word: "select", "insert". */
  readonly verb: string;
  /** Which database it is on. */
  readonly database: string;
  /** The label of the span that it is inside of; "" for none. */
  readonly within: string;
  /** Equal for the same statement on the same database. */
  readonly key: string;
}

/** Applications run the same few statements for each request, so their fingerprints are stored. */
const known = new Map<string, NormalSql>();
const MOST_KNOWN = 500;
/** Characters. */
const LONGEST_KNOWN = 1_000;

/**
 * @param spans the spans of queries.
 * @param all all spans of the request.
 */
export function toQueries(spans: readonly Span[], all: readonly Span[]): readonly Query[] {
  const labels = new Map(all.map(({ id, label }) => [id, label]));
  return spans.map((span) => {
    const system = textIn(span, "system");
    const database = `${system} ${textIn(span, "database")}`;
    const normal = normalised(span.label, system);
    return {
      ...normal,
      span,
      verb: /[a-z]+/.exec(normal.fingerprint)?.[0] ?? "",
      database,
      within: span.parent === null ? "" : (labels.get(span.parent) ?? ""),
      key: `${database} ${normal.fingerprint}`,
    };
  });
}

function normalised(label: string, system: string): NormalSql {
  const name = `${system} ${label}`;
  const stored = known.get(name);
  if (stored !== undefined) return stored;
  const normal = normaliseSql(label, system);
  if (known.size >= MOST_KNOWN) known.clear();
  if (name.length <= LONGEST_KNOWN) known.set(name, normal);
  return normal;
}
