import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "hono";
import type { RequestFacts } from "../../sessions/cookie/cookie.ts";
import { NodeFacts, pathOf } from "../node-facts.ts";
import { VISITOR_ORIGIN } from "./visitor-origin.ts";

const ORIGIN = /^(https?):\/\/([^/?#]*)/i;

/**
 * What @hono/node-server puts into `c.env`. On other servers, bindings of the same name may be
 * anything.
 */
interface Bindings {
  readonly incoming?: Partial<IncomingMessage> | undefined;
  readonly outgoing?: Partial<ServerResponse> | undefined;
}

/**
 * What is known of a request in Hono: scheme and host from its address, and the rest from
 * node:http's request where
 * @hono/node-server gives it. Elsewhere the other end of the connection is not known.
 */
export class HonoFacts implements RequestFacts {
  readonly #url: string;
  readonly #origin: string;
  readonly #request: Request;
  readonly #node: NodeFacts | undefined;
  readonly #outgoing: Partial<ServerResponse> | undefined;

  constructor(c: Context) {
    this.#url = c.req.url;
    this.#origin = (c.get(VISITOR_ORIGIN as never) as string | undefined) ?? this.#url;
    this.#request = c.req.raw;
    const { incoming, outgoing } = (c.env ?? {}) as Bindings;
    if (isNodeRequest(incoming)) this.#node = new NodeFacts(incoming);
    this.#outgoing = outgoing;
  }

  get secure(): boolean {
    return (ORIGIN.exec(this.#origin)?.[1] ?? "https").toLowerCase() === "https";
  }

  get host(): string {
    return ORIGIN.exec(this.#origin)?.[2] ?? "";
  }

  /**
   * By the server's own request: an application that is mounted in another one sees a part of the
   * address.
   */
  get path(): string {
    return this.#node?.path ?? pathOf(this.#url);
  }

  get method(): string {
    return this.#request.method;
  }

  get peer(): string | undefined {
    return this.#node?.peer;
  }

  get httpVersion(): string | undefined {
    return this.#node?.httpVersion;
  }

  get headers(): Headers {
    return this.#request.headers;
  }

  /** Whether the handler has written to the server's own response, past Hono. */
  hasAnswered(): boolean {
    return this.#outgoing?.headersSent === true;
  }
}

function isNodeRequest(incoming: Partial<IncomingMessage> | undefined): incoming is IncomingMessage {
  return (
    typeof incoming?.httpVersion === "string" && typeof incoming.headers === "object" && incoming.socket !== undefined
  );
}
