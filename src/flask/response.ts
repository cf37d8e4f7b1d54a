import { InvalidOptionError } from "../index.ts";
import { checkText, kindOf } from "../options.ts";

/**
 * What a view may return: text (a page), an object or list (JSON), a Response, or one of these with
 * a status and headers.
 */
export type ViewResult =
  | string
  | Response
  | Uint8Array
  | Readonly<Record<string, unknown>>
  | readonly [body: ViewBody, status: number, headers?: Readonly<Record<string, string>>]
  | readonly unknown[];

const REDIRECTS: readonly number[] = [301, 302, 303, 305, 307, 308];

type ViewBody = string | Response | Uint8Array | Readonly<Record<string, unknown>> | readonly unknown[];

/**
 * Makes a response from the return value of a view, by Flask's rules.
 *
 * In a list of two or three members, a second member from 100 to 599 is taken as the status of the
 * first. To send such a list as JSON, return `jsonify(list)`.
 *
 * @throws InvalidOptionError when the view returned nothing, or a value that cannot be sent.
 */
export function makeResponse(result: unknown, endpoint: string): Response {
  if (isWithStatus(result)) {
    const [body, status, headers] = result;
    const response = makeResponse(body, endpoint);
    const merged = new Headers(response.headers);
    for (const [name, value] of new Headers(headers)) merged.set(name, value);
    return new Response(response.body, { status, headers: merged });
  }
  if (result instanceof Response) return result;
  if (typeof result === "string")
    return new Response(result, { headers: { "Content-Type": "text/html; charset=utf-8" } });
  if (result instanceof Uint8Array)
    return new Response(new Uint8Array(result), { headers: { "Content-Type": "application/octet-stream" } });
  if (typeof result === "object" && result !== null) return jsonify(result);
  throw new InvalidOptionError(
    `The view "${endpoint}" did not return a valid response. It returned ${String(result)}. Fix: return text, an object, a Response, or [body, status].`,
  );
}

/**
 * A JSON response.
 *
 * @throws InvalidOptionError for a value that JSON cannot express: undefined, a function, a symbol.
 */
export function jsonify(value: unknown): Response {
  if (value === undefined || typeof value === "function" || typeof value === "symbol")
    throw new InvalidOptionError(
      `jsonify(value) takes any JSON value. It got ${kindOf(value)}. Fix: jsonify(null), or the result of the function.`,
    );
  return new Response(`${JSON.stringify(value)}\n`, { headers: { "Content-Type": "application/json" } });
}

/**
 * A response that redirects the browser to another address.
 *
 * @param location the new address: a path, or a whole URL.
 * @param code 301, 302, 303, 305, 307 or 308. Default: 302, which browsers follow with GET.
 * @throws InvalidOptionError for another code, and without a location.
 */
export function redirect(location: string, code: 301 | 302 | 303 | 305 | 307 | 308 = 302): Response {
  checkText("redirect(location)", location);
  if (!REDIRECTS.includes(code))
    throw new InvalidOptionError(
      `redirect(location, code): code is one of ${REDIRECTS.join(", ")}. It got ${String(code)}. Fix: leave it out for 302.`,
    );
  // Headers refuses line breaks in a value. Whether the address may lead to another host is for the
  // caller to check.
  return new Response(null, { status: code, headers: { Location: encodeURI(decodeSafely(location)) } });
}

function decodeSafely(location: string): string {
  try {
    return decodeURI(location);
  } catch {
    return location;
  }
}

function isWithStatus(result: unknown): result is readonly [unknown, number, Readonly<Record<string, string>>?] {
  if (!Array.isArray(result) || result.length < 2 || result.length > 3) return false;
  const status = result[1] as unknown;
  return Number.isInteger(status) && (status as number) >= 100 && (status as number) <= 599;
}
