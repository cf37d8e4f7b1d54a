import { ValueProblem } from "../errors.ts";
import { integer, text } from "../values/bind.ts";
import { isTrue } from "../values/compare.ts";
import {
  isFloat,
  isInteger,
  isNumber,
  isText,
  mustExist,
  numberOf,
  textOf,
  toFloat,
  toInteger,
  typeName,
} from "../values/kinds.ts";
import { fixed } from "../values/format-spec.ts";
import { unary } from "../values/operators.ts";
import { strip } from "../values/text-parts.ts";
import { filter, type Filter } from "../values/filter.ts";

const INTEGER = /^[+-]?\d+(?:_\d+)*$/;
const FLOAT = /^[+-]?(?:(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+)?|inf|infinity|nan)$/i;

function parseFloatText(value: string): number | undefined {
  const trimmed = strip(value, undefined);
  if (!FLOAT.test(trimmed)) return undefined;
  const word = trimmed.toLowerCase().replace(/^[+-]/, "");
  const sign = trimmed.startsWith("-") ? -1 : 1;
  if (word === "nan") return Number.NaN;
  if (word.startsWith("inf")) return sign * Number.POSITIVE_INFINITY;
  return Number(trimmed.replaceAll("_", ""));
}

function whole(value: number): number | bigint {
  if (!Number.isFinite(value)) throw new ValueProblem("cannot convert float infinity to integer");
  return toInteger(BigInt(Math.trunc(value)));
}

const UNITS = [
  ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"],
  ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"],
] as const;

export const NUMBER_FILTERS: Readonly<Record<string, Filter>> = {
  abs: filter([], (_, value) => {
    mustExist(value);
    if (!isNumber(value)) throw new ValueProblem(`bad operand type for abs(): '${typeName(value)}'`);
    return numberOf(value) < 0 ? unary("-", value) : unary("+", value);
  }),
  int: filter(["default", "base"], (_, value, otherwise = 0, base = 10) => {
    if (isInteger(value)) return toInteger(BigInt(value));
    if (isFloat(value)) return Number.isFinite(numberOf(value)) ? whole(numberOf(value)) : otherwise;
    mustExist(value);
    if (!isText(value)) return otherwise;
    const trimmed = strip(textOf(value), undefined);
    const radix = integer(base);
    if (radix === 10 && INTEGER.test(trimmed)) return toInteger(BigInt(trimmed.replaceAll("_", "").replace(/^\+/, "")));
    if (radix !== 10) {
      const prefix = { 2: "0b", 8: "0o", 16: "0x" }[radix];
      const digits = trimmed.toLowerCase().replace(/^[+-]/, "");
      const bare = prefix !== undefined && digits.startsWith(prefix) ? digits.slice(2) : digits;
      const parsed = Number.parseInt(bare, radix);
      if (bare !== "" && !Number.isNaN(parsed) && [...bare].every((digit) => Number.parseInt(digit, radix) >= 0))
        return trimmed.startsWith("-") ? -parsed : parsed;
    }
    const number = parseFloatText(trimmed);
    return number === undefined || !Number.isFinite(number) ? otherwise : whole(number);
  }),
  float: filter(["default"], (_, value, otherwise) => {
    mustExist(value);
    const fallback = otherwise === undefined ? toFloat(0) : otherwise;
    if (isNumber(value)) return toFloat(numberOf(value));
    const number = isText(value) ? parseFloatText(textOf(value)) : undefined;
    return number === undefined ? fallback : toFloat(number);
  }),
  round: filter(["precision", "method"], (_, value, precision, method) => {
    mustExist(value);
    const how = method === undefined ? "common" : text(method, "method");
    if (!["common", "ceil", "floor"].includes(how)) throw new ValueProblem("method must be common, ceil or floor");
    if (!isNumber(value)) throw new ValueProblem(`type ${typeName(value)} doesn't define __round__ method`);
    const digits = integer(precision, 0);
    const number = numberOf(value);
    const scale = 10 ** digits;
    if (how === "ceil") return toFloat(Math.ceil(number * scale) / scale);
    if (how === "floor") return toFloat(Math.floor(number * scale) / scale);
    const rounded = digits >= 0 ? Number(fixed(number, digits)) : roundTens(number, -digits);
    return isInteger(value) ? toInteger(BigInt(rounded)) : toFloat(rounded);
  }),
  filesizeformat: filter(["binary"], (_, value, binary = false) => {
    mustExist(value);
    if (!isText(value) && !isNumber(value))
      throw new ValueProblem(`filesizeformat takes a number, and got ${typeName(value)}`);
    const bytes = isText(value) ? parseFloatText(textOf(value)) : numberOf(value);
    if (bytes === undefined || Number.isNaN(bytes)) throw new ValueProblem("could not convert string to float");
    const base = isTrue(binary) ? 1024 : 1000;
    if (bytes === 1) return "1 Byte";
    if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
    const units = UNITS[isTrue(binary) ? 1 : 0];
    const found = units.findIndex((_unit, index) => bytes < base ** (index + 2));
    const index = found === -1 ? units.length - 1 : found;
    return `${fixed((base * bytes) / base ** (index + 2), 1)} ${units[index]}`;
  }),
};

/** Python rounds to the even one of two equally near values. */
function roundTens(value: number, digits: number): number {
  const scaled = value / 10 ** digits;
  const down = Math.floor(scaled);
  const even = scaled - down === 0.5 ? (down % 2 === 0 ? down : down + 1) : Math.round(scaled);
  return even * 10 ** digits;
}
