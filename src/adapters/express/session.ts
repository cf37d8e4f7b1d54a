import type { Request, RequestHandler } from "express";
import type { SessionManager } from "../../sessions/manager.ts";
import { beforeHeaders } from "../before-headers.ts";
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
  return async function session(request, response, next) {
    // Mounted twice: the outer one keeps the session.
    if (hasSession(request)) return next();
    const load = async (): Promise<void> => {
      const facts = { secure: request.secure, host: request.host ?? "" };
      keepSession(manager, request, await manager.load(request.headers.cookie, facts));
    };
    await load();
    (request as unknown as SessionRequest<Data>).session = expressSession({
      request,
      current: () => sessionOf(manager, request),
      load,
      isClosed: () => response.headersSent,
    });
    const commit = async (): Promise<() => void> => {
      const headers = await manager.commit(sessionOf(manager, request));
      return () => {
        for (const [name, value] of headers) response.appendHeader(name, value);
      };
    };
    beforeHeaders(response, commit, next);
    next();
  };
}
