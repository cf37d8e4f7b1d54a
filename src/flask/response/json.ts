import { InvalidOptionError } from "../../index.ts";
import { kindOf } from "../../options.ts";
import { contextOrNone } from "../context/context.ts";
import { JSONProvider } from "../json/json-provider.ts";
import { FlaskResponse } from "./flask-response.ts";

/** Outside of an application. */
const DEFAULT = new JSONProvider();

/**
 * A JSON response, written by `app.json`. Several values become a list.
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
  const provider = contextOrNone()?.app.json ?? DEFAULT;
  return new FlaskResponse(`${provider.dumps(value)}\n`, { headers: { "Content-Type": provider.mimetype } });
}
