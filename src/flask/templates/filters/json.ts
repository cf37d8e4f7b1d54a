import { Markup, Uuid } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import {
  Float,
  isFloat,
  isInteger,
  isText,
  mappingOf,
  mustExist,
  numberOf,
  textOf,
  Range,
  typeName,
  Undefined,
  DictView,
} from "../values/kinds.ts";
import { httpDate } from "../values/dates.ts";
import { order } from "../values/compare.ts";
import { printFloat } from "../values/print.ts";
import { filter, type Filter, type JsonWriting } from "../values/filter.ts";

/** ASCII only, as Python's json writes by default. */
function quoted(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007F-\uFFFF]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function keyText(key: unknown): string {
  if (isText(key)) return textOf(key);
  if (key === null) return "null";
  if (typeof key === "boolean") return String(key);
  if (isFloat(key)) return printFloat(numberOf(key));
  if (isInteger(key)) return String(key);
  throw new ValueProblem(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

/**
 * JSON in the spelling of Flask's provider: sorted keys, a blank after commas and colons.
 *
 * @param convert is asked about dates, sets, and all that JSON does not have.
 */
function toJson(value: unknown, indent: string | undefined, convert: JsonWriting["convert"]): string {
  const write = (item: unknown, depth: number, around: readonly unknown[]): string => {
    if (item === null) return "null";
    if (typeof item === "boolean") return String(item);
    if (isText(item)) return quoted(textOf(item));
    if (isFloat(item))
      return (
        { inf: "Infinity", "-inf": "-Infinity", nan: "NaN" }[printFloat(numberOf(item))] ?? printFloat(numberOf(item))
      );
    if (isInteger(item)) return String(item);
    if (item === undefined || item instanceof Undefined)
      throw new ValueProblem(
        "Object of type Undefined is not JSON serializable. Fix: give it a default, with |default(none).",
      );
    mustExist(item);
    if (around.includes(item)) throw new ValueProblem("Circular reference detected");
    const inside = [...around, item];
    if (convert !== undefined && (item instanceof Date || item instanceof Set)) {
      const made = convert(item);
      if (made !== item) return write(made, depth, inside);
    }
    if (item instanceof Date) return quoted(httpDate(item));
    if (item instanceof Uuid) return quoted(item.toString());
    if (item instanceof Range || item instanceof DictView)
      throw new ValueProblem(`Object of type ${typeName(item)} is not JSON serializable. Fix: add |list before it.`);
    const lines = (parts: readonly string[], open: string, close: string): string => {
      if (parts.length === 0) return open + close;
      if (indent === undefined) return open + parts.join(", ") + close;
      const pad = `\n${indent.repeat(depth + 1)}`;
      return `${open}${pad}${parts.join(`,${pad}`)}\n${indent.repeat(depth)}${close}`;
    };
    if (Array.isArray(item)) {
      const parts = item.map((part) => write(part, depth + 1, inside));
      return lines(parts, "[", "]");
    }
    const own = (item as { toJSON?: unknown }).toJSON;
    if (typeof own === "function") return write(own.call(item, ""), depth, inside);
    const mapping = mappingOf(item);
    if (mapping === undefined) {
      const made = convert?.(item) ?? item;
      if (made !== item) return write(made, depth, inside);
      throw new ValueProblem(
        `Object of type ${typeName(item)} is not JSON serializable. Fix: pass a plain object, or give the class a toJSON().`,
      );
    }
    const keys = mapping.keys().sort((one, other) => order(one, other));
    return lines(
      keys.map((key) => `${quoted(keyText(key))}: ${write(mapping.get(key), depth + 1, inside)}`),
      "{",
      "}",
    );
  };
  return write(value, 0, []);
}

/** A template's own values as JavaScript's: an application's own `dumps` knows no others. */
function plainOf(value: unknown, around: readonly unknown[] = []): unknown {
  mustExist(value);
  if (isText(value)) return textOf(value);
  if (value instanceof Float) return value.value;
  if (around.includes(value)) throw new ValueProblem("Circular reference detected");
  const inside = [...around, value];
  if (Array.isArray(value)) return Array.from(value, (item) => plainOf(item, inside));
  const mapping = mappingOf(value);
  if (mapping === undefined) return value;
  return Object.fromEntries(mapping.keys().map((key) => [keyText(key), plainOf(mapping.get(key), inside)]));
}

const UNSAFE: Readonly<Record<string, string>> = { "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027" };

export const JSON_FILTERS: Readonly<Record<string, Filter>> = {
  tojson: filter(["indent"], ({ json }, value, indent) => {
    const { convert, write } = json();
    const by =
      indent === undefined || indent === null
        ? undefined
        : isText(indent)
          ? textOf(indent)
          : " ".repeat(Number(indent));
    const text = write === undefined ? toJson(value, by, convert) : write(plainOf(value));
    return new Markup(text.replace(/[<>&']/g, (character) => UNSAFE[character]!));
  }),
};
