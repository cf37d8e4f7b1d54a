import { InvalidOptionError } from "../../index.ts";
import { kindOf } from "../../options.ts";
import { FlaskResponse } from "./flask-response.ts";

/**
 * A JSON response. Several values become a list.
 *
 * @throws InvalidOptionError for a value that JSON cannot express: undefined, a function, a symbol,
 *   and a Set, a Map or a Promise anywhere inside.
 */
export function jsonify(...values: readonly unknown[]): FlaskResponse {
  const value = values.length > 1 ? values : values[0];
  if (value === undefined || typeof value === "function" || typeof value === "symbol")
    throw new InvalidOptionError(
      `jsonify(value) takes any JSON value. It got ${kindOf(value)}. Fix: jsonify(null), or the result of the function.`,
    );
  return new FlaskResponse(`${JSON.stringify(value, writeValue)}\n`, {
    headers: { "Content-Type": "application/json" },
  });
}

/**
 * JSON has integers of any size, and `JSON.stringify` refuses a BigInt. It writes a set, a map and a
 * promise as `{}`, which would be lost data.
 */
function writeValue(_: string, value: unknown): unknown {
  if (value instanceof Set || value instanceof Map || value instanceof Promise)
    throw new InvalidOptionError(
      `A ${value.constructor.name} cannot be written as JSON. Fix: ${value instanceof Set ? "[...set]" : value instanceof Map ? "Object.fromEntries(map)" : "await it first"}.`,
    );
  const { rawJSON } = JSON as { readonly rawJSON?: (text: string) => unknown };
  if (typeof value !== "bigint") return value;
  return rawJSON === undefined ? String(value) : rawJSON(String(value));
}
