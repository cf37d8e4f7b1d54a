import type { IncomingMessage } from "node:http";
import type { Context } from "hono";
import { httpVersionOf } from "../fetch-answer.ts";

/** The server of `Bun.serve`, by the parts that are used here. */
interface BunServer {
  requestIP(request: Request): { readonly address: string } | null;
  timeout?(request: Request, seconds: number): void;
}

/** The other end of a connection, as far as the server reports it. */
export interface Peer {
  readonly remoteAddress: string | undefined;
  readonly httpVersion: string | undefined;
}

/** Node's own request, where @hono/node-server stands beneath. */
export function incomingOf(c: Context): IncomingMessage | undefined {
  const { incoming } = environmentOf(c) as { incoming?: IncomingMessage };
  return typeof incoming?.socket === "object" ? incoming : undefined;
}

/** The server of `Bun.serve({ fetch: app.fetch })`, which Hono has as the environment. */
export function serverOf(c: Context): BunServer | undefined {
  const environment = environmentOf(c) as { server?: unknown };
  const server = (environment.server ?? environment) as Partial<BunServer>;
  return typeof server.requestIP === "function" ? (server as BunServer) : undefined;
}

/**
 * The address of the visitor, and the version of HTTP. `Bun.serve` and `Deno.serve` report the
 * address in their own ways, as `getConnInfo` of hono/bun and hono/deno reads it.
 */
export function peerOf(c: Context, incoming: IncomingMessage | undefined): Peer {
  if (incoming !== undefined) {
    return { remoteAddress: incoming.socket.remoteAddress, httpVersion: incoming.httpVersion };
  }
  const { remoteAddr } = environmentOf(c) as { remoteAddr?: { readonly hostname?: unknown } };
  const address = serverOf(c)?.requestIP(c.req.raw)?.address ?? remoteAddr?.hostname;
  return {
    remoteAddress: typeof address === "string" ? address : undefined,
    httpVersion: httpVersionOf(c.req.raw.headers),
  };
}

function environmentOf(c: Context): object {
  return (c.env ?? {}) as object;
}
