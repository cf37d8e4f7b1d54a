import { ValueProblem } from "../errors.ts";
import { isFloat, isNumber, isText, numberOf, textOf, typeName } from "./kinds.ts";
import { print, printFloat } from "./print.ts";

/**
 * Digits after the point of `1.5` as in Python, which rounds the exact binary value half to even.
 */
export function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}${digits > 0 ? `.${"0".repeat(digits)}` : ""}`;
  // toFixed takes the larger of two equally near values, and Python the even one.
  const text = Math.abs(value).toFixed(Math.min(digits, 100));
  const exact = Math.abs(value) * 10 ** digits;
  const even =
    digits <= 15 &&
    exact < 2 ** 52 &&
    exact % 1 === 0.5 &&
    exact / 10 ** digits === Math.abs(value) &&
    isHalf(value, digits)
      ? (2 * Math.round(exact / 2)) / 10 ** digits
      : undefined;
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return sign + (even === undefined ? text : even.toFixed(digits));
}

/**
 * Whether a value is exactly between two of `digits` digits: only then a binary fraction can be.
 */
function isHalf(value: number, digits: number): boolean {
  const scaled = BigInt(Math.round(Math.abs(value) * 2 ** 30));
  if (Number(scaled) / 2 ** 30 !== Math.abs(value)) return false;
  const product = scaled * 10n ** BigInt(digits) * 2n;
  return product % 2n ** 30n === 0n && (product / 2n ** 30n) % 2n === 1n;
}

export function exponential(value: number, digits: number): string {
  if (!Number.isFinite(value)) return fixed(value, 0);
  const [mantissa, exponent] = value.toExponential(Math.min(digits, 100)).split("e") as [string, string];
  return `${Object.is(value, -0) ? "-" : ""}${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

/** The format `g`: the shorter of the two, without zeros at the end unless `alternate` is set. */
export function general(value: number, digits: number, alternate: boolean): string {
  if (!Number.isFinite(value)) return fixed(value, 0);
  const precision = digits === 0 ? 1 : digits;
  if (value === 0) return alternate ? fixed(value, precision - 1) : Object.is(value, -0) ? "-0" : "0";
  const exponent = Number(exponential(value, precision - 1).split("e")[1]);
  const strip = (text: string): string => (alternate || !text.includes(".") ? text : text.replace(/\.?0+$/, ""));
  if (exponent < -4 || exponent >= precision) {
    const [mantissa, rest] = exponential(value, precision - 1).split("e") as [string, string];
    return `${strip(mantissa)}e${rest}`;
  }
  return strip(fixed(value, Math.max(0, precision - 1 - exponent)));
}

const SPEC = /^(?:([\s\S])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u;

/** Python's `format(value, spec)`. */
export function formatValue(value: unknown, spec: string): string {
  if (spec === "") return print(value);
  const match = SPEC.exec(spec);
  if (match === null) throw new ValueProblem(`Invalid format specifier '${spec}'. Fix: write it as Python does.`);
  const [, fillText, alignText, signText, , alternateText, zero, widthText, grouping, precisionText, type] = match;
  const precision = precisionText === undefined ? undefined : Number(precisionText);
  const width = Number(widthText ?? 0);
  if (width > 10_000 || (precision ?? 0) > 10_000) throw new ValueProblem("Too many digits in a format specifier.");
  let sign = "";
  let body: string;
  if (isNumber(value) && !(typeof value === "boolean" && type === undefined)) {
    const formatted = formatNumber(value, type, precision, alternateText !== undefined, grouping);
    const negative = formatted.startsWith("-");
    sign = negative ? "-" : signText === "+" || signText === " " ? signText : "";
    body = negative ? formatted.slice(1) : formatted;
  } else {
    if (!isText(value) && typeof value !== "boolean")
      throw new ValueProblem(`unsupported format string passed to ${typeName(value)}.__format__`);
    if (type !== undefined && type !== "s")
      throw new ValueProblem(`Unknown format code '${type}' for object of type '${typeName(value)}'`);
    body = isText(value) ? textOf(value) : print(value);
    if (precision !== undefined) body = [...body].slice(0, precision).join("");
  }
  const fill = fillText ?? (zero === undefined ? " " : "0");
  const align = alignText ?? (zero !== undefined && isNumber(value) ? "=" : isNumber(value) ? ">" : "<");
  return pad(sign, body, width, align, fill);
}

function pad(sign: string, body: string, width: number, align: string, fill: string): string {
  const missing = Math.max(0, width - [...sign, ...body].length);
  if (align === "=") return sign + fill.repeat(missing) + body;
  if (align === "<") return sign + body + fill.repeat(missing);
  if (align === ">") return fill.repeat(missing) + sign + body;
  const left = Math.floor(missing / 2);
  return fill.repeat(left) + sign + body + fill.repeat(missing - left);
}

function formatNumber(
  value: unknown,
  type: string | undefined,
  precision: number | undefined,
  alternate: boolean,
  grouping: string | undefined,
): string {
  const number = numberOf(value);
  const group = (text: string, size = 3): string => {
    if (grouping === undefined) return text;
    const [, minus, whole, rest] = /^(-?)([\da-fA-F]+)([\s\S]*)$/.exec(text) ?? ["", "", text, ""];
    return minus! + whole!.replace(new RegExp(`\\B(?=(?:[\\da-fA-F]{${size}})+$)`, "g"), grouping) + rest!;
  };
  const base = (radix: number, prefix: string): string => {
    if (isFloat(value)) throw new ValueProblem(`Unknown format code '${type}' for object of type 'float'`);
    const whole = BigInt(value as number);
    const digits = (whole < 0n ? -whole : whole).toString(radix);
    return `${whole < 0n ? "-" : ""}${alternate ? prefix : ""}${group(type === "X" ? digits.toUpperCase() : digits, 4)}`;
  };
  switch (type) {
    case "d":
    case "n":
      if (isFloat(value)) throw new ValueProblem(`Unknown format code '${type}' for object of type 'float'`);
      return group(String(BigInt(value as number)));
    case "b":
      return base(2, "0b");
    case "o":
      return base(8, "0o");
    case "x":
      return base(16, "0x");
    case "X":
      return base(16, "0X");
    case "c":
      return String.fromCodePoint(number);
    case "e":
      return exponential(number, precision ?? 6);
    case "E":
      return exponential(number, precision ?? 6).toUpperCase();
    case "f":
    case "F":
      return group(fixed(number, precision ?? 6));
    case "g":
      return group(general(number, precision ?? 6, alternate));
    case "G":
      return general(number, precision ?? 6, alternate).toUpperCase();
    case "%":
      return `${fixed(number * 100, precision ?? 6)}%`;
    case undefined: {
      if (!isFloat(value)) {
        if (precision !== undefined) throw new ValueProblem("Precision not allowed in integer format specifier");
        return group(String(BigInt(value as number)));
      }
      if (precision === undefined) return group(printFloat(number));
      const short = general(number, precision, alternate);
      return group(/[.en]/.test(short) ? short : `${short}.0`);
    }
    default:
      throw new ValueProblem(`Unknown format code '${type}' for object of type '${typeName(value)}'`);
  }
}
