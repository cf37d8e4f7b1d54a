import type { ExchangeSummary } from "../exchange-page.ts";

/** What is compared of a record. */
export interface ComparedRecord {
  readonly summary: ExchangeSummary;
  /** The data of each panel, by its id. */
  readonly panels: Readonly<Record<string, unknown>>;
}

/** A member that two records do not share. */
export interface RecordChange {
  /**
   * The names that lead to it: `["panels", "session", "loaded", "reason"]`. Any of them may have
   * dots.
   */
  readonly keys: readonly string[];
  /** Absent if the first record has no such member. */
  readonly before?: unknown;
  /** Absent if the second record has no such member. */
  readonly after?: unknown;
}

type Members = Readonly<Record<string, unknown>>;

/** Members that differ in any two requests and say nothing: ids, times, counters. */
const VOLATILE =
  /^(?:id|sequence|startedAt|duration|start|at|now|total|cpu|loopBusy|elapsed|parent|marks|signed|verified|issuedAt|createdAt|expiresAt|exchange|span|redirectedFrom|\w+Ms)$/;
/** Members of that kind, by their whole path. The sentence has the age of the cookie. */
const VOLATILE_PATH = /^panels\.session\.verdict\.text$/;
/** Headers of that kind. */
const VOLATILE_HEADER =
  /^(?:date|age|etag|keep-alive|content-length|if-none-match|server-timing|x-latchkey-request|x-request-id)$/i;
/** How deep members are compared. Below this they are compared as text. */
const DEPTH = 8;

/**
 * The differences between two records, without those that any two requests have. Lists of headers
 * are compared by name, spans and messages by how often each occurs, other lists by place. The
 * toolbar's page and the command line both show these.
 */
export function recordChanges(before: ComparedRecord, after: ComparedRecord): readonly RecordChange[] {
  const changes: RecordChange[] = [];
  compare(["summary"], before.summary, after.summary, changes);
  compare(["panels"], before.panels, after.panels, changes);
  return changes;
}

/** The keys of a change as one text: "panels.session.loaded.reason". */
export function pathOf({ keys }: Pick<RecordChange, "keys">): string {
  return keys.join(".");
}

function compare(keys: readonly string[], before: unknown, after: unknown, changes: RecordChange[]): void {
  if (JSON.stringify(before) === JSON.stringify(after) || VOLATILE_PATH.test(keys.join("."))) return;
  // What one of them lacks is opened like an empty one, but for a whole panel.
  const mayLack = keys.length > 2;
  const one = comparable(before) ?? (mayLack && isNothing(before) && comparable(after) ? {} : undefined);
  const other = comparable(after) ?? (mayLack && isNothing(after) && comparable(before) ? {} : undefined);
  if (keys.length > DEPTH || one === undefined || other === undefined) {
    changes.push({
      keys,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    });
    return;
  }
  // An entry of a list or of the session's data may have any name.
  const mayBeVolatile = !Array.isArray(before) && !Array.isArray(after) && !keys.includes("data");
  for (const name of new Set([...Object.keys(one), ...Object.keys(other)])) {
    if (mayBeVolatile && VOLATILE.test(name)) continue;
    compare([...keys, name], one[name], other[name], changes);
  }
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null;
}

/** A value as members to compare one by one. Undefined for a value that has none. */
function comparable(value: unknown): Members | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!Array.isArray(value)) return value as Members;
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
  const { label, fingerprint, text, panel } = membersOf(item);
  const found = [label, fingerprint, text].find((value) => typeof value === "string") as string | undefined;
  // Of a finding. A time is another one in each request, and alone makes no new finding.
  return panel === undefined ? found : found?.replaceAll(/\b[\d.,]+ ms\b/g, "… ms");
}

function joined(pairs: readonly (readonly [string, string])[]): Members {
  const values = new Map<string, string>();
  for (const [name, text] of pairs) values.set(name, values.has(name) ? `${values.get(name)}, ${text}` : text);
  return Object.fromEntries(values);
}

/** How often each label occurs. An item may stand for several. */
function counts(items: readonly unknown[]): Members {
  const numbers = new Map<string, number>();
  for (const item of items) {
    const { count } = membersOf(item);
    const label = labelOf(item) ?? "";
    numbers.set(label, (numbers.get(label) ?? 0) + (typeof count === "number" ? count : 1));
  }
  return Object.fromEntries(numbers);
}

function membersOf(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}
