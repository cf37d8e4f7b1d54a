import { Tuple } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import {
  isNumber,
  isSequence,
  isText,
  Lazy,
  mappingOf,
  mustExist,
  numberOf,
  Range,
  textOf,
  typeName,
  Undefined,
  DictView,
} from "./kinds.ts";

/** Python's truth: empty and zero are false. */
export function isTrue(value: unknown): boolean {
  if (value === null || value === undefined || value instanceof Undefined) return false;
  if (isText(value)) return textOf(value) !== "";
  if (isNumber(value)) return typeof value === "bigint" ? value !== 0n : numberOf(value) !== 0;
  if (value instanceof Promise) mustExist(value);
  if (isSequence(value)) return value.length > 0;
  if (value instanceof Set) return value.size > 0;
  const mapping = mappingOf(value);
  return mapping === undefined || mapping.size > 0;
}

/** Python's `==`. */
export function areEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (isNumber(one) && isNumber(other)) {
    if (typeof one === "bigint" || typeof other === "bigint")
      // oxlint-disable-next-line eqeqeq -- a bigint equals the number of the same value
      return (typeof one === "bigint" ? one : numberOf(one)) == (typeof other === "bigint" ? other : numberOf(other));
    return numberOf(one) === numberOf(other);
  }
  if (isText(one) && isText(other)) return textOf(one) === textOf(other);
  const nothing = (value: unknown): boolean => value === undefined || value instanceof Undefined;
  if (nothing(one) || nothing(other)) return nothing(one) && nothing(other);
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime();
  if (isSequence(one) && isSequence(other)) {
    if (one instanceof Tuple !== other instanceof Tuple) return false;
    return one.length === other.length && one.every((item, index) => areEqual(item, other[index]));
  }
  if (one instanceof Set && other instanceof Set)
    return one.size === other.size && [...(one as Set<unknown>)].every((item) => other.has(item));
  const first = mappingOf(one);
  const second = mappingOf(other);
  if (first === undefined || second === undefined || first.size !== second.size) return false;
  return first.keys().every((key) => second.has(key) && areEqual(first.get(key), second.get(key)));
}

/** Below zero if `one` comes first. Texts are compared by code point, as Python does. */
export function order(one: unknown, other: unknown, sign = "<"): number {
  mustExist(one);
  mustExist(other);
  if (isNumber(one) && isNumber(other)) {
    const first = typeof one === "bigint" ? one : numberOf(one);
    const second = typeof other === "bigint" ? other : numberOf(other);
    return first < second ? -1 : first > second ? 1 : 0;
  }
  if (isText(one) && isText(other)) return orderTexts(textOf(one), textOf(other));
  if (one instanceof Date && other instanceof Date) return one.getTime() - other.getTime();
  if (
    isSequence(one) &&
    isSequence(other) &&
    one instanceof Tuple === other instanceof Tuple &&
    !(one instanceof Range || other instanceof Range)
  ) {
    for (let index = 0; index < Math.min(one.length, other.length); index++)
      if (!areEqual(one[index], other[index])) return order(one[index], other[index], sign);
    return one.length - other.length;
  }
  throw new ValueProblem(`'${sign}' not supported between instances of '${typeName(one)}' and '${typeName(other)}'`);
}

function orderTexts(one: string, other: string): number {
  if (one === other) return 0;
  const first = [...one];
  const second = [...other];
  for (let index = 0; index < Math.min(first.length, second.length); index++) {
    const difference = first[index]!.codePointAt(0)! - second[index]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return first.length - second.length;
}

/** One comparison, by its operator: `==`, `not in`, `<` and others. */
export function compare(sign: string, left: unknown, right: unknown): boolean {
  switch (sign) {
    case "==":
      return areEqual(left, right);
    case "!=":
      return !areEqual(left, right);
    case "in":
      return contains(right, left);
    case "not in":
      return !contains(right, left);
    case "<":
      return order(left, right, sign) < 0;
    case "<=":
      return order(left, right, sign) <= 0;
    case ">":
      return order(left, right, sign) > 0;
    default:
      return order(left, right, sign) >= 0;
  }
}

/** Python's `item in container`. */
export function contains(container: unknown, item: unknown): boolean {
  if (container instanceof Undefined) return false;
  mustExist(container);
  if (isText(container)) {
    if (isText(item)) return textOf(container).includes(textOf(item));
    mustExist(item);
    throw new ValueProblem(`'in <string>' requires string as left operand, not ${typeName(item)}`);
  }
  if (container instanceof Lazy) return container.take().some((other) => areEqual(other, item));
  if (isSequence(container)) return container.some((other) => areEqual(other, item));
  if (container instanceof Set) return [...(container as Set<unknown>)].some((other) => areEqual(other, item));
  const mapping = mappingOf(container);
  if (mapping !== undefined) {
    if ((isSequence(item) && !(item instanceof Tuple)) || mappingOf(item) !== undefined)
      throw new ValueProblem(`unhashable type: '${typeName(item)}'`);
    return mapping.has(item);
  }
  if (typeof container === "object" && container !== null) {
    const { has } = container as { has?: unknown };
    if (typeof has === "function") return Boolean(has.call(container, isText(item) ? textOf(item) : item));
    if (Symbol.iterator in container) return iterate(container).some((other) => areEqual(other, item));
  }
  throw new ValueProblem(`argument of type '${typeName(container)}' is not iterable`);
}

/** The items that Python's `for` runs over. */
export function iterate(value: unknown): unknown[] {
  if (value === undefined || value instanceof Undefined) return [];
  if (typeof value === "string") return [...value];
  if (isText(value)) return [...textOf(value)];
  if (value instanceof DictView || Array.isArray(value)) return value as unknown[];
  mustExist(value);
  if (value instanceof Lazy) return value.take();
  if (typeof value === "object" && value !== null) {
    const mapping = mappingOf(value);
    if (mapping !== undefined) return mapping.keys();
    if (Symbol.iterator in value) {
      const items = [...(value as Iterable<unknown>)];
      // A class that iterates over pairs, as forms and headers do, is a dict for a template.
      const { keys } = value as { keys?: unknown };
      return typeof keys === "function" && !(value instanceof Set)
        ? [...(keys.call(value) as Iterable<unknown>)]
        : items;
    }
  }
  throw new ValueProblem(`'${typeName(value)}' object is not iterable`);
}

/** Python's `len(value)`. */
export function lengthOf(value: unknown): number {
  if (value === undefined || value instanceof Undefined) return 0;
  if (isText(value)) return characters(textOf(value));
  mustExist(value);
  if (isSequence(value)) return value.length;
  if (value instanceof Set) return value.size;
  const mapping = mappingOf(value);
  if (mapping !== undefined) return mapping.size;
  const { length, size } = (value ?? {}) as { length?: unknown; size?: unknown };
  if (typeof value === "object" && (typeof length === "number" || typeof size === "number"))
    return (typeof length === "number" ? length : size) as number;
  throw new ValueProblem(`object of type '${typeName(value)}' has no len()`);
}

const characters = (text: string): number => (/[\uD800-\uDFFF]/.test(text) ? [...text].length : text.length);
