import { Markup } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { Float, toFloat, toInteger, Undefined } from "./kinds.ts";

/**
 * The first character of strings that stand for values which the engine does not know. Unicode has
 * reserved it for such uses inside of a program. A text that begins with it becomes such a string
 * too, so no input can pretend to be a value.
 */
export const MARK = "\uFDD0";

/**
 * The values of one rendering.
 *
 * The engine copies what it is given, and then no method, no order of keys and no class is left. So
 * it is given booleans, integers, texts, and for anything else a string that stands for the value.
 */
export class Handles {
  readonly #values: unknown[] = [];
  readonly #numbers = new Map<unknown, number>();

  /** What the engine is given for a value. */
  encode(value: unknown): string | number | boolean {
    switch (typeof value) {
      case "string":
        return value.startsWith(MARK) ? `${MARK}S${value}` : value;
      case "boolean":
        return value;
      case "number":
        // JavaScript's -0 is a whole number, and Python has no such one.
        if (value === 0) return 0;
        return Number.isSafeInteger(value) ? value : `${MARK}F${printNumber(value)}`;
      case "bigint": {
        const whole = toInteger(value);
        return typeof whole === "number" ? whole : `${MARK}I${value}`;
      }
      case "undefined":
        return `${MARK}Uthe value is undefined`;
      default:
    }
    if (value === null) return `${MARK}N`;
    if (value instanceof Markup) return `${MARK}M${value.html}`;
    if (value instanceof Float) return `${MARK}F${printNumber(value.value)}`;
    if (value instanceof Undefined) return `${MARK}U${value.reason}`;
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.#values.push(value) - 1;
      this.#numbers.set(value, number);
    }
    return `${MARK}H${number}`;
  }

  /** The value that the engine's one stands for. */
  decode(value: unknown): unknown {
    if (typeof value === "string") return value.startsWith(MARK) ? this.#standsFor(value) : value;
    if (typeof value === "number" || typeof value === "boolean") return value;
    if (typeof value === "bigint") return toInteger(value);
    if (value === undefined || value === null) return new Undefined("the value is undefined");
    throw new ValueProblem(
      "A macro, an imported template or `loop` was used as a value. Fix: call it, or use its parts.",
    );
  }

  #standsFor(text: string): unknown {
    const rest = text.slice(2);
    switch (text[1]) {
      case "H":
        return this.#values[Number(rest)];
      case "M":
        return new Markup(rest);
      case "S":
        return rest;
      case "N":
        return null;
      case "F":
        return toFloat(Number(rest));
      case "I":
        return BigInt(rest);
      default:
        return new Undefined(rest);
    }
  }
}

/** Number() reads it back, also -0 and the infinite ones. */
const printNumber = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));
