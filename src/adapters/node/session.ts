import type { IncomingMessage, ServerResponse } from "node:http";
import type { SessionManager } from "../../sessions/manager.ts";
import type { Session } from "../../sessions/session.ts";
import { connectSession, type SessionRecipe } from "../open-session.ts";
import { NodeFacts } from "../node-facts.ts";
import { checkManager } from "../check-mounted.ts";
import { answer500 } from "./answer-500.ts";

/** A request with its session. */
export type SessionRequest<Data extends object = Record<string, unknown>> = IncomingMessage & {
  session: Session<Data>;
};

/** Middleware as connect, Express, Socket.IO and a bare node:http server call it. */
export type SessionMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Gives each request of a node:http server its session, as `request.session`, and saves it before
 * the first byte of the answer leaves. A redirect never arrives before the store has answered.
 * Requests and responses of node:http2's compatibility API work too.
 *
 * `request.session = null` ends the session. Any other value that is assigned throws
 * InvalidOptionError.
 *
 * A session that cannot be opened or saved is an error. A `next` that takes an argument is called
 * with it, as connect and Express expect, and may answer. For a `next` that takes none, the answer
 * is a plain 500. Nothing of the handler's own answer is sent.
 *
 * Where there is no answer to hold, as in Socket.IO's `io.engine.use(session(manager))`, the
 * session is open, and a change is saved by `manager.commit` alone.
 *
 * @throws InvalidOptionError for anything but a SessionManager.
 * @param manager the same manager may be mounted twice; the outer one saves. Another manager's
 *   session is beside it, see `sessionOf`.
 * @example
 * ```ts
 * const openSession = session(manager);
 * createServer((request, response) =>
 *   openSession(request, response, () => answer(request as SessionRequest, response)),
 * );
 * ```
 */
export function session<Data extends object>(manager: SessionManager<Data>): SessionMiddleware {
  checkManager("session", manager);
  return function session(request, response, next) {
    const recipe: SessionRecipe<Data> = {
      manager,
      request,
      response,
      facts: new NodeFacts(request),
      carriers: [request],
      place: (value) => ({ name: "request.session", entries: "request.session.data", value }),
      onError: (error) => {
        // A `next` without a parameter would run the handler once more.
        if (next.length > 0) next(error);
        else answer500(response);
      },
    };
    connectSession(recipe, () => next());
  };
}
