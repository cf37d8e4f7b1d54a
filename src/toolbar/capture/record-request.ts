import type { CookieFacts, HeaderEntry } from "../recording.ts";
import type { ExchangeRedactor } from "./redact.ts";
import { hideCredentials, receivedCookies, redactHeaders } from "./recorded-headers.ts";

/** A request as it was received. */
export interface ReceivedRequest {
  readonly method: string;
  /** As in the request line, without the query. */
  readonly path: string;
  /** What follows the first question mark; empty for none. */
  readonly search: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** What is recorded of it. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: readonly HeaderEntry[];
  readonly headers: readonly HeaderEntry[];
  readonly cookies: readonly CookieFacts[];
}

/**
 * Redacts a request. What is secret in it, such as its cookies and credentials, is hidden from now
 * on in everything that is recorded.
 */
export function recordRequest(
  { method, path, search, headers }: ReceivedRequest,
  redactor: ExchangeRedactor,
): RecordedRequest {
  const cookies = headers
    .filter(([name]) => name.toLowerCase() === "cookie")
    .flatMap(([, value]) => receivedCookies(value, redactor));
  for (const [name, value] of headers) {
    if (/^(?:proxy-)?authorization$/i.test(name)) hideCredentials(value, redactor);
  }
  return {
    cookies,
    method: redactor.text(method),
    path: redactor.path(path),
    query: [...new URLSearchParams(search)]
      .slice(0, 100)
      .map(([name, value]) => [redactor.text(name), redactor.parameter(name, value)]),
    headers: redactHeaders(headers, redactor),
  };
}
