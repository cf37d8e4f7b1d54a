import { InvalidOptionError } from "../../errors.ts";
import type { RequestFacts } from "../cookie/cookie.ts";

/**
 * Where the cookies of a request are read from: the Cookie header, or the web's `Request` or
 * `Headers`.
 */
export type SessionSourceInput = string | null | undefined | Request | Headers;

/**
 * The Cookie header of a source. A `Request` also tells the rest, unless the caller knows better.
 *
 * @throws InvalidOptionError for anything else, such as Node's IncomingMessage.
 */
export function readSource(
  source: SessionSourceInput,
  facts: RequestFacts | undefined,
): { readonly cookieHeader: string | null | undefined; readonly facts: RequestFacts | undefined } {
  if (source === undefined || source === null || typeof source === "string") return { cookieHeader: source, facts };
  if (isHeaders(source)) return { cookieHeader: source.get("cookie"), facts };
  if (
    typeof source === "object" &&
    typeof source.url === "string" &&
    isHeaders(source.headers) &&
    URL.canParse(source.url)
  ) {
    return { cookieHeader: source.headers.get("cookie"), facts: facts ?? factsOf(source) };
  }
  const fix = "A request of node:http has it as request.headers.cookie; a WebSocket's first request has it there too.";
  throw new InvalidOptionError(
    `manager.load takes a Cookie header, or the web's Request or Headers; it got a ${typeof source}. Fix: ${fix}`,
  );
}

function factsOf(request: Request): RequestFacts {
  const { protocol, host, pathname } = new URL(request.url);
  return {
    secure: protocol === "https:",
    host: request.headers.get("host") ?? host,
    path: pathname,
    headers: request.headers,
  };
}

function isHeaders(value: unknown): value is Headers {
  return (
    typeof value === "object" &&
    value !== null &&
    "get" in value &&
    typeof value.get === "function" &&
    "getSetCookie" in value
  );
}
