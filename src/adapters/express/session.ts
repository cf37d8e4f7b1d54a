import type { Request, RequestHandler } from "express";
import type { SessionManager } from "../../sessions/manager.ts";
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
    const open = (): Session<Data> | Promise<Session<Data>> =>
      manager.open(request.headers.cookie, { secure: request.secure, host: request.host ?? "" });
    const start = (opened: Session<Data>): void => {
      keepSession(manager, request, opened);
      defineLazily(request, "session", () =>
        expressSession({
          request,
          current: () => sessionOf(manager, request),
          load: async () => keepSession(manager, request, await open()),
          isClosed: () => response.headersSent,
        }),
      );
      beforeHeaders(response, () => headersOf(manager, sessionOf(manager, request), response), next);
      next();
    };
    const opened = open();
    return opened instanceof Promise ? opened.then(start) : start(opened);
  };
}

/** A property that is made when it is first asked for, and an ordinary one from then on. Whoever needs no express-session does not pay for one. */
function defineLazily(object: object, name: string, make: () => unknown): void {
  const settle = (value: unknown): void =>
    void Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  Object.defineProperty(object, name, {
    get() {
      const value = make();
      settle(value);
      return value;
    },
    set: settle,
    enumerable: true,
    configurable: true,
  });
}
