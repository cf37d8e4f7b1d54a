import type { IncomingMessage } from "node:http";
import type { RequestFacts } from "../sessions/cookie/cookie.ts";

/**
 * A request as node:http or the compatibility layer of node:http2 gives it, or what stands in for
 * one.
 */
export type NodeRequest = Pick<IncomingMessage, "headers" | "httpVersion"> & {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** The address before a framework took the part off that a router was mounted on. */
  readonly originalUrl?: unknown;
  readonly socket?: { readonly encrypted?: unknown; readonly remoteAddress?: string | undefined } | null;
};

/**
 * What the server knows of a request. The members are getters, because most requests never need the
 * answer, and some answers cost a framework some work. Frameworks that judge HTTPS or the host
 * themselves have a class of their own above this one.
 */
export class NodeFacts implements RequestFacts {
  readonly #request: NodeRequest;
  /** Taken at once: an application may rewrite the address while it handles the request. */
  readonly #url: string;

  /** @param url the address as the client sent it, where the framework knows it. */
  constructor(request: NodeRequest, url?: string) {
    this.#request = request;
    const { originalUrl } = request;
    this.#url = url ?? (typeof originalUrl === "string" ? originalUrl : request.url) ?? "/";
  }

  get secure(): boolean {
    return this.#request.socket?.encrypted === true;
  }

  /**
   * HTTP/2 has `:authority`, and where it is there, Host does not count (RFC 9113, section 8.3.1).
   */
  get host(): string {
    const { headers } = this.#request;
    const authority = headers[":authority"];
    return (typeof authority === "string" ? authority : headers.host) ?? "";
  }

  get path(): string {
    return pathOf(this.#url);
  }

  get method(): string | undefined {
    return this.#request.method;
  }

  get peer(): string | undefined {
    return this.#request.socket?.remoteAddress;
  }

  get httpVersion(): string | undefined {
    return this.#request.httpVersion;
  }

  get headers(): NodeRequest["headers"] {
    return this.#request.headers;
  }
}

/**
 * The path of an address, without its query. The address may be a path or absolute (RFC 9112,
 * section 3.2).
 */
export function pathOf(url: string): string {
  const path = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/?#]*)?(\/[^?#]*)/i.exec(url);
  return path?.[1] ?? "/";
}
