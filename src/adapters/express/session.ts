import type { Request, RequestHandler } from "express";
import type { SessionManager } from "../../sessions/manager.ts";
import { connectSession, type SessionRecipe } from "../open-session.ts";
import { noteSession, sessionOf } from "../session-of.ts";
import { replaceShown } from "../session-place.ts";
import { expressSession, type ExpressSession, type SessionContext } from "./express-session.ts";
import { ExpressFacts } from "./express-facts.ts";
import { warnOfPassport } from "./passport-warning.ts";
import { checkManager } from "../check-mounted.ts";

/** A request with its session. */
export type SessionRequest<Data extends object = Record<string, unknown>> = Omit<Request, "session"> & {
  session: ExpressSession<Data>;
};

/**
 * Gives each request of an application on Express 4 or 5 its session, and saves it before the first
 * byte of the answer leaves. A redirect never arrives before the store has answered.
 *
 * `request.session` has all members of `Session`, and `sessionOf(manager, request)` is the same
 * session with the manager's types. `request.session` also has the shape that express-session gives
 * it, so that Passport and other middleware written for that works: entries are its properties, and
 * it has `regenerate`, `save`, `reload` and `destroy`. An entry cannot have the name of a member.
 * `request.session = null` ends the session. Any other value that is assigned throws
 * InvalidOptionError.
 *
 * Express decides whether a request came over HTTPS: set "trust proxy" where a proxy ends TLS. A
 * session that cannot be opened or saved is an error, and goes to the application's error handlers,
 * in Express 4 too. Nothing of the handler's own answer is sent.
 *
 * @throws InvalidOptionError for anything but a SessionManager.
 * @param manager the same manager may be mounted twice; the outer one saves. Another manager's
 *   session is beside it, see `sessionOf`.
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
  checkManager("session", manager);
  return function session(request, response, next): void {
    const facts = new ExpressFacts(request);
    const context: SessionContext = {
      current: () => sessionOf(manager, request),
      load: async () => noteSession(manager, [request], await manager.load(request.headers.cookie, facts), facts),
      // What stands in for a response may not say.
      isClosed: () => (response.headersSent as boolean | undefined) === true,
      show: (before, after) => replaceShown(request, before, after),
      passportLooked: false,
    };
    const recipe: SessionRecipe<Data> = {
      manager,
      request,
      response,
      facts,
      carriers: [request],
      place: () => ({ name: "request.session", entries: "request.session", value: expressSession<Data>(context) }),
      beforeCommit: (current) => {
        if (context.passportLooked) warnOfPassport(manager, current);
      },
      onError: next,
    };
    connectSession(recipe, next);
  };
}
