import type { Context, MiddlewareHandler } from "hono";
import type { HeaderPair } from "../../sessions/data/header-pair.ts";
import type { SessionManager } from "../../sessions/manager.ts";
import type { Session } from "../../sessions/session.ts";
import { InvalidOptionError } from "../../errors.ts";
import { warnNotSaved } from "../not-saved.ts";
import { hasSession, noteSession } from "../session-of.ts";
import { copyWith } from "../copy-with.ts";
import { HonoFacts } from "./hono-facts.ts";
import { checkManager } from "../check-mounted.ts";

/** What the middleware adds to Hono's context: `c.get("session")`. */
export interface SessionEnv<Data extends object = Record<string, unknown>> {
  Variables: { session: Session<Data> };
}

/** What the middleware that ran last has set as `session`. */
const SHOWN: unique symbol = Symbol("latchkey session shown");
type Holder = Context & { [SHOWN]?: unknown };

/**
 * Gives each request of a Hono application its session, as `c.get("session")`, and saves it when
 * the handlers are done, for error answers too. It works on the fetch interface alone, so on every
 * runtime that Hono runs on with Node's modules.
 *
 * `c.set("session", null)` ends the session when the handlers are done. Any other value that is set
 * is then an error.
 *
 * A session that cannot be saved is an error of the application: `app.onError` answers it, and
 * nothing of the handler's answer is sent.
 *
 * @throws InvalidOptionError for anything but a SessionManager.
 * @param manager the same manager may be mounted twice; the outer one saves. Another manager's
 *   session is beside it, see `sessionOf`.
 * @example
 * ```ts
 * const app = new Hono().use(session(manager)).get("/", (c) => c.json(c.get("session").data));
 * ```
 */
export function session<Data extends object>(manager: SessionManager<Data>): MiddlewareHandler<SessionEnv<Data>> {
  checkManager("session", manager);
  return async function session(c, next) {
    // Mounted twice with the same manager: the outer one saves the session.
    if (hasSession(manager, c)) return await next();
    const facts = new HonoFacts(c);
    const current = await manager.load(c.req.header("Cookie"), facts);
    noteSession(manager, [c, c.req, c.req.raw], current, facts);
    show(c, current);

    let failure: { readonly error: unknown } | undefined;
    try {
      await next();
    } catch (error) {
      // Hono's own handler answers errors inside of next. What is no Error comes here.
      failure = { error };
    }
    let headers: readonly HeaderPair[];
    try {
      endIfReplaced(c, current);
      headers = await manager.commit(current);
    } catch (error) {
      if (c.finalized) await discard(c);
      throw error;
    }
    if (failure !== undefined) {
      // For the answer that middleware outside of this one may give.
      for (const [name, value] of headers) c.header(name, value, { append: true });
      throw failure.error;
    }
    if (headers.length === 0) return undefined;
    // The handler has written to the server's own response.
    if (facts.hasAnswered()) {
      if (headers.some(([name]) => name === "Set-Cookie")) warnNotSaved();
      return undefined;
    }
    const { res } = c;
    // Otherwise Hono would add the headers of the first answer to those of the second.
    c.res = undefined;
    c.res = copyWith(res, headers);
    return undefined;
  };
}

function show(c: Context, value: unknown): void {
  c.set("session", value);
  (c as Holder)[SHOWN] = value;
}

/** Hono lets everybody set a variable, so what was set is only seen afterwards. */
function endIfReplaced<Data extends object>(c: Context, current: Session<Data>): void {
  const value: unknown = c.get("session");
  if (value === (c as Holder)[SHOWN]) return;
  // Other managers' middleware outside of this one shall not take it for its own.
  show(c, value);
  if (value === null || value === undefined || value === false) return current.logout();
  throw new InvalidOptionError(
    'c.set("session", …) was called with a value that would be lost. ' +
      'Fix: to set entries, write Object.assign(c.get("session").data, { … }). To end the session, write c.get("session").logout().',
  );
}

/** The answer that is not sent must leave nothing in the one that is. */
async function discard(c: Context): Promise<void> {
  const { body } = c.res;
  c.res = undefined;
  // A body that is being read belongs to its reader.
  if (body?.locked === false) await body.cancel();
}
