import { InvalidOptionError } from "../../index.ts";
import { kindOf } from "../../options.ts";
import { HTTPException } from "../errors/http-exception.ts";
import { FlaskResponse } from "./flask-response.ts";
import { jsonify } from "./json.ts";
import { isStream, streamResponse, type Parts } from "./stream.ts";

/** A header's values by their names; a list where a header is sent several times. */
export type ViewHeaders =
  | Readonly<Record<string, string | readonly string[]>>
  | readonly (readonly [name: string, value: string])[]
  | Headers;

/** A status: 201, or with words of your own "418 TEAPOT". */
export type ViewStatus = number | `${number}${number}${number} ${string}`;

type ViewBody =
  | string
  | Response
  | Uint8Array
  | HTTPException
  | Readonly<Record<string, unknown>>
  | readonly unknown[]
  | Stream;

type Stream = Generator<string | Uint8Array> | AsyncGenerator<string | Uint8Array>;

/**
 * What a view may return: text (a page), an object or list (JSON), bytes, a generator (a stream), a
 * Response, or one of these with a status and headers.
 */
export type ViewResult =
  | ViewBody
  | readonly [body: ViewBody, status: ViewStatus, headers?: ViewHeaders]
  | readonly [body: string | Uint8Array | Response | Stream, headers: ViewHeaders];

/** A response, and whether the view has given a status itself. */
export interface Made {
  readonly response: Response;
  readonly hasStatus: boolean;
}

/**
 * Makes a response from the return value of a view, by Flask's rules.
 *
 * In a list of two or three members, a second member from 100 to 599, or a text such as "418
 * TEAPOT", is taken as the status of the first. In a list of text, bytes, a stream or a Response,
 * and an object of texts, the object is taken as headers. To send such a list as JSON, return
 * `jsonify(list)`.
 *
 * @param place how messages call it: 'The view "home"'.
 * @throws InvalidOptionError when the view returned nothing, or a value that cannot be sent.
 */
export function responseOf(result: unknown, place: string): Made {
  const list = partsOf(result);
  return list === undefined ? { response: bodyOf(result, place), hasStatus: false } : joined(list, place);
}

function joined({ body, status, headers }: ListResult, place: string): Made {
  // A list inside of the list is JSON.
  const response = bodyOf(body, place);
  const merged = new Headers(response.headers);
  for (const [name, values] of headersOf(headers)) {
    merged.delete(name);
    for (const value of values) merged.append(name, value);
  }
  const [, code, statusText = ""] = /^(\d{3})(?: (.*))?$/s.exec(String(status ?? response.status))!;
  // Such an answer has no body, and JavaScript refuses one.
  if (Number(code) === 304) merged.delete("Content-Type");
  const content = [101, 204, 205, 304].includes(Number(code)) ? null : response.body;
  return {
    response: new FlaskResponse(content, { status: Number(code), statusText, headers: merged }),
    hasStatus: status !== undefined,
  };
}

/**
 * Makes a response of what a view may return, to set its headers and cookies.
 *
 * @throws InvalidOptionError as a view does that returns nothing, and for a second argument that is
 *   neither a status nor headers.
 * @example
 * ```ts
 * const response = makeResponse(renderTemplate("index.html"), 201);
 * response.setCookie("theme", "dark", { maxAge: 86_400 });
 * ```
 */
export function makeResponse(
  ...result: readonly [] | readonly [body: ViewResult, status?: ViewStatus | ViewHeaders, headers?: ViewHeaders]
): FlaskResponse {
  if (result.length === 0) return new FlaskResponse("", { headers: { "Content-Type": "text/html; charset=utf-8" } });
  const place = "makeResponse(…)";
  const { response } = result.length === 1 ? responseOf(result[0], place) : joined(argumentsOf(result), place);
  if (response instanceof FlaskResponse) return response;
  return new FlaskResponse(response.body, response);
}

function bodyOf(result: unknown, place: string): Response {
  if (result instanceof Response) return result;
  if (result instanceof HTTPException) return result.toResponse();
  if (typeof result === "string")
    return new FlaskResponse(result, { headers: { "Content-Type": "text/html; charset=utf-8" } });
  if (result instanceof Uint8Array)
    return new FlaskResponse(new Uint8Array(result), { headers: { "Content-Type": "application/octet-stream" } });
  if (isStream(result)) return streamResponse(result as Parts);
  if (typeof result === "object" && result !== null) return jsonify(result);
  throw new InvalidOptionError(
    `${place} did not return a valid response. It returned ${describe(result)}. Fix: return text, an object, a Response, or [body, status].`,
  );
}

function describe(result: unknown): string {
  return typeof result === "function" ? "a function" : String(result);
}

interface ListResult {
  readonly body: unknown;
  readonly status: number | string | undefined;
  readonly headers: unknown;
}

/** The members of a list that is more than JSON; undefined for any other value. */
function partsOf(result: unknown): ListResult | undefined {
  if (!Array.isArray(result) || result.length < 2 || result.length > 3) return undefined;
  const [body, second, third] = result as readonly unknown[];
  if (isStatus(second)) return { body, status: second, headers: third };
  // None of these has a place in JSON, but for a text.
  const isBody = typeof body === "string" || body instanceof Response || body instanceof Uint8Array || isStream(body);
  return isBody && result.length === 2 && isHeaders(second) ? { body, status: undefined, headers: second } : undefined;
}

/** What `makeResponse` was given: its second argument is never part of the body. */
function argumentsOf([body, second, third]: readonly unknown[]): ListResult {
  if (second === undefined || second === null || isStatus(second))
    return { body, status: second ?? undefined, headers: third };
  if (third === undefined && (isHeaders(second) || isPairs(second)))
    return { body, status: undefined, headers: second };
  throw new InvalidOptionError(
    `makeResponse(body, status, headers): the status is a number from 100 to 599, or headers stand in its place. It got ${typeof second === "number" || typeof second === "string" ? second : kindOf(second)}. Fix: makeResponse(page, 201, { "X-A": "1" }).`,
  );
}

function isPairs(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => Array.isArray(each) && each.length === 2);
}

function isStatus(value: unknown): value is number | string {
  if (typeof value === "string") return /^[1-5]\d{2} \S/.test(value);
  return Number.isInteger(value) && (value as number) >= 100 && (value as number) <= 599;
}

function isHeaders(value: unknown): boolean {
  if (value instanceof Headers) return true;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((each) => typeof each === "string" || Array.isArray(each));
}

function headersOf(headers: unknown): readonly (readonly [string, readonly string[]])[] {
  if (headers === undefined || headers === null) return [];
  const pairs = (
    headers instanceof Headers || Array.isArray(headers) ? [...(headers as Headers)] : Object.entries(headers)
  ) as readonly (readonly [string, string | readonly string[]])[];
  const all = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const values = all.get(name.toLowerCase()) ?? [];
    all.set(name.toLowerCase(), [...values, ...(typeof value === "string" ? [value] : value.map(String))]);
  }
  return [...all];
}
