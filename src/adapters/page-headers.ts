/* The headers of a page that gets the toolbar's script: what is asked for, and what is answered. */

/** Read and changed by name, in lower case. */
export interface HeaderAccess {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  delete(name: string): void;
}

/** With these, the answer may be 304, and the browser would show a page with an earlier script. */
const CONDITIONS = ["if-none-match", "if-modified-since", "if-match", "if-unmodified-since"];
/** With these, the browser would show the page again without asking. */
const CACHING = ["etag", "last-modified", "expires"];

/**
 * Takes from the request of a page what would make the answer one that cannot show the toolbar. The
 * request asks for the whole page, and hides from what compresses inside of the toolbar that the
 * browser reads compressed pages.
 *
 * @returns a function that puts Accept-Encoding back, for what compresses outside of the toolbar.
 */
export function askForPage(headers: HeaderAccess): () => void {
  // A part of a file, as a download that is continued asks for it, depends on its conditions.
  if (headers.get("range") !== undefined) return () => {};
  for (const name of CONDITIONS) headers.delete(name);
  let encoding = headers.get("accept-encoding");
  headers.delete("accept-encoding");
  return () => {
    if (encoding !== undefined) headers.set("accept-encoding", encoding);
    encoding = undefined;
  };
}

/** Changes the headers of an answer that gets this text after its body. */
export function changeForTail(headers: HeaderAccess, tail: () => string): void {
  for (const name of CACHING) headers.delete(name);
  const keepsBytes = /\bno-transform\b/i.test(headers.get("cache-control") ?? "");
  headers.set("cache-control", keepsBytes ? "no-store, no-transform" : "no-store");
  const length = headers.get("content-length");
  if (length !== undefined)
    headers.set("content-length", String(Number(length) + new TextEncoder().encode(tail()).length));
}

/** The headers of a request of Node's server. */
export function requestHeadersOf(headers: NodeJS.Dict<string | string[]>): HeaderAccess {
  return {
    get: (name) => headers[name]?.toString(),
    set: (name, value) => void (headers[name] = value),
    delete: (name) => void delete headers[name],
  };
}

/** The part of `ServerResponse` that holds its headers. */
interface ResponseHeaders {
  getHeader(name: string): number | string | readonly string[] | undefined;
  setHeader(name: string, value: string): unknown;
  removeHeader(name: string): void;
}

/** The headers of an answer of Node's server. */
export function responseHeadersOf(response: ResponseHeaders): HeaderAccess {
  return {
    get: (name) => joined(response.getHeader(name)),
    set: (name, value) => void response.setHeader(name, value),
    delete: (name) => response.removeHeader(name),
  };
}

/** The part of `ServerResponse`, or of another answer, that tells its headers. */
interface ReadableHeaders extends Pick<ResponseHeaders, "getHeader"> {
  getHeaders(): Readonly<Record<string, number | string | readonly string[] | undefined>>;
}

/** The headers of an answer of Node's server, one pair for each value. Read when asked for. */
export class AnswerHeaders implements Iterable<readonly [string, string]> {
  readonly #answer: ReadableHeaders;

  constructor(answer: ReadableHeaders) {
    this.#answer = answer;
  }

  /** By the name in lower case. Several values are joined by commas. */
  get(name: string): string | undefined {
    return joined(this.#answer.getHeader(name));
  }

  *[Symbol.iterator](): Iterator<readonly [string, string]> {
    for (const [name, value] of Object.entries(this.#answer.getHeaders())) {
      if (value === undefined) continue;
      if (typeof value === "object") for (const item of value) yield [name, item];
      else yield [name, String(value)];
    }
  }
}

/** The headers of a fetch Request or Response. */
export function fetchHeadersOf(headers: Headers): HeaderAccess {
  return {
    get: (name) => headers.get(name) ?? undefined,
    set: (name, value) => headers.set(name, value),
    delete: (name) => headers.delete(name),
  };
}

function joined(value: ReturnType<ResponseHeaders["getHeader"]>): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === "object" ? value.join(", ") : String(value);
}
