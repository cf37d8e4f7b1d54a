import { InvalidOptionError } from "../../index.ts";
import { kindOf } from "../../options.ts";
import { BaseConverter, quotePath, ValidationError, type ConverterClass } from "./base-converter.ts";
import { pythonText } from "./python-text.ts";

/** Text without a slash: `<name>`, `<string(length=2):lang>`, `<string(maxlength=20):name>`. */
class UnicodeConverter extends BaseConverter {
  constructor(map: object, ...args: readonly unknown[]) {
    super(map);
    const { minlength = 1, maxlength, length } = named("string", args, ["minlength", "maxlength", "length"]);
    this.regex = `[^/]${length === undefined ? `{${whole(minlength)},${maxlength === undefined ? "" : whole(maxlength)}}` : `{${whole(length)}}`}`;
  }
}

/** One of a few words: `<any(about, help, "foo,bar"):page>`. */
class AnyConverter extends BaseConverter {
  readonly #items: readonly string[];

  constructor(map: object, ...items: readonly unknown[]) {
    super(map);
    if (items.length === 0 || items.some((item) => typeof item === "object"))
      throw new InvalidOptionError("The converter any takes a list of words. Fix: <any(en, de):lang>.");
    this.#items = items.map(String);
    this.regex = `(?:${this.#items.map(escapeRegExp).join("|")})`;
  }

  override toUrl(value: unknown): string {
    if (this.#items.includes(value as string)) return quotePath(String(value));
    throw new InvalidOptionError(
      `"${String(value)}" is not one of ${this.#items.map((item) => `"${item}"`).join(", ")}. Fix: use one of these words.`,
    );
  }
}

/** Text with slashes: `<path:file>`. */
class PathConverter extends BaseConverter {
  override regex = "[^/][^\\n]*?";
  override weight = 200;
  override partIsolating = false;

  override toUrl(value: unknown): string {
    return quotePath(pythonText(value));
  }
}

/** What the converters of numbers share. */
abstract class NumberConverter extends BaseConverter {
  override weight = 50;
  readonly #digits: number;
  readonly #min: number;
  readonly #max: number;

  constructor(map: object, name: string, pattern: string, args: readonly unknown[], known: readonly string[]) {
    super(map);
    const { fixed_digits = 0, min = -Infinity, max = Infinity, signed = false } = named(name, args, known);
    for (const limit of [fixed_digits, min, max])
      if (typeof limit !== "number")
        throw new InvalidOptionError(
          `The converter ${name} takes numbers in brackets. It got ${kindOf(limit)}. Fix: <${name}(min=1):…>.`,
        );
    this.#digits = fixed_digits as number;
    this.#min = min as number;
    this.#max = max as number;
    this.regex = signed === true ? `-?${pattern}` : pattern;
  }

  override toPython(text: string): number {
    if (this.#digits !== 0 && text.length !== this.#digits) throw new ValidationError();
    const value = Number(text);
    // A number that JavaScript cannot express would be another row of the database.
    if (!this.isExact(value) || value < this.#min || value > this.#max) throw new ValidationError();
    return value;
  }

  override toUrl(value: unknown): string {
    const isNumeric = typeof value === "boolean" || (typeof value === "string" && value.trim() !== "");
    const number = isNumeric ? Number(value) : value;
    if ((typeof number !== "number" || Number.isNaN(number)) && typeof number !== "bigint")
      throw new InvalidOptionError(
        `A variable of the rule is a number. It got ${typeof value === "string" ? JSON.stringify(value) : kindOf(value)}. Fix: pass a number.`,
      );
    const text = this.write(number);
    return text.startsWith("-")
      ? `-${text.slice(1).padStart(this.#digits - 1, "0")}`
      : text.padStart(this.#digits, "0");
  }

  protected abstract isExact(value: number): boolean;
  protected abstract write(value: number | bigint): string;
}

/**
 * Digits: `<int:id>`, `<int(min=1):page>`, `<int(fixed_digits=4):year>`, `<int(signed=True):x>`.
 */
class IntegerConverter extends NumberConverter {
  constructor(map: object, ...args: readonly unknown[]) {
    super(map, "int", "[0-9]+", args, ["fixed_digits", "min", "max", "signed"]);
  }
  protected isExact(value: number): boolean {
    return Number.isSafeInteger(value);
  }
  protected write(value: number | bigint): string {
    return typeof value === "bigint" ? String(value) : BigInt(Math.trunc(value)).toString();
  }
}

/** Digits with a point: `<float:x>`, `<float(signed=True):x>`. */
class FloatConverter extends NumberConverter {
  constructor(map: object, ...args: readonly unknown[]) {
    super(map, "float", "[0-9]+\\.[0-9]+", args, ["min", "max", "signed"]);
  }
  protected isExact(value: number): boolean {
    return Number.isFinite(value);
  }
  protected write(value: number | bigint): string {
    // As Python writes it: the rule does not match a number without a point.
    const text = pythonText(value);
    return /^-?[0-9]+$/.test(text) ? `${text}.0` : text;
  }
}

/** A UUID, as text in lower case: `<uuid:id>`. */
class UUIDConverter extends BaseConverter {
  override regex = "[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}";

  override toPython(text: string): string {
    return text.toLowerCase();
  }
}

/** Flask's converters by their names. */
export function defaultConverters(): Record<string, ConverterClass> {
  return {
    string: UnicodeConverter,
    default: UnicodeConverter,
    any: AnyConverter,
    path: PathConverter,
    int: IntegerConverter,
    float: FloatConverter,
    uuid: UUIDConverter,
  };
}

/** Escapes what has a meaning in a regular expression. */
export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

/** The arguments by their names: those without a name are in the order of `known`. */
function named(converter: string, args: readonly unknown[], known: readonly string[]): Record<string, unknown> {
  const last = args.at(-1);
  const options = typeof last === "object" && last !== null ? (last as Record<string, unknown>) : {};
  const positional = options === last ? args.slice(0, -1) : args;
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined || positional.length > known.length)
    throw new InvalidOptionError(
      `The converter ${converter} has no argument ${unknown === undefined ? `number ${known.length + 1}` : `"${unknown}"`}. Fix: use ${known.join(", ")}.`,
    );
  return { ...Object.fromEntries(positional.map((value, index) => [known[index]!, value])), ...options };
}

function whole(value: unknown): number {
  if (Number.isInteger(value) && (value as number) >= 0) return value as number;
  throw new InvalidOptionError(
    `The converter string takes whole numbers in brackets. It got ${kindOf(value)}. Fix: <string(length=2):…>.`,
  );
}
