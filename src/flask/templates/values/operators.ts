import { Markup, Tuple } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { formatPercent } from "./format-percent.ts";
import { iterate } from "./compare.ts";
import {
  Float,
  isFloat,
  isInteger,
  isNumber,
  isSequence,
  isText,
  mustExist,
  numberOf,
  textOf,
  toFloat,
  toInteger,
  typeName,
} from "./kinds.ts";
import { escapeText } from "./print.ts";

/** Python's binary operators. */
export function binary(operator: string, left: unknown, right: unknown): unknown {
  mustExist(left);
  if (operator === "%" && isText(left)) return formatPercent(left, right);
  mustExist(right);
  if (isNumber(left) && isNumber(right)) return calculate(operator, left, right);
  if (operator === "+") {
    if (isText(left) && isText(right)) return joinTexts([left, right]);
    if (isSequence(left) && isSequence(right) && left instanceof Tuple === right instanceof Tuple)
      return left instanceof Tuple ? Tuple.of(...left, ...right) : [...left, ...right];
  }
  if (operator === "*") {
    if (isInteger(right)) return repeat(left, Number(right)) ?? refuse(operator, left, right);
    if (isInteger(left)) return repeat(right, Number(left)) ?? refuse(operator, left, right);
  }
  return refuse(operator, left, right);
}

function refuse(operator: string, left: unknown, right: unknown): never {
  throw new ValueProblem(
    `unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'. Fix: convert one of them, such as with |int or |string.`,
  );
}

/** Texts one after the other. Beside safe HTML, the others are escaped. */
export function joinTexts(texts: readonly (string | Markup)[]): string | Markup {
  if (!texts.some((text) => text instanceof Markup)) return texts.join("");
  return new Markup(texts.map((text) => (typeof text === "string" ? escapeText(text) : text.html)).join(""));
}

function repeat(value: unknown, times: number): unknown {
  const count = Math.max(0, times);
  if (isText(value)) {
    if (textOf(value).length * count > 10_000_000)
      throw new ValueProblem("The repeated text is longer than 10,000,000 characters.");
    const text = textOf(value).repeat(count);
    return typeof value === "string" ? text : new Markup(text);
  }
  if (!isSequence(value)) return undefined;
  if (value.length * count > 1_000_000) throw new ValueProblem("The repeated list has more than 1,000,000 items.");
  const items = Array.from({ length: count }, () => value).flat();
  return value instanceof Tuple ? Tuple.of(...items) : items;
}

function calculate(operator: string, left: unknown, right: unknown): unknown {
  if (isInteger(left) && isInteger(right)) return calculateIntegers(operator, left, right);
  const one = numberOf(left);
  const other = numberOf(right);
  if (["/", "//", "%"].includes(operator) && other === 0) throw new ValueProblem("float division by zero");
  switch (operator) {
    case "+":
      return toFloat(one + other);
    case "-":
      return toFloat(one - other);
    case "*":
      return toFloat(one * other);
    case "/":
      return toFloat(one / other);
    case "//":
      return toFloat(Math.floor(one / other));
    case "%":
      return toFloat(moduloOf(one, other));
    default:
      if (one < 0 && !Number.isInteger(other))
        throw new ValueProblem("A negative number cannot be raised to a fraction here.");
      return toFloat(one ** other);
  }
}

/** The result has the sign of the divisor, as in Python. */
function moduloOf(one: number, other: number): number {
  const rest = one % other;
  return rest !== 0 && rest < 0 !== other < 0 ? rest + other : rest;
}

function calculateIntegers(
  operator: string,
  left: number | bigint | boolean,
  right: number | bigint | boolean,
): unknown {
  const one = BigInt(left);
  const other = BigInt(right);
  if (["/", "//", "%"].includes(operator) && other === 0n)
    throw new ValueProblem(operator === "/" ? "division by zero" : "integer division or modulo by zero");
  switch (operator) {
    case "+":
      return toInteger(one + other);
    case "-":
      return toInteger(one - other);
    case "*":
      return toInteger(one * other);
    case "/":
      return toFloat(Number(one) / Number(other));
    case "//": {
      const quotient = one / other;
      return toInteger(one % other !== 0n && one < 0n !== other < 0n ? quotient - 1n : quotient);
    }
    case "%": {
      const rest = one % other;
      return toInteger(rest !== 0n && rest < 0n !== other < 0n ? rest + other : rest);
    }
    default:
      if (other < 0n) {
        if (one === 0n) throw new ValueProblem("0.0 cannot be raised to a negative power");
        return toFloat(Number(one) ** Number(other));
      }
      if (other > 10_000n) throw new ValueProblem("An exponent above 10,000 is not possible here.");
      return toInteger(one ** other);
  }
}

/** Python's `-value` and `+value`. */
export function unary(operator: "+" | "-", value: unknown): unknown {
  mustExist(value);
  if (!isNumber(value)) throw new ValueProblem(`bad operand type for unary ${operator}: '${typeName(value)}'`);
  if (isFloat(value)) {
    const number = operator === "-" ? -numberOf(value) : numberOf(value);
    return Object.is(number, -0) ? new Float(-0) : toFloat(number);
  }
  return toInteger(operator === "-" ? -BigInt(value as number) : BigInt(value as number));
}

/** Python's `value[start:stop:step]`. */
export function slice(value: unknown, parts: readonly unknown[]): unknown {
  mustExist(value);
  const items = isText(value) ? iterate(value) : isSequence(value) ? value : undefined;
  if (items === undefined) throw new ValueProblem(`'${typeName(value)}' object is not subscriptable by a slice`);
  const [start, stop, step = 1] = parts.map((part) => {
    if (part === null) return undefined;
    if (!isInteger(part)) throw new ValueProblem("slice indices must be integers or None");
    return Number(part);
  });
  if (step === 0) throw new ValueProblem("slice step cannot be zero");
  const size = items.length;
  const bound = (at: number | undefined, otherwise: number): number => {
    if (at === undefined) return otherwise;
    const from = at < 0 ? at + size : at;
    return step > 0 ? Math.min(Math.max(from, 0), size) : Math.min(Math.max(from, -1), size - 1);
  };
  const first = bound(start, step > 0 ? 0 : size - 1);
  const end = bound(stop, step > 0 ? size : -1);
  const found: unknown[] = [];
  for (let at = first; step > 0 ? at < end : at > end; at += step) found.push(items[at]);
  if (isText(value)) return typeof value === "string" ? found.join("") : new Markup(found.join(""));
  return value instanceof Tuple ? Tuple.of(...found) : found;
}
