import { Markup } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { areEqual, contains, order } from "../values/compare.ts";
import {
  Builtin,
  isFloat,
  isInteger,
  isNumber,
  isText,
  mappingOf,
  mustExist,
  numberOf,
  textOf,
  typeName,
  Undefined,
} from "../values/kinds.ts";
import { binary } from "../values/operators.ts";
import { print } from "../values/print.ts";
import { filter, type Filter } from "../values/filter.ts";

const isMissing = (value: unknown): boolean => value === undefined || value instanceof Undefined;
const simple = (run: (value: unknown) => boolean): Filter => filter([], (_, value) => run(value));
const pair = (run: (value: unknown, other: unknown) => boolean): Filter =>
  filter(["other!"], (_, value, other) => run(value, other));

const remainder = (value: unknown, by: unknown): number => {
  if (isMissing(value)) mustExist(value);
  if (!isNumber(value)) throw new ValueProblem(`a number is needed, not ${typeName(value)}`);
  return numberOf(binary("%", value, by));
};
const compared = (sign: string, right: (value: number) => boolean): Filter =>
  pair((value, other) => right(order(value, other, sign)));

const equal = pair(areEqual);
const notEqual = pair((value, other) => !areEqual(value, other));
const greater = compared(">", (value) => value > 0);
const atLeast = compared(">=", (value) => value >= 0);
const less = compared("<", (value) => value < 0);
const atMost = compared("<=", (value) => value <= 0);

const isIterable = (value: unknown): boolean => {
  if (isMissing(value) || isText(value) || Array.isArray(value)) return true;
  return mappingOf(value) !== undefined || (typeof value === "object" && value !== null && Symbol.iterator in value);
};

export const TESTS: Readonly<Record<string, Filter>> = {
  odd: simple((value) => remainder(value, 2) === 1),
  even: simple((value) => remainder(value, 2) === 0),
  divisibleby: pair((value, by) => remainder(value, by) === 0),
  defined: simple((value) => !isMissing(value)),
  undefined: simple(isMissing),
  filter: filter([], ({ hasFilter }, value) => isText(value) && hasFilter(textOf(value))),
  test: filter([], ({ hasTest }, value) => isText(value) && hasTest(textOf(value))),
  none: simple((value) => value === null),
  boolean: simple((value) => typeof value === "boolean"),
  false: simple((value) => value === false),
  true: simple((value) => value === true),
  integer: simple((value) => isInteger(value) && typeof value !== "boolean"),
  float: simple(isFloat),
  number: simple(isNumber),
  string: simple(isText),
  lower: simple((value) => {
    const whole = print(value);
    return whole !== whole.toUpperCase() && whole === whole.toLowerCase();
  }),
  upper: simple((value) => {
    const whole = print(value);
    return whole !== whole.toLowerCase() && whole === whole.toUpperCase();
  }),
  mapping: simple((value) => !isMissing(value) && mappingOf(value) !== undefined),
  sequence: simple(
    (value) => isMissing(value) || isText(value) || Array.isArray(value) || mappingOf(value) !== undefined,
  ),
  iterable: simple(isIterable),
  callable: simple((value) => isMissing(value) || typeof value === "function" || value instanceof Builtin),
  sameas: pair(
    (value, other) =>
      Object.is(value, other) ||
      (isNumber(value) && isNumber(other) && typeof value === typeof other && numberOf(value) === numberOf(other)),
  ),
  escaped: simple((value) => value instanceof Markup),
  in: pair((value, container) => contains(container, value)),
  "==": equal,
  eq: equal,
  equalto: equal,
  "!=": notEqual,
  ne: notEqual,
  ">": greater,
  gt: greater,
  greaterthan: greater,
  ">=": atLeast,
  ge: atLeast,
  "<": less,
  lt: less,
  lessthan: less,
  "<=": atMost,
  le: atMost,
};
