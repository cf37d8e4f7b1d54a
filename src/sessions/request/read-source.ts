import { InvalidOptionError } from "../../errors.ts";
import type { RequestFacts } from "../cookie/cookie.ts";

/**
 * Where the cookies of a request are read from: the Cookie header, or the web's `Request` or
 * `Headers`.
 */
export type SessionSourceInput = string | null | undefined | Request | Headers;

/** What a source tells. */
export interface ReadSource {
  readonly cookieHeader: string | null | undefined;
  /** What is known of the request. */
  readonly facts: RequestFacts | undefined;
  /**
   * The same, to judge which page sent it: here the headers of a source count, and the method of a
   * `Request`, where the caller has left them out.
   */
  readonly sent: RequestFacts | undefined;
}

/**
 * The Cookie header of a source. A `Request` also tells the rest, unless the caller knows better.
 *
 * @throws InvalidOptionError for anything else, such as Node's IncomingMessage.
 */
export function readSource(source: SessionSourceInput, facts: RequestFacts | undefined): ReadSource {
  if (source === undefined || source === null || typeof source === "string")
    return { cookieHeader: source, facts, sent: facts };
  if (isHeaders(source)) {
    const sent = completed(facts ?? { secure: false, host: source.get("host") ?? "" }, source);
    return { cookieHeader: source.get("cookie"), facts, sent };
  }
  if (
    typeof source === "object" &&
    typeof source.url === "string" &&
    isHeaders(source.headers) &&
    URL.canParse(source.url)
  ) {
    const known = facts ?? factsOf(source);
    return {
      cookieHeader: source.headers.get("cookie"),
      facts: known,
      sent: completed(known, source.headers, source.method),
    };
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

/** Facts with what the caller has left out. They may be an object with getters. */
function completed(facts: RequestFacts, headers: Headers, method?: string): RequestFacts {
  return {
    secure: facts.secure,
    host: facts.host,
    method: facts.method ?? method,
    headers: facts.headers ?? headers,
    origin: facts.origin,
    site: facts.site,
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
