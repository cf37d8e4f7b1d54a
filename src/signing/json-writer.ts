import { Float, formatFloat, formatNumber } from "./float.ts";
import { MAX_NESTING } from "./json-reader.ts";
import { moveNumberSources, numberSources } from "./number-sources.ts";

/** How JSON is written. The names are those of Python's `json.dumps`. */
export interface JsonStyle {
  /** Between two items, and between a key and its value. */
  readonly separators: readonly [item: string, key: string];
  /** Whether characters outside ASCII are written as `\uXXXX`. */
  readonly ensureAscii: boolean;
  /** Whether members are written in the order of their keys, by code point. */
  readonly sortKeys: boolean;
  /** Whether NaN and the infinities are written, as in Python, or refused. */
  readonly allowNaN: boolean;
  /** A cache of recently written keys in their written form. Begins empty. */
  readonly names: Map<string, MemberName>;
  /** The tag and content of an object that has a tag. It is written as `{"key": content}`. */
  readonly tagged?: ((value: object) => { readonly key: string; readonly content: unknown } | undefined) | undefined;
  /**
   * The key that marks an object with a single member which would otherwise be read as a tagged
   * value.
   */
  readonly escape?: ((key: string) => string | undefined) | undefined;
}

/** The key of a member in its written form, with everything around it up to the value. */
interface MemberName {
  /** After the bracket that opens the object. */
  readonly first: string;
  /** After another member. */
  readonly next: string;
}

/** The key of a member, or the index in an array. Errors name a value by it. */
type Position = string | number | undefined;

const SHORT = 24;
const MAX_NAMES = 256;
const MAX_NAME_LENGTH = 64;
const PRINTABLE = /^[ !#-[\]-~]*$/;
const SURROGATE = /[\ud800-\udfff]/;
const NOT_PRINTABLE_ASCII = /[\u007f-\uffff]/g;

/**
 * The JSON text of a value, byte for byte as Python's `json.dumps` writes the same value.
 *
 * Undefined members are left out. Maps are written as objects: they keep any order, and numbers,
 * booleans and null as keys become strings.
 *
 * @throws TypeError for a value that JSON cannot hold (it names the member), or for values nested
 *   deeper than 100 levels.
 */
export function writeJson(value: unknown, style: JsonStyle): string {
  return write(value, style, 0, undefined, undefined);
}

function write(
  value: unknown,
  style: JsonStyle,
  depth: number,
  position: Position,
  source: string | undefined,
): string {
  switch (typeof value) {
    case "string":
      return quote(value, style);
    case "number":
      // A fast path: most numbers are small and whole. -0 is written as 0 either way.
      if (source === undefined && (value | 0) === value) return String(value);
      if (!Number.isFinite(value)) refuseNotFinite(style, position);
      return source ?? formatNumber(value);
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      return String(value);
    case "object":
      return value === null ? "null" : writeObject(value, style, depth, position);
    default:
      throw new TypeError(
        `A value of type ${typeof value}${at(position)} cannot be written as JSON. Fix: leave it out, or turn it into plain values.`,
      );
  }
}

function writeObject(object: object, style: JsonStyle, depth: number, position: Position): string {
  const tagged = style.tagged?.(object);
  if (tagged === undefined) return writeContainer(object, style, depth, position);
  refuseDepth(depth);
  const { key, content } = tagged;
  // The content is not tagged again: the content of a tuple is the tuple itself.
  const isObject = typeof content === "object" && content !== null;
  const text = isObject
    ? writeContainer(content, style, depth + 1, position)
    : write(content, style, depth + 1, position, undefined);
  return `{${quote(key, style)}${style.separators[1]}${text}}`;
}

function writeContainer(object: object, style: JsonStyle, depth: number, position: Position): string {
  refuseDepth(depth);
  if (Array.isArray(object)) return writeArray(object, style, depth);
  const prototype: unknown = Object.getPrototypeOf(object);
  // A plain object, also one from another realm. An instance of a class would lose its class.
  if (prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null) {
    const keys = Object.keys(object);
    if (style.sortKeys) sortByCodePoint(keys);
    return writeMembers(keys, object as Readonly<Record<string, unknown>>, style, depth);
  }
  if (object instanceof Map) {
    const { keys, record } = mapMembers(object, style, position);
    return writeMembers(keys, record, style, depth);
  }
  if (object instanceof Float) {
    if (!Number.isFinite(object.value)) refuseNotFinite(style, position);
    return formatFloat(object.value);
  }
  throw new TypeError(
    `A value of class ${className(object)}${at(position)} cannot be written as JSON. Fix: turn it into plain values first.`,
  );
}

function writeArray(array: readonly unknown[], style: JsonStyle, depth: number): string {
  const sources = numberSources(array);
  let text = "[";
  for (let index = 0; index < array.length; index++) {
    const item = array[index];
    const source = sources !== undefined && typeof item === "number" ? sources(index, item) : undefined;
    const written = write(item, style, depth + 1, index, source);
    text += index === 0 ? written : style.separators[0] + written;
  }
  return `${text}]`;
}

function writeMembers(
  keys: readonly string[],
  record: Readonly<Record<string, unknown>>,
  style: JsonStyle,
  depth: number,
): string {
  const only = style.escape === undefined ? undefined : onlyMember(keys, record);
  const mark = only === undefined ? undefined : style.escape?.(only);
  if (mark !== undefined) refuseDepth(depth + 1);
  const sources = numberSources(record);
  const inside = mark === undefined ? depth + 1 : depth + 2;
  let text = "";
  for (const key of keys) {
    const value = record[key];
    if (value === undefined) continue;
    const { first, next } = nameOf(mark === undefined ? key : `${key}__`, style);
    const source = sources !== undefined && typeof value === "number" ? sources(key, value) : undefined;
    text += (text === "" ? first : next) + write(value, style, inside, key, source);
  }
  text += text === "" ? "{}" : "}";
  return mark === undefined ? text : `{${quote(mark, style)}${style.separators[1]}${text}}`;
}

/** Applications rarely use more than MAX_NAMES distinct keys. */
function nameOf(key: string, style: JsonStyle): MemberName {
  let name = style.names.get(key);
  if (name === undefined) {
    const [item, colon] = style.separators;
    const quoted = quote(key, style) + colon;
    name = { first: `{${quoted}`, next: item + quoted };
    if (key.length <= MAX_NAME_LENGTH) {
      if (style.names.size >= MAX_NAMES) style.names.clear();
      style.names.set(key, name);
    }
  }
  return name;
}

/** The key of the only member that is written. Undefined if there are none or several. */
function onlyMember(keys: readonly string[], record: Readonly<Record<string, unknown>>): string | undefined {
  let only: string | undefined;
  for (const key of keys) {
    if (record[key] === undefined) continue;
    if (only !== undefined) return undefined;
    only = key;
  }
  return only;
}

function refuseDepth(depth: number): void {
  if (depth >= MAX_NESTING)
    throw new TypeError(
      `Values nested deeper than ${MAX_NESTING} levels cannot be written. Fix: remove the circular reference, or flatten the value.`,
    );
}

/** The members of a Map with their keys as text, sorted if the style says so. */
function mapMembers(
  map: ReadonlyMap<unknown, unknown>,
  style: JsonStyle,
  position: Position,
): { keys: string[]; record: Record<string, unknown> } {
  const members = [...map];
  const isMixed = style.sortKeys && members.length > 1 && members.some(([key]) => typeof key !== "string");
  if (isMixed) {
    // As in Python, numbers are sorted as numbers, and keys of different types cannot be sorted.
    if (members.some(([key]) => typeof key === "string" || key === null)) {
      throw new TypeError(
        `The keys of a Map${at(position)} are of several types, so they cannot be sorted. Fix: use keys of one type, or sortKeys: false.`,
      );
    }
    members.sort(([a], [b]) => Number(a) - Number(b));
  }
  const named = members.map(([key, value]): [string, unknown] => [keyText(key, style, position), value]);
  const keys = [...new Set(named.map(([key]) => key))];
  if (style.sortKeys && !isMixed) sortByCodePoint(keys);
  const record = Object.fromEntries(named);
  moveNumberSources(map, record);
  return { keys, record };
}

function keyText(key: unknown, style: JsonStyle, position: Position): string {
  if (typeof key === "string") return key;
  if (
    key === null ||
    typeof key === "boolean" ||
    typeof key === "number" ||
    typeof key === "bigint" ||
    key instanceof Float
  ) {
    return write(key, style, 0, position, undefined);
  }
  throw new TypeError(
    `A key of a Map${at(position)} must be a string, a number, a boolean or null. Fix: use strings as keys.`,
  );
}

/**
 * Sorts as Python compares strings: by code point. JavaScript compares UTF-16 units, which differ
 * for surrogate pairs.
 */
function sortByCodePoint(keys: string[]): void {
  for (const key of keys) {
    if (!isPrintable(key) && SURROGATE.test(key)) return void keys.sort(compareCodePoints);
  }
  if (keys.length > 16) return void keys.sort();
  // Insertion sort. For the few members of most objects it is several times as fast as
  // Array.prototype.sort.
  for (let index = 1; index < keys.length; index++) {
    const key = keys[index]!;
    let position = index;
    for (; position > 0 && keys[position - 1]! > key; position--) keys[position] = keys[position - 1]!;
    keys[position] = key;
  }
}

function compareCodePoints(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => Array.from(text, (character) => character.codePointAt(0)!)) as [
    number[],
    number[],
  ];
  const difference = left.findIndex((point, index) => point !== right[index]);
  return difference === -1 ? left.length - right.length : left[difference]! - (right[difference] ?? -1);
}

function quote(text: string, style: JsonStyle): string {
  if (isPrintable(text)) return `"${text}"`;
  // JSON.stringify escapes what JSON requires, and unpaired surrogates, which UTF-8 cannot encode.
  const quoted = JSON.stringify(text);
  return style.ensureAscii ? quoted.replace(NOT_PRINTABLE_ASCII, escape) : quoted;
}

/** Whether a text is written without escapes. */
function isPrintable(text: string): boolean {
  // The names of members are short: this loop is several times as fast as starting a regular
  // expression.
  if (text.length > SHORT) return PRINTABLE.test(text);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false;
  }
  return true;
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function refuseNotFinite(style: JsonStyle, position: Position): void {
  if (!style.allowNaN)
    throw new TypeError(
      `A number${at(position)} is not finite, and JSON has no form for it. Fix: replace NaN and the infinities, for instance with null.`,
    );
}

function at(position: Position): string {
  return position === undefined
    ? ""
    : typeof position === "number"
      ? `, item ${position} of an array,`
      : `, the member ${JSON.stringify(position)},`;
}

function className(object: object): string {
  const { constructor } = object as { constructor?: unknown };
  return typeof constructor === "function" && constructor.name !== "" ? constructor.name : "unknown";
}
