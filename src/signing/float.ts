/**
 * A number that is written as a Python `float`, with a decimal point even if it is whole: `new
 * Float(1)` is `1.0`.
 *
 * JavaScript's JSON does not distinguish 1 from 1.0, and Python's does. Numbers that are read are
 * plain numbers again.
 *
 * @example
 * ```ts
 * new PythonJson().dumps({ price: new Float(5) }); // {"price": 5.0}
 * ```
 */
export class Float {
  readonly value: number;

  constructor(value: number) {
    if (typeof value !== "number")
      throw new TypeError(
        `new Float(value) takes a number. It got a value of type ${typeof value}. Fix: new Float(Number(value)).`,
      );
    this.value = value;
  }

  valueOf(): number {
    return this.value;
  }

  toString(): string {
    return formatFloat(this.value);
  }

  toJSON(): number {
    return this.value;
  }
}

/**
 * A number as Python's `repr(float)` and its json module write it: the shortest digits, with an
 * exponent below 10^-4 and from 10^16 on.
 */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  const [mantissa = "", exponentText = ""] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const digits = mantissa.replace(/[-.]/g, "");
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

/**
 * A number as this package writes it if it is not a `Float`: whole numbers below 10^21 as integers,
 * and all others as Python writes a float.
 */
export function formatNumber(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? String(value) : formatFloat(value);
}
