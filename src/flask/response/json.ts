import { InvalidOptionError } from "../../index.ts";
import { kindOf } from "../../options.ts";
import { FlaskResponse } from "./flask-response.ts";

/**
 * A JSON response. Several values become a list.
 *
 * @throws InvalidOptionError for a value that JSON cannot express: undefined, a function, a symbol.
 */
export function jsonify(...values: readonly unknown[]): FlaskResponse {
  const value = values.length > 1 ? values : values[0];
  if (value === undefined || typeof value === "function" || typeof value === "symbol")
    throw new InvalidOptionError(
      `jsonify(value) takes any JSON value. It got ${kindOf(value)}. Fix: jsonify(null), or the result of the function.`,
    );
  return new FlaskResponse(`${JSON.stringify(value, writeBigInt)}\n`, {
    headers: { "Content-Type": "application/json" },
  });
}

/** JSON has integers of any size, and `JSON.stringify` refuses a BigInt. */
function writeBigInt(_: string, value: unknown): unknown {
  const { rawJSON } = JSON as { readonly rawJSON?: (text: string) => unknown };
  if (typeof value !== "bigint") return value;
  return rawJSON === undefined ? String(value) : rawJSON(String(value));
}
