import { Float, formatFloat, formatNumber } from "./float.ts";
import { MAX_NESTING } from "./json-reader.ts";
import { moveNumberSources, numberSources } from "./number-sources.ts";

/** How JSON is spelled; the names are those of Python's `json.dumps`. */
export interface JsonStyle {
  /** Between two items, and between a key and its value. */
  readonly separators: readonly [item: string, key: string];
  /** Whether characters outside ASCII are written as `\uXXXX`. */
  readonly ensureAscii: boolean;
  /** Whether members are written in the order of their keys, by code point. */
  readonly sortKeys: boolean;
  /** Whether NaN and the infinities are written, as Python does, or refused. */
  readonly allowNaN: boolean;
  /** Keys that were written lately, as they are written. Begins empty. */
  readonly names: Map<string, MemberName>;
  /**
   * The key and content under which an object is written, `{"key": content}`, if it is of a kind
   * that has a tag.
   */
  readonly tagged?: ((value: object) => { readonly key: string; readonly content: unknown } | undefined) | undefined;
  /**
   * The key by which an object is marked that has one member only, and would be taken for a tagged
   * value.
   */
  readonly escape?: ((key: string) => string | undefined) | undefined;
}

/** The key of a member as it is written, with all that stands around it up to the value. */
interface MemberName {
  /** Behind the bracket that opens the object. */
  readonly first: string;
  /** Behind another member. */
  readonly next: string;
}

/** Keys of members, or the place in an array: what an error calls a value by. */
type Place = string | number | undefined;

const SHORT = 24;
const MAX_NAMES = 256;
const MAX_NAME_LENGTH = 64;
const PRINTABLE = /^[ !#-[\]-~]*$/;
const SURROGATE = /[\ud800-\udfff]/;
const NOT_PRINTABLE_ASCII = /[\u007f-\uffff]/g;

/**
 * The JSON text of a value, byte for byte as Python's `json.dumps` writes the same value.
 *
 * Members that are undefined are left out. Maps are written as objects: they keep any order, and
 * numbers, booleans and null as keys become text.
 *
 * @throws TypeError for what JSON cannot hold (naming the member), or values nested deeper than 100
 *   levels.
 */
export function writeJson(value: unknown, style: JsonStyle): string {
  return write(value, style, 0, undefined, undefined);
}

function write(value: unknown, style: JsonStyle, depth: number, place: Place, source: string | undefined): string {
  switch (typeof value) {
    case "string":
      return quote(value, style);
    case "number":
      // Most numbers are small and whole, and need no questions; -0 comes out as 0 in either way.
      if (source === undefined && (value | 0) === value) return String(value);
      if (!Number.isFinite(value)) refuseNotFinite(style, place);
      return source ?? formatNumber(value);
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      return String(value);
    case "object":
      return value === null ? "null" : writeObject(value, style, depth, place);
    default:
      throw new TypeError(`A value of type ${typeof value}${at(place)} has no form in JSON.`);
  }
}

function writeObject(object: object, style: JsonStyle, depth: number, place: Place): string {
  const tagged = style.tagged?.(object);
  if (tagged === undefined) return writeContainer(object, style, depth, place);
  refuseDepth(depth);
  const { key, content } = tagged;
  // The content is not asked for a tag again: a tuple's content is the tuple.
  const isObject = typeof content === "object" && content !== null;
  const text = isObject ? writeContainer(content, style, depth + 1, place) : write(content, style, depth + 1, place, undefined);
  return `{${quote(key, style)}${style.separators[1]}${text}}`;
}

function writeContainer(object: object, style: JsonStyle, depth: number, place: Place): string {
  refuseDepth(depth);
  if (Array.isArray(object)) return writeArray(object, style, depth);
  const prototype: unknown = Object.getPrototypeOf(object);
  // An object literal, also one from another realm; anything with a class of its own would lose it.
  if (prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null) {
    const keys = Object.keys(object);
    if (style.sortKeys) sortByCodePoint(keys);
    return writeMembers(keys, object as Readonly<Record<string, unknown>>, style, depth);
  }
  if (object instanceof Map) {
    const { keys, record } = mapMembers(object, style, place);
    return writeMembers(keys, record, style, depth);
  }
  if (object instanceof Float) {
    if (!Number.isFinite(object.value)) refuseNotFinite(style, place);
    return formatFloat(object.value);
  }
  throw new TypeError(`A value of class ${className(object)}${at(place)} has no form in JSON: turn it into plain values first.`);
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

function writeMembers(keys: readonly string[], record: Readonly<Record<string, unknown>>, style: JsonStyle, depth: number): string {
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

/** Few are as many different ones as MAX_NAMES. */
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

/** The key of the one member that is written; undefined if there are none or several. */
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
  if (depth >= MAX_NESTING) throw new TypeError(`Values nested deeper than ${MAX_NESTING} levels are not written. Is there a circle?`);
}

/** The members of a Map with their keys as text, sorted if the style says so. */
function mapMembers(
  map: ReadonlyMap<unknown, unknown>,
  style: JsonStyle,
  place: Place,
): { keys: string[]; record: Record<string, unknown> } {
  const members = [...map];
  const isMixed = style.sortKeys && members.length > 1 && members.some(([key]) => typeof key !== "string");
  if (isMixed) {
    // As in Python: numbers are sorted as numbers, and what cannot be compared cannot be sorted.
    if (members.some(([key]) => typeof key === "string" || key === null)) {
      throw new TypeError(`The keys of a Map${at(place)} are of several types, which have no order.`);
    }
    members.sort(([a], [b]) => Number(a) - Number(b));
  }
  const named = members.map(([key, value]): [string, unknown] => [keyText(key, style, place), value]);
  const keys = [...new Set(named.map(([key]) => key))];
  if (style.sortKeys && !isMixed) sortByCodePoint(keys);
  const record = Object.fromEntries(named);
  moveNumberSources(map, record);
  return { keys, record };
}

function keyText(key: unknown, style: JsonStyle, place: Place): string {
  if (typeof key === "string") return key;
  if (key === null || typeof key === "boolean" || typeof key === "number" || typeof key === "bigint" || key instanceof Float) {
    return write(key, style, 0, place, undefined);
  }
  throw new TypeError(`A key of a Map${at(place)} is neither text, number, boolean nor null.`);
}

/**
 * Sorts as Python compares texts: by code point, where JavaScript compares the halves of surrogate
 * pairs.
 */
function sortByCodePoint(keys: string[]): void {
  for (const key of keys) {
    if (!isPrintable(key) && SURROGATE.test(key)) return void keys.sort(compareCodePoints);
  }
  if (keys.length > 16) return void keys.sort();
  // By insertion: for the few members of most objects several times as fast as
  // Array.prototype.sort.
  for (let index = 1; index < keys.length; index++) {
    const key = keys[index]!;
    let place = index;
    for (; place > 0 && keys[place - 1]! > key; place--) keys[place] = keys[place - 1]!;
    keys[place] = key;
  }
}

function compareCodePoints(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => Array.from(text, (character) => character.codePointAt(0)!)) as [number[], number[]];
  const difference = left.findIndex((point, index) => point !== right[index]);
  return difference === -1 ? left.length - right.length : left[difference]! - (right[difference] ?? -1);
}

function quote(text: string, style: JsonStyle): string {
  if (isPrintable(text)) return `"${text}"`;
  // JSON.stringify escapes what JSON demands, and half of a surrogate pair, which UTF-8 could not
  // carry.
  const quoted = JSON.stringify(text);
  return style.ensureAscii ? quoted.replace(NOT_PRINTABLE_ASCII, escape) : quoted;
}

/** Whether a text is written as it stands. */
function isPrintable(text: string): boolean {
  // The names of members are short: several times as fast as to set off a regular expression.
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

function refuseNotFinite(style: JsonStyle, place: Place): void {
  if (!style.allowNaN) throw new TypeError(`A number${at(place)} is not finite, which JSON cannot say.`);
}

function at(place: Place): string {
  return place === undefined ? "" : typeof place === "number" ? `, item ${place} of an array,` : `, the member ${JSON.stringify(place)},`;
}

function className(object: object): string {
  const { constructor } = object as { constructor?: unknown };
  return typeof constructor === "function" && constructor.name !== "" ? constructor.name : "unknown";
}
