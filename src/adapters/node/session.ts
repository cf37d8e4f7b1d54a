import type { IncomingMessage, ServerResponse } from "node:http";
import type { SessionManager } from "../../sessions/manager.ts";
import type { Session } from "../../sessions/session.ts";
import { beforeHeaders } from "../before-headers.ts";
import { headersOf } from "../headers-of.ts";

/** A request with its session. */
export type SessionRequest<Data extends object = Record<string, unknown>> = IncomingMessage & { session: Session<Data> };

/** Middleware as connect, Express and a bare node:http server call it. */
export type SessionMiddleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;

/**
 * Gives each request of a node:http server its session, as `request.session`, and keeps it before the first byte of the answer leaves: a
 * redirect never arrives before the store has answered.
 *
 * A session that cannot be opened or kept is an error. A `next` that takes an argument is called with it, as connect and Express expect, and may
 * answer; for one that takes none, the answer is a plain 500. Nothing of the handler's own answer is sent.
 *
 * @example
 * ```ts
 * const openSession = session(manager);
 * createServer((request, response) => openSession(request, response, () => answer(request as SessionRequest, response)));
 * ```
 */
export function session<Data extends object>(manager: SessionManager<Data>): SessionMiddleware {
  return function session(request, response, next) {
    // Mounted twice: the outer one keeps the session.
    if ((request as Partial<SessionRequest>).session !== undefined) return next();
    const onError = (error: unknown): void => {
      // A `next` without a parameter would run the handler once more.
      if (next.length > 0) next(error);
      else answer500(response);
    };
    const start = (current: Session<Data>): void => {
      (request as SessionRequest<Data>).session = current;
      beforeHeaders(response, () => headersOf(manager, current, response), onError);
      next();
    };
    const opened = manager.open(request.headers.cookie, { secure: isEncrypted(request), host: request.headers.host ?? "" });
    if (!(opened instanceof Promise)) return start(opened);
    // Not one chain: what the handler throws is its own, and not a failure to open the session.
    opened.then(start, onError).catch(rethrow);
  };
}

function isEncrypted({ socket }: IncomingMessage): boolean {
  return "encrypted" in socket && socket.encrypted === true;
}

function answer500(response: ServerResponse): void {
  if (response.headersSent) return void response.destroy();
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = 500;
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  response.end("Internal Server Error\n");
}

/** Out of the promise, to where exceptions of a handler without middleware would go. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
