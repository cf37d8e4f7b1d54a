import type { Request, RequestHandler } from "express";
import type { SessionManager } from "../../sessions/manager.ts";
import type { RequestFacts } from "../../sessions/cookie.ts";
import type { Session } from "../../sessions/session.ts";
import { beforeHeaders } from "../before-headers.ts";
import { headersOf } from "../headers-of.ts";
import { hasSession, keepSession, sessionOf } from "../session-of.ts";
import { expressSession, type ExpressSession } from "./express-session.ts";

/** A request as `session` leaves it: with express-session's object at `request.session`. */
export type SessionRequest<Data extends object = Record<string, unknown>> = Omit<Request, "session"> & { session: ExpressSession<Data> };

/**
 * Gives each request of an Express 5 application its session, and keeps it before the first byte of the answer leaves: a redirect never
 * arrives before the store has answered.
 *
 * `sessionOf(manager, request)` is the session with the manager's types. `request.session` is the same session in the shape that express-session gives it, so that
 * Passport and other middleware written for that works: entries are its properties, and it has `regenerate`, `save`, `reload` and `destroy`.
 *
 * Whether a request came over https is Express's to say: set "trust proxy" where a proxy ends TLS. A session that cannot be opened or kept is an error, and
 * goes to the application's error handlers; nothing of the handler's own answer is sent.
 *
 * @example
 * ```ts
 * app.use(session(manager));
 * app.get("/", (request, response) => {
 *   const { data } = sessionOf(manager, request);
 *   data.visits = (data.visits ?? 0) + 1;
 *   response.send(`Visit ${data.visits}`);
 * });
 * ```
 */
export function session<Data extends object>(manager: SessionManager<Data>): RequestHandler {
  // Express 5 takes the rejected promise as an error.
  return function session(request, response, next): Promise<void> | void {
    // Mounted twice: the outer one keeps the session.
    if (hasSession(request)) return next();
    const open = (): Session<Data> | Promise<Session<Data>> => manager.open(request.headers.cookie, new Facts(request));
    const start = (opened: Session<Data>): void => {
      keepSession(manager, request, opened);
      (request as unknown as SessionRequest<Data>).session = expressSession({
        request: request as { session?: unknown },
        current: () => sessionOf(manager, request),
        load: async () => keepSession(manager, request, await open()),
        isClosed: () => response.headersSent,
      });
      beforeHeaders(response, () => headersOf(manager, sessionOf(manager, request), response), next);
      next();
    };
    const opened = open();
    return opened instanceof Promise ? opened.then(start) : start(opened);
  };
}

/** What Express knows of a request, asked when it matters: with proxies to be trusted the answer is some work. */
class Facts implements RequestFacts {
  readonly #request: Request;

  constructor(request: Request) {
    this.#request = request;
  }

  get secure(): boolean {
    return this.#request.secure;
  }

  get host(): string {
    return this.#request.host ?? "";
  }
}
