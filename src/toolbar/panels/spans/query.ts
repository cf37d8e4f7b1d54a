import { normaliseSql } from "../../sql/normalise-sql.ts";
import type { Span } from "../../span.ts";
import { isComplete, textIn } from "./span-facts.ts";

/**
 * What a query does: `read` rows, the same each time; `change` rows; `none`, such as BEGIN, or a
 * read with another result each time; anything else is `unknown`.
 */
export type QueryEffect = "read" | "change" | "none" | "unknown";

/** A query, and what is known of its text. */
export interface Query {
  readonly span: Span;
  readonly fingerprint: string;
  /** How many values or rows one run is for. */
  readonly batch: number;
  /** "select", "insert", "update" … */
  readonly verb: string;
  readonly effect: QueryEffect;
  /** Which database it is on. */
  readonly database: string;
  /** The label of the span that it is inside of; "" for none. */
  readonly within: string;
  /** Equal for the same statement on the same database. */
  readonly key: string;
  /** Whether its text and parameters are all of it, so that they say which runs are the same. */
  readonly hasAllValues: boolean;
}

/** What the text of a query says. */
interface Shape extends Pick<Query, "fingerprint" | "batch" | "verb" | "effect"> {
  /** Where its values are. Unknown if some may be missing. */
  readonly values: "inText" | "apart" | "unknown";
}

const READS = /^(?:select|with|values)$/;
const CHANGES = /^(?:insert|update|delete|merge|replace|call)$/;
const HARMLESS = /^(?:begin|start|commit|end|savepoint|release|set|show|explain|pragma|use)$/;
const WRITES = /\b(?:insert|update|delete|merge|into)\b/;
/** Functions with another result each time, or with an effect. */
const VOLATILE =
  /\b(?:random|rand|newid|uuid\w*|gen_random_uuid|now|clock_timestamp|sysdate|nextval|setval|last_insert\w*|changes|found_rows|row_count|\w*lock\w*|sleep|pg_sleep)\(/;
/** Operations of MongoDB. */
const MONGO_READS = /^(?:find|findOne|countDocuments|estimatedDocumentCount|distinct|exists|aggregate)$/;
const MONGO_CHANGES = /^(?:insert|save|update|replace|delete|findOneAnd|bulkWrite|create)/;

/**
 * Applications run the same few statements for each request, so what is known of them is stored.
 */
const known = new Map<string, Shape>();
const MOST_KNOWN = 500;
/** Characters. */
const LONGEST_KNOWN = 1_000;
/** The most characters of a request that are read: 20 ms of CPU on a machine that is busy. */
const MOST_READ = 100_000;

/**
 * @param spans the spans of queries.
 * @param all all spans of the request.
 */
export function toQueries(spans: readonly Span[], all: readonly Span[]): readonly Query[] {
  const labels = new Map(all.map(({ id, label }) => [id, label]));
  const budget = { left: MOST_READ };
  return spans.map((span) => {
    const system = textIn(span, "system");
    const database = `${system} ${textIn(span, "database")}`;
    const { values, ...shape } = shapeOf(span.label, system, budget);
    return {
      ...shape,
      span,
      database,
      within: span.parent === null ? "" : (labels.get(span.parent) ?? ""),
      key: `${database} ${shape.fingerprint}`,
      hasAllValues: values === "inText" || (values === "apart" && (span.detail["params"] ?? null) !== null),
    };
  });
}

function shapeOf(label: string, system: string, budget: { left: number }): Shape {
  const name = `${system} ${label}`;
  const stored = known.get(name);
  if (stored !== undefined) return stored;
  budget.left -= label.length;
  if (budget.left < 0) return { fingerprint: label, batch: 1, verb: "", effect: "unknown", values: "unknown" };
  const shape = system === "mongodb" ? mongoShape(label) : sqlShape(label, system);
  if (known.size >= MOST_KNOWN) known.clear();
  if (name.length <= LONGEST_KNOWN) known.set(name, shape);
  return shape;
}

function sqlShape(label: string, system: string): Shape {
  const { fingerprint, batch, hasParameters } = normaliseSql(label, system);
  const verb = /[a-z]+/.exec(fingerprint)?.[0] ?? "";
  const values = !isComplete(label) ? "unknown" : hasParameters ? "apart" : "inText";
  return { fingerprint, batch, verb, effect: effectOf(verb, fingerprint), values };
}

function effectOf(verb: string, fingerprint: string): QueryEffect {
  if (CHANGES.test(verb)) return "change";
  if (HARMLESS.test(verb)) return "none";
  if (!READS.test(verb) || WRITES.test(fingerprint)) return "unknown";
  return /\bfrom\b/.test(fingerprint) && !VOLATILE.test(fingerprint) ? "read" : "none";
}

/** The label of an operation has no values: `users.findOne {"id":"?"}`. */
function mongoShape(label: string): Shape {
  const operation = /\.(\w+)/.exec(label)?.[1] ?? "";
  const isReading = MONGO_READS.test(operation) && !/"\$(?:out|merge)"/.test(label);
  return {
    fingerprint: label,
    batch: 1,
    verb: /^(?:save|create|insert)/.test(operation)
      ? "insert"
      : (/update|delete|replace/.exec(operation.toLowerCase())?.[0] ?? operation),
    effect: isReading ? "read" : MONGO_CHANGES.test(operation) ? "change" : operation === "next" ? "none" : "unknown",
    // Its sort order and its limit are not known.
    values: "unknown",
  };
}
