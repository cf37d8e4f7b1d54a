import { InvalidOptionError } from "../../index.ts";
import { checkOptions, checkText } from "../../options.ts";
import type { JSONProvider } from "../json/json-provider.ts";

/** A field of a form in a test: text, several texts, or a file. */
export type TestField = string | number | boolean | Blob | readonly (string | number | Blob)[];

/** A request of a test, with the names of Flask's `client.open`. */
export interface TestRequestOptions {
  /** A form as an object, or the body as text or bytes. With a file, the form is multipart. */
  readonly data?: Readonly<Record<string, TestField>> | string | Uint8Array | FormData | undefined;
  /** The body, which `app.json` writes as JSON; with its type. */
  readonly json?: unknown;
  /** The query, as an object or as text. */
  readonly queryString?: Readonly<Record<string, unknown>> | string | undefined;
  readonly headers?: ConstructorParameters<typeof Headers>[0] | undefined;
  readonly contentType?: string | undefined;
  readonly method?: string | undefined;
  /**
   * Scheme, host and APPLICATION_ROOT. Default: by PREFERRED_URL_SCHEME, SERVER_NAME, `localhost`.
   */
  readonly baseUrl?: string | undefined;
  /** Name and password of HTTP Basic. */
  readonly auth?: readonly [username: string, password: string] | undefined;
}

/** The names of the options, for messages. */
export const TEST_REQUEST_OPTIONS: readonly string[] = [
  "data",
  "json",
  "queryString",
  "headers",
  "contentType",
  "method",
  "baseUrl",
  "auth",
];

/** What a request of a test is made by. */
export interface TestedApp {
  readonly config: {
    readonly SERVER_NAME: string | null | undefined;
    readonly APPLICATION_ROOT: string;
    readonly PREFERRED_URL_SCHEME: string;
  };
  readonly json: JSONProvider;
}

/** Makes a request of a test. */
export function makeTestRequest(app: TestedApp, path: string, options: TestRequestOptions): Request {
  checkText("client.open(path)", path);
  checkOptions("client.open", options, TEST_REQUEST_OPTIONS);
  const { data, json, queryString, contentType, method = "GET", baseUrl = baseOf(app.config), auth } = options;
  if (data !== undefined && json !== undefined)
    throw new InvalidOptionError("A request has one body: data, or json. Fix: leave one of the two out.");
  const isAbsolute = /^https?:\/\//i.test(path);
  const url = new URL(isAbsolute ? path : `${baseUrl.replace(/\/+$/, "")}/${path.replace(/^\//, "")}`);
  if (queryString !== undefined)
    url.search = typeof queryString === "string" ? queryString : queryOf(queryString).toString();
  const headers = new Headers(options.headers);
  if (auth !== undefined)
    headers.set("Authorization", `Basic ${Buffer.from(auth.join(":"), "utf8").toString("base64")}`);
  if (json !== undefined && !headers.has("Content-Type")) headers.set("Content-Type", "application/json");
  if (contentType !== undefined) headers.set("Content-Type", contentType);
  const body = json === undefined ? bodyOf(data) : app.json.dumps(json);
  return new Request(url, { method, headers, redirect: "manual", ...(body === undefined ? {} : { body }) });
}

function bodyOf(
  data: TestRequestOptions["data"],
): string | Uint8Array<ArrayBuffer> | FormData | URLSearchParams | undefined {
  if (data === undefined || data instanceof FormData) return data;
  // As bytes, because a Request gives a text the type text/plain.
  if (typeof data === "string") return new TextEncoder().encode(data);
  if (data instanceof Uint8Array) return new Uint8Array(data);
  const pairs = Object.entries(data).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as readonly TestField[]) : [value]).map((each) => [name, each] as const),
  );
  if (!pairs.some(([, value]) => value instanceof Blob))
    return new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, textOf(value)]));
  const form = new FormData();
  for (const [name, value] of pairs) {
    if (value instanceof Blob) form.append(name, value);
    else form.append(name, textOf(value));
  }
  return form;
}

/** A list inside of a list is no field of a form. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function queryOf(values: Readonly<Record<string, unknown>>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(values).flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((each): [string, string] => [name, String(each)]),
    ),
  );
}

/** The address of the application in tests. */
export function baseOf(config: TestedApp["config"]): string {
  return `${config.PREFERRED_URL_SCHEME}://${config.SERVER_NAME || "localhost"}${config.APPLICATION_ROOT}`;
}
