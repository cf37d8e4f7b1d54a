import { Markup, Tuple } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { isFloat, isInteger, isNumber, isText, mappingOf, numberOf, textOf, typeName } from "./kinds.ts";
import { exponential, fixed, general } from "./format-spec.ts";
import { escapeText, print, repr } from "./print.ts";

const FIELD = /%(?:\(([^)]*)\))?([-#0 +]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlL]?([\s\S]|$)/g;

const RADIXES: Readonly<Record<string, number>> = { x: 16, X: 16, o: 8 };
const PREFIXES: Readonly<Record<string, string>> = { x: "0x", X: "0X", o: "0o" };

/** Python's `text % values`. In safe HTML, the values are escaped. */
export function formatPercent(text: string | Markup, values: unknown): string | Markup {
  const safe = text instanceof Markup;
  const mapping = values instanceof Tuple ? undefined : mappingOf(values);
  const list: readonly unknown[] = values instanceof Tuple ? values : [values];
  let at = 0;
  let named = false;
  const next = (): unknown => {
    if (at >= list.length) throw new ValueProblem("not enough arguments for format string");
    return list[at++];
  };
  const result = textOf(text).replace(
    FIELD,
    (
      whole,
      key: string | undefined,
      flags: string,
      widthText: string | undefined,
      precisionText: string | undefined,
      type: string,
    ) => {
      if (type === "%") return "%";
      if (type === "") throw new ValueProblem("incomplete format");
      const star = (part: string | undefined): number | undefined =>
        part === "*" ? Number(next()) : part === undefined ? undefined : Number(part);
      const width = star(widthText);
      const hasPoint = /\.[\d*]*[hlL]?[\s\S]$/.test(whole);
      const precision = hasPoint ? (star(precisionText) ?? 0) : undefined;
      if ((width ?? 0) > 10_000 || (precision ?? 0) > 10_000) throw new ValueProblem("Too many digits in a format.");
      let value: unknown;
      if (key === undefined) value = next();
      else {
        if (mapping === undefined) throw new ValueProblem("format requires a mapping");
        named = true;
        if (!mapping.has(key)) throw new ValueProblem(`the format has no value for the key '${key}'`);
        value = mapping.get(key);
      }
      return convert(value, { flags, width: width ?? 0, precision, type, safe });
    },
  );
  const used = named || at >= list.length || (mapping !== undefined && at === 0) || isEmptyList(values, at);
  if (!used) throw new ValueProblem("not all arguments converted during string formatting");
  return safe ? new Markup(result) : result;
}

/** Python ignores a list or a dict that no field uses. */
const isEmptyList = (values: unknown, at: number): boolean =>
  at === 0 && !(values instanceof Tuple) && Array.isArray(values);

function convert(
  value: unknown,
  {
    flags,
    width,
    precision,
    type,
    safe,
  }: { flags: string; width: number; precision: number | undefined; type: string; safe: boolean },
): string {
  const alternate = flags.includes("#");
  let sign = "";
  let prefix = "";
  let body: string;
  let numeric = true;
  const escape = (text: string): string => (safe ? escapeText(text) : text);
  switch (type) {
    case "s":
    case "r":
    case "a": {
      numeric = false;
      const html = safe && value instanceof Markup && type === "s";
      body = type === "s" ? print(value) : repr(value);
      if (!html) body = escape(body);
      if (precision !== undefined) body = [...body].slice(0, precision).join("");
      break;
    }
    case "c":
      numeric = false;
      body = escape(isText(value) ? textOf(value) : String.fromCodePoint(numberOf(value)));
      break;
    case "d":
    case "i":
    case "u":
    case "x":
    case "X":
    case "o": {
      const whole = wholeOf(value, type);
      const radix = RADIXES[type] ?? 10;
      body = (whole < 0n ? -whole : whole).toString(radix);
      if (type === "X") body = body.toUpperCase();
      sign = whole < 0n ? "-" : "";
      prefix = alternate ? (PREFIXES[type] ?? "") : "";
      if (precision !== undefined) body = body.padStart(precision, "0");
      break;
    }
    case "e":
    case "E":
    case "f":
    case "F":
    case "g":
    case "G": {
      if (!isNumber(value)) throw new ValueProblem(`must be real number, not ${typeName(value)}`);
      const digits = precision ?? 6;
      const number = numberOf(value);
      const lower = type.toLowerCase();
      body =
        lower === "f"
          ? fixed(number, digits)
          : lower === "e"
            ? exponential(number, digits)
            : general(number, digits, alternate);
      if (type !== lower) body = body.toUpperCase();
      if (body.startsWith("-")) {
        sign = "-";
        body = body.slice(1);
      }
      break;
    }
    default:
      throw new ValueProblem(`unsupported format character '${type}'`);
  }
  if (numeric && sign === "") sign = flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const missing = Math.max(0, width - [...sign, ...prefix, ...body].length);
  if (flags.includes("-")) return sign + prefix + body + " ".repeat(missing);
  if (numeric && flags.includes("0")) return sign + prefix + "0".repeat(missing) + body;
  return " ".repeat(missing) + sign + prefix + body;
}

function wholeOf(value: unknown, type: string): bigint {
  if (isInteger(value)) return BigInt(value);
  if (isFloat(value) && "diu".includes(type)) return BigInt(Math.trunc(numberOf(value)));
  throw new ValueProblem(
    `%${type} format: ${"diu".includes(type) ? "a real number" : "an integer"} is required, not ${typeName(value)}`,
  );
}
