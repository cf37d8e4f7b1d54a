import { Markup, Tuple, Uuid } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { Builtin, isFloat, Lazy, mappingOf, Member, mustExist, numberOf, Range, Undefined, DictView } from "./kinds.ts";
import { printDate, reprDate } from "./dates.ts";

/** Python's `str(value)`. */
export function print(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Markup) return value.html;
  if (value === undefined || value instanceof Undefined) return "";
  if (value instanceof Date) return printDate(value);
  if (value instanceof Uuid) return value.toString();
  if (value instanceof URL) return value.href;
  if (value instanceof Error) return value.message;
  return repr(value, []);
}

/** Python's `repr(value)`. */
export function repr(value: unknown, around: readonly unknown[] = []): string {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string") return reprText(value);
  if (value instanceof Markup) return `Markup(${reprText(value.html)})`;
  if (value === undefined || value instanceof Undefined) return "Undefined";
  if (isFloat(value)) return printFloat(numberOf(value));
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  mustExist(value);
  if (value instanceof Date) return reprDate(value);
  if (value instanceof Uuid) return `UUID('${value.toString()}')`;
  if (value instanceof Member) return value.print();
  if (value instanceof Lazy)
    throw new ValueProblem("The filter's result is a generator and has no printed form. Fix: add |list or |join.");
  if (value instanceof Range) {
    const [start, stop, step] = value.bounds;
    return step === 1 ? `range(${start}, ${stop})` : `range(${start}, ${stop}, ${step})`;
  }
  if (around.includes(value)) return Array.isArray(value) ? "[...]" : "{...}";
  const inside = [...around, value];
  if (value instanceof Set) {
    const items = [...(value as Set<unknown>)].map((item) => repr(item, inside));
    return items.length === 0 ? "set()" : `{${items.join(", ")}}`;
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => repr(item, inside));
    if (value instanceof DictView) return `dict_${value.kind}([${items.join(", ")}])`;
    if (value instanceof Tuple) return items.length === 1 ? `(${items[0]},)` : `(${items.join(", ")})`;
    return `[${items.join(", ")}]`;
  }
  const mapping = mappingOf(value);
  if (mapping !== undefined) {
    const pairs = mapping.keys().map((key) => [repr(key, inside), repr(mapping.get(key), inside)] as const);
    if (value instanceof Map || mappingIsPlain(value)) return `{${pairs.map((pair) => pair.join(": ")).join(", ")}}`;
    return `ImmutableMultiDict([${pairs.map((pair) => `(${pair.join(", ")})`).join(", ")}])`;
  }
  return printObject(value);
}

const mappingIsPlain = (value: unknown): boolean => Object.prototype.toString.call(value) === "[object Object]";

function printObject(value: unknown): string {
  if (typeof value === "function" || value instanceof Builtin)
    throw new ValueProblem(`The function '${value.name}' cannot be printed. Fix: call it, with parentheses.`);
  // oxlint-disable-next-line no-base-to-string -- the base one is refused
  if ((value as object).toString !== Object.prototype.toString) return String(value);
  throw new ValueProblem(
    `An object of the class ${(value as object).constructor?.name ?? "Object"} has no printed form. Fix: print one of its members, or give the class a toString().`,
  );
}

/** Python's spelling of a float: `1.0`, `1e+16`, `1e-05`, `inf`. */
export function printFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa, exponentText] = Math.abs(value).toExponential().split("e") as [string, string];
  const exponent = Number(exponentText);
  const digits = mantissa.replace(".", "");
  const sign = value < 0 ? "-" : "";
  if (exponent < -4 || exponent >= 16) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ""}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.padEnd(exponent + 1, "0");
  return `${sign}${whole.slice(0, exponent + 1)}.${whole.slice(exponent + 1) || "0"}`;
}

const SHORT: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Python's `repr` of a text: single quotes, unless it has some and no double ones. */
function reprText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text.replace(/[\\\n\r\t'"]|[\p{C}\p{Z}]/gu, (character) => {
    if (character === " ") return character;
    if (character === "'" || character === '"') return character === quote ? `\\${character}` : character;
    const short = SHORT[character];
    if (short !== undefined) return short;
    const code = character.codePointAt(0)!.toString(16);
    if (code.length <= 2) return `\\x${code.padStart(2, "0")}`;
    return code.length <= 4 ? `\\u${code.padStart(4, "0")}` : `\\U${code.padStart(8, "0")}`;
  });
  return quote + inner + quote;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&#39;",
  '"': "&#34;",
};

/** Escapes a text for HTML, in MarkupSafe's spelling. */
export function escapeText(text: string): string {
  return /[&<>'"]/.test(text) ? text.replace(/[&<>'"]/g, (character) => ENTITIES[character]!) : text;
}

/** The HTML of a value: safe HTML stays, anything else is printed and escaped. */
export function toHtml(value: unknown): string {
  return value instanceof Markup ? value.html : escapeText(print(value));
}

export function isUndefinedValue(value: unknown): boolean {
  return value === undefined || value instanceof Undefined;
}
