import { Markup, Tuple, Uuid } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";

/**
 * Python's float with a whole value. JavaScript has one kind of number, and `3.0` prints otherwise.
 */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A variable, attribute or key that does not exist. It prints as nothing; using it is an error. */
export class Undefined {
  /** What is missing, for the error of using it. */
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** What `keys()`, `values()` and `items()` of a dict return. */
export class DictView extends Array<unknown> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
  readonly kind: "keys" | "values" | "items";
  constructor(kind: "keys" | "values" | "items", items: Iterable<unknown>) {
    super();
    this.kind = kind;
    for (const item of items) this.push(item);
  }
}

/** What `range()` returns: it prints as a range, and is a list in all else. */
export class Range extends Array<unknown> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
  readonly bounds: readonly [start: number, stop: number, step: number];
  constructor(start: number, stop: number, step: number, size: number) {
    super();
    this.bounds = [start, stop, step];
    for (let at = 0; at < size; at++) this.push(start + at * step);
  }
}

/**
 * What `map`, `select` and other filters return in Jinja: a generator. It is always true, has no
 * length, and can be read once.
 */
export class Lazy {
  #items: readonly unknown[];
  constructor(items: readonly unknown[]) {
    this.#items = items;
  }
  take(): unknown[] {
    const items = [...this.#items];
    this.#items = [];
    return items;
  }
}

/** The keyword arguments of a call. */
export type Keywords = Readonly<Record<string, unknown>>;

/** A function of the template language, which takes keyword arguments beside the others. */
export class Builtin {
  readonly name: string;
  readonly call: (args: readonly unknown[], keywords: Keywords) => unknown;
  constructor(name: string, call: Builtin["call"]) {
    this.name = name;
    this.call = call;
  }
}

/** An object of the template language with members that templates may read or call. */
export abstract class Member {
  abstract member(name: string): unknown;
  /** Python's printed form. */
  abstract print(): string;
}

/** A text: a string, or HTML that is safe. */
export const isText = (value: unknown): value is string | Markup =>
  typeof value === "string" || value instanceof Markup;

export const textOf = (value: string | Markup): string => (typeof value === "string" ? value : value.html);

/** A whole number of Python: an int, or a boolean as one. */
export const isInteger = (value: unknown): value is number | bigint | boolean =>
  typeof value === "bigint" || typeof value === "boolean" || Number.isSafeInteger(value);

export const isFloat = (value: unknown): boolean =>
  value instanceof Float || (typeof value === "number" && !Number.isSafeInteger(value));

export const isNumber = (value: unknown): value is number | bigint | boolean | Float =>
  typeof value === "number" || typeof value === "bigint" || typeof value === "boolean" || value instanceof Float;

/** The JavaScript number of a number. */
export function numberOf(value: unknown): number {
  if (value instanceof Float) return value.value;
  return Number(value);
}

/** A number as Python's float. */
export const toFloat = (value: number): number | Float => (Number.isSafeInteger(value) ? new Float(value) : value);

/** An integer: a number as long as it is exact, else a bigint. */
export function toInteger(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** Entries by key: what Python calls a mapping. */
export interface Mapping {
  readonly size: number;
  has(key: unknown): boolean;
  get(key: unknown): unknown;
  keys(): unknown[];
  set(key: unknown, value: unknown): void;
  delete(key: unknown): void;
}

const ITERABLE_MAPPINGS = ["URLSearchParams", "FormData", "Headers", "URLSearchParams Iterator"];

/** Whether an object has no class of its own: its members are its entries. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** The entries of a plain object, a Map or a form; undefined for anything else. */
export function mappingOf(value: unknown): Mapping | undefined {
  if (value instanceof Map) return mapMapping(value as Map<unknown, unknown>);
  if (typeof value !== "object" || value === null) return undefined;
  if (value instanceof Float || value instanceof Undefined || value instanceof Markup || value instanceof Lazy)
    return undefined;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (ITERABLE_MAPPINGS.includes(tag)) return formMapping(value as URLSearchParams);
  return isPlain(value) && !(Symbol.iterator in value) ? objectMapping(value) : undefined;
}

/**
 * Python finds `1` under `True` and `1.0` too. Here keys are compared as JavaScript does, but for
 * floats.
 */
const plainKey = (key: unknown): unknown => {
  if (key instanceof Float) return key.value;
  return key instanceof Markup ? key.html : key;
};

function mapMapping(map: Map<unknown, unknown>): Mapping {
  return {
    get size() {
      return map.size;
    },
    has: (key) => map.has(plainKey(key)),
    get: (key) => map.get(plainKey(key)),
    keys: () => [...map.keys()],
    set: (key, value) => void map.set(plainKey(key), value),
    delete: (key) => void map.delete(plainKey(key)),
  };
}

function objectMapping(object: Record<string, unknown>): Mapping {
  const has = (key: unknown): boolean => {
    const name = plainKey(key);
    return typeof name === "string" && Object.prototype.propertyIsEnumerable.call(object, name);
  };
  return {
    get size() {
      return Object.keys(object).length;
    },
    has,
    get: (key) => object[plainKey(key) as string],
    keys: () => Object.keys(object),
    set: (key, value) => {
      const name = plainKey(key);
      if (typeof name !== "string")
        throw new ValueProblem("A plain object has text keys only. Fix: pass a Map in the context.");
      object[name] = value;
    },
    delete: (key) => void delete object[plainKey(key) as string],
  };
}

function formMapping(form: URLSearchParams): Mapping {
  const keys = (): string[] => [...new Set(form.keys())];
  return {
    get size() {
      return keys().length;
    },
    has: (key) => isText(key) && form.has(textOf(key)),
    get: (key) => form.get(textOf(key as string)) ?? undefined,
    keys,
    set: () => {
      throw new ValueProblem("A request's form cannot be changed. Fix: change a copy.");
    },
    delete: () => {
      throw new ValueProblem("A request's form cannot be changed. Fix: change a copy.");
    },
  };
}

/** A list or a tuple, also a view of a dict. */
export const isSequence = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** Python's name for the kind of a value, for messages. */
export function typeName(value: unknown): string {
  if (value === null) return "NoneType";
  if (value instanceof Undefined || value === undefined) return "Undefined";
  if (typeof value === "boolean") return "bool";
  if (isText(value)) return typeof value === "string" ? "str" : "Markup";
  if (isInteger(value)) return "int";
  if (isFloat(value)) return "float";
  if (value instanceof DictView) return `dict_${value.kind}`;
  if (value instanceof Range) return "range";
  if (value instanceof Tuple) return "tuple";
  if (Array.isArray(value)) return "list";
  if (value instanceof Set) return "set";
  if (value instanceof Date) return "datetime.datetime";
  if (value instanceof Uuid) return "UUID";
  if (value instanceof Lazy) return "generator";
  if (value instanceof Promise) return "Promise";
  if (typeof value === "function" || value instanceof Builtin) return "function";
  if (mappingOf(value) !== undefined) return "dict";
  return (value as object).constructor?.name ?? "object";
}

/**
 * Throws the error of using what does not exist, and of a promise, which a template cannot await.
 */
export function mustExist(value: unknown): void {
  if (value instanceof Undefined) throw new ValueProblem(value.reason, "undefined");
  if (value instanceof Promise)
    throw new ValueProblem("A template cannot wait for a Promise. Fix: await it before rendering.");
}
