import type { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { lateModule } from "../../late-module.ts";
import { processEnvironment, saidMode } from "../../mode.ts";

const asyncHooks = lateModule("node:async_hooks");

/** What Node's server knows of a request, before Next.js changes its headers. */
export interface NodeConnection {
  readonly secure: boolean;
  readonly peer: string | undefined;
  readonly httpVersion: string;
  /** Without the X-Forwarded-* headers that Next.js adds to each request. */
  readonly headers: IncomingMessage["headers"];
}

/** In the process, and not in this module: Next.js may load a bundled copy of it for each route. */
const WATCH: unique symbol = Symbol.for("latchkey.next.connections") as never;
type Process = { [WATCH]?: AsyncLocalStorage<NodeConnection> };

/**
 * Watches the HTTP servers of this process, in development only. Next.js does not report the
 * address at the other end of a connection, and it adds the headers of a proxy to each request.
 * Without both, nothing says that a browser is on this machine.
 */
export function watchConnections(): void {
  const place = globalThis as Process;
  if (place[WATCH] !== undefined || saidMode(processEnvironment()) !== "development") return;
  const storage = (place[WATCH] = new (asyncHooks().AsyncLocalStorage)());
  subscribe("http.server.request.start", (message) => {
    storage.enterWith(connectionOf((message as { readonly request: IncomingMessage }).request));
  });
}

/** The connection of the request that is being answered. Undefined if it was not watched. */
export function currentConnection(): NodeConnection | undefined {
  return (globalThis as Process)[WATCH]?.getStore();
}

function connectionOf({ socket, httpVersion, headers }: IncomingMessage): NodeConnection {
  const { encrypted } = socket as { readonly encrypted?: unknown };
  return { secure: encrypted === true, peer: socket.remoteAddress, httpVersion, headers: { ...headers } };
}
