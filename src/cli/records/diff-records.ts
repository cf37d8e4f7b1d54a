import type { ExchangeRecord } from "../../toolbar/exchange-record.ts";
import { membersOf } from "./recorded-facts.ts";

/** A member that two records do not share. */
export interface RecordChange {
  /** "summary.status", "panels.session.loaded.reason", "panels.request.requestHeaders.accept". */
  readonly path: string;
  /** Absent if the first record has no such member. */
  readonly before?: unknown;
  /** Absent if the second record has no such member. */
  readonly after?: unknown;
}

/** Members that differ in any two requests and say nothing: ids, times, counters. */
const VOLATILE =
  /^(?:id|sequence|startedAt|duration|start|at|now|total|cpu|loopBusy|elapsed|parent|marks|signed|verified|issuedAt|createdAt|expiresAt|exchange|span|\w+Ms)$/;
/** Members of that kind, by their whole path. The sentence has the age of the cookie. */
const VOLATILE_PATH = /^panels\.session\.verdict\.text$/;
/** Headers of that kind. */
const VOLATILE_HEADER =
  /^(?:date|age|etag|keep-alive|content-length|if-none-match|server-timing|x-latchkey-request|x-request-id)$/i;
/** How deep members are compared. Below this they are compared as text. */
const DEPTH = 8;

/**
 * The differences between two records, without those that any two requests have. Lists of headers
 * are compared by name, spans and messages by how often each occurs, other lists by place.
 */
export function diffRecords(before: ExchangeRecord, after: ExchangeRecord): readonly RecordChange[] {
  const changes: RecordChange[] = [];
  compare("summary", before.summary, after.summary, changes, 0);
  compare("panels", before.panels, after.panels, changes, 0);
  return changes;
}

function compare(path: string, before: unknown, after: unknown, changes: RecordChange[], depth: number): void {
  if (JSON.stringify(before) === JSON.stringify(after) || VOLATILE_PATH.test(path)) return;
  const [one, other] = [comparable(before), comparable(after)];
  if (depth >= DEPTH || one === undefined || other === undefined) {
    changes.push({
      path,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    });
    return;
  }
  // An entry of a list or of the session's data may have any name.
  const mayBeVolatile = !Array.isArray(before) && !Array.isArray(after) && !/\.data(?:\.|$)/.test(path);
  for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
    if (mayBeVolatile && VOLATILE.test(name)) continue;
    compare(`${path}.${name}`, one[name], other[name], changes, depth + 1);
  }
}

/** A value as members to compare one by one. Undefined for a value that has none. */
function comparable(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!Array.isArray(value)) return membersOf(value);
  const items = value as readonly unknown[];
  if (items.length > 0 && items.every(isPair))
    return joined(
      items.filter(([name]) => !VOLATILE_HEADER.test(name)).map(([name, text]) => [name.toLowerCase(), text]),
    );
  const labels = items.map(labelOf);
  if (labels.length > 0 && labels.every((label) => label !== undefined)) return counts(items);
  return Object.fromEntries(items.map((item, index) => [String(index), item]));
}

/** A header or a parameter: its name and its value. */
function isPair(item: unknown): item is readonly [string, string] {
  return Array.isArray(item) && item.length === 2 && item.every((part) => typeof part === "string");
}

/** What a span, a query, a message or a finding says; undefined for other items. */
function labelOf(item: unknown): string | undefined {
  const { label, fingerprint, text } = membersOf(item);
  return [label, fingerprint, text].find((value) => typeof value === "string");
}

function joined(pairs: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const values = new Map<string, string>();
  for (const [name, text] of pairs) values.set(name, values.has(name) ? `${values.get(name)}, ${text}` : text);
  return Object.fromEntries(values);
}

/** How often each label occurs. An item may stand for several. */
function counts(items: readonly unknown[]): Readonly<Record<string, number>> {
  const numbers = new Map<string, number>();
  for (const item of items) {
    const { count } = membersOf(item);
    const label = labelOf(item) ?? "";
    numbers.set(label, (numbers.get(label) ?? 0) + (typeof count === "number" ? count : 1));
  }
  return Object.fromEntries(numbers);
}
