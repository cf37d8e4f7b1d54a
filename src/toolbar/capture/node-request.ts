import type { IncomingMessage } from "node:http";
import type { ToolbarRequest } from "../guard.ts";

/** The addresses of a request before and after a framework has cut off the path of a mount. */
export interface Addresses {
  /** As the client sent it. */
  readonly originalUrl?: unknown;
  /** Express's own word for what it has cut off. */
  readonly baseUrl?: unknown;
}

/**
 * Converts a request of Node's server for the toolbar.
 *
 * @param originalUrl the address as the client sent it, where the framework does not note it at the
 *   request.
 */
export function toToolbarRequest(
  request: IncomingMessage & Addresses,
  originalUrl: unknown = request.originalUrl,
): ToolbarRequest {
  const { headers, baseUrl } = request;
  const current = request.url ?? "/";
  const url = typeof originalUrl === "string" ? originalUrl : current;
  return {
    method: request.method ?? "GET",
    url,
    mount: typeof baseUrl === "string" ? baseUrl : url === current ? "" : mountOf(url, current),
    secure: (request.socket as { readonly encrypted?: unknown }).encrypted === true,
    header: (name) => {
      const value = headers[name] ?? (name === "host" ? headers[":authority"] : undefined);
      return Array.isArray(value) ? value.join(", ") : value;
    },
    headers: headerPairs(headers),
    remoteAddress: request.socket.remoteAddress,
    httpVersion: request.httpVersion,
  };
}

/** What connect, Express and Koa have cut off the path. */
function mountOf(original: string, current: string): string {
  const [whole, rest] = [original.split("?", 1)[0]!, current.split("?", 1)[0]!];
  if (whole.endsWith(rest)) return whole.slice(0, whole.length - rest.length);
  return rest === "/" ? whole : "";
}

/** All headers, one pair for each value. */
export function headerPairs(
  headers: Readonly<Record<string, number | string | readonly string[] | undefined>>,
): [string, string][] {
  const pairs: [string, string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (typeof value === "object") for (const item of value) pairs.push([name, item]);
    else pairs.push([name, String(value)]);
  }
  return pairs;
}
