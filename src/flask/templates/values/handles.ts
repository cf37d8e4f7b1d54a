import { Markup } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { Float, toFloat, toInteger, Undefined } from "./kinds.ts";

/**
 * The first character of the engine's own texts, those of macros and captured blocks, after they
 * were made values: see `asText`. Unicode has reserved it for such uses inside of a program, and no
 * template may hold it.
 */
export const MARK = "\uFDD0";

/**
 * The values of one rendering.
 *
 * The engine copies what it is given, and then no method, no order of keys and no class is left. So
 * it is given booleans and whole numbers only, and for anything else a handle: a number with a
 * half. Numbers are what costs least on the way into WebAssembly and back.
 */
export class Handles {
  readonly #values: unknown[] = [];
  readonly #firsts = new Map<unknown, number>();

  /** What the engine is given for a value. */
  encode(given: unknown): number | boolean {
    const value = normalize(given);
    return typeof value === "boolean" || Number.isSafeInteger(value)
      ? (value as number | boolean)
      : this.#handle(value);
  }

  /** The same, but equal values have equal handles, for `loop.changed()`. */
  encodeEqual(value: unknown): number | boolean {
    const key = keyOf(value);
    const known = this.#firsts.get(key);
    if (known !== undefined) return known;
    const encoded = this.encode(value);
    if (typeof encoded === "number") this.#firsts.set(key, encoded);
    return encoded;
  }

  /** The value that the engine's one stands for. */
  decode(value: unknown): unknown {
    if (typeof value === "number") return Number.isInteger(value) ? value : this.#values[value - 0.5];
    if (typeof value === "boolean") return value;
    if (typeof value === "string") return value.startsWith(MARK) ? madeByEngine(value) : value;
    if (typeof value === "bigint") return toInteger(value);
    if (value === undefined || value === null) return new Undefined("the value is undefined");
    throw new ValueProblem(
      "A macro, an imported template or `loop` was used as a value. Fix: call it, or use its parts.",
    );
  }

  #handle(value: unknown): number {
    return this.#values.push(value) - 0.5;
  }
}

/** A value of the application as a variable of a template has it. */
export function normalize(value: unknown): unknown {
  // JavaScript's -0 is a whole number, and Python has no such one.
  if (value === 0) return 0;
  if (value === undefined) return new Undefined("the value is undefined");
  if (typeof value === "bigint") return toInteger(value);
  return value instanceof Float ? toFloat(value.value) : value;
}

const madeByEngine = (text: string): string | Markup => (text[1] === "M" ? new Markup(text.slice(2)) : text.slice(2));

/** Values are equal here if they print alike, and objects only if they are the same one. */
function keyOf(value: unknown): unknown {
  if (value instanceof Markup) return `${MARK}M${value.html}`;
  if (value instanceof Undefined) return `${MARK}U${value.reason}`;
  if (value instanceof Float) return `${MARK}F${value.value}`;
  return value;
}
