import { HIDDEN, type HiddenNames } from "./hidden-names.ts";

/**
 * `characters` is of all texts together: 2,000 texts of 4,000 characters would be eight million.
 */
const LIMITS = { depth: 8, items: 100, nodes: 2_000, characters: 200_000 };
/** The members under which a name stands beside its value, as in FormData and HAR files. */
const NAMING = ["name", "key", "header"] as const;

/** What a copy needs. */
export interface PlainCopyOptions {
  readonly names: HiddenNames;
  /** Redacts and cuts a text. */
  readonly text: (text: string) => string;
}

interface Place {
  readonly depth: number;
  readonly budget: { left: number; characters: number };
  readonly above: Set<object>;
}

/** A copy as plain JSON without secrets, cut in depth, breadth and length. */
export function plainCopy(data: unknown, options: PlainCopyOptions): unknown {
  return copy(data, options, {
    depth: 0,
    budget: { left: LIMITS.nodes, characters: LIMITS.characters },
    above: new Set(),
  });
}

function copy(value: unknown, options: PlainCopyOptions, place: Place): unknown {
  place.budget.left--;
  const text = (given: string): string => boundedText(given, options, place);
  if (value === null || value === undefined || typeof value === "boolean") return value ?? null;
  if (typeof value === "string") return text(value);
  if (typeof value === "number") {
    const written = String(value);
    // A key may be digits alone.
    const hidden = written.length < 4 ? written : text(written);
    return Number.isFinite(value) && hidden === written ? value : hidden;
  }
  if (typeof value === "bigint") return text(`${value}n`);
  if (typeof value !== "object") return `[${typeof value}]`;
  try {
    return copyObject(value, options, place);
  } catch {
    // A proxy, or a getter of an error, may throw whatever is read of it.
    return "[cannot be read]";
  }
}

/** A text that has no room any more is replaced by its length. */
function boundedText(given: string, { text }: PlainCopyOptions, { budget }: Place): string {
  if (budget.characters <= 0) return `… (${given.length} characters)`;
  const result = text(given);
  budget.characters -= result.length;
  return result;
}

function copyObject(value: object, options: PlainCopyOptions, place: Place): unknown {
  const { depth, budget, above } = place;
  const { names } = options;
  const text = (given: string): string => boundedText(given, options, place);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[invalid date]" : value.toISOString();
  if (value instanceof Error) return text(`${value.name}: ${value.message}`);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (above.has(value)) return "[circular]";
  if (depth >= LIMITS.depth || budget.left <= 0 || budget.characters <= 0)
    return Array.isArray(value) ? `[list of ${value.length}]` : "[object]";
  above.add(value);
  try {
    const inside = { ...place, depth: depth + 1 };
    if (isNamedPair(value, names)) return [text(value[0]), HIDDEN];
    if (Array.isArray(value)) return bytesOf(value, text) ?? copyItems(value, value.length, options, inside);
    if (value instanceof Set) return copyItems(value, value.size, options, inside);
    const { entries, count } = value instanceof Map ? mapEntries(value) : ownEntries(value);
    // Without a prototype, so that `__proto__` is copied like any other member.
    const result = Object.create(null) as Record<string, unknown>;
    const isNamed = value instanceof Map ? false : namesItsValue(entries, names);
    let copied = 0;
    for (const [name, item] of entries) {
      if (budget.characters <= 0) break;
      copied++;
      result[text(name)] =
        (names.hides(name) || (isNamed && name === "value")) &&
        item !== null &&
        item !== undefined &&
        typeof item !== "boolean"
          ? HIDDEN
          : copy(item, options, inside);
    }
    if (count > copied) result["…"] = `${count - copied} more`;
    return result;
  } finally {
    above.delete(value);
  }
}

/** A list of a name and its value, as entries are: `["password", "x"]`. */
function isNamedPair(value: object, names: HiddenNames): value is [name: string, value: string] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [name, item] = value as readonly unknown[];
  return typeof name === "string" && typeof item === "string" && names.hides(name);
}

/** Whether the member `value` belongs to a hidden name that stands beside it. */
function namesItsValue(entries: Entries["entries"], names: HiddenNames): boolean {
  if (!entries.some(([name]) => name === "value")) return false;
  return entries.some(
    ([name, item]) => NAMING.some((each) => each === name) && typeof item === "string" && names.hides(item),
  );
}

/** A key may be a list of its bytes. Undefined for a list that holds none. */
function bytesOf(list: readonly unknown[], text: (text: string) => string): string | undefined {
  if (list.length < 8 || !Number.isInteger(list[0]) || !Number.isInteger(list[7])) return undefined;
  const written = list.slice(0, 1_000).join(",");
  const redacted = text(written);
  return redacted.includes("[") ? redacted : undefined;
}

function copyItems(items: Iterable<unknown>, count: number, options: PlainCopyOptions, place: Place): unknown[] {
  const result: unknown[] = [];
  for (const item of items) {
    if (result.length === LIMITS.items) break;
    result.push(copy(item, options, place));
  }
  if (count > LIMITS.items) result.push(`… ${count - LIMITS.items} more`);
  return result;
}

interface Entries {
  readonly entries: readonly (readonly [string, unknown])[];
  readonly count: number;
}

function mapEntries(map: ReadonlyMap<unknown, unknown>): Entries {
  const entries: [string, unknown][] = [];
  for (const [key, item] of map) {
    if (entries.length === LIMITS.items) break;
    entries.push([typeof key === "string" ? key : typeof key === "number" ? String(key) : `[${typeof key}]`, item]);
  }
  return { entries, count: map.size };
}

/** The enumerable members. Getters are not called, because they may have side effects. */
function ownEntries(value: object): Entries {
  const keys = Object.keys(value);
  const entries = keys.slice(0, LIMITS.items).map((key): readonly [string, unknown] => {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    return [key, descriptor !== undefined && "value" in descriptor ? (descriptor.value as unknown) : "[getter]"];
  });
  return { entries, count: keys.length };
}
