import { adapterAccess } from "../adapter-access.ts";
import { InvalidOptionError, SessionError } from "../errors.ts";
import type { RequestFacts } from "../sessions/cookie/cookie.ts";
import type { SessionManager } from "../sessions/manager.ts";
import type { Session } from "../sessions/session.ts";
import { kindOf } from "../options.ts";
import { checkManager } from "./check-mounted.ts";

interface NotedSession {
  /**
   * The manager that opened the session. Of any type: it is compared when the session is taken out
   * again.
   */
  readonly manager: Pick<SessionManager, typeof adapterAccess>;
  session: unknown;
  /** The session that another manager has opened before. */
  readonly outer: NotedSession | undefined;
}

/**
 * On the request itself: thousands of entries in a WeakMap are work for each collection of garbage.
 */
const OPENED: unique symbol = Symbol("latchkey session");
type Carrier = { [OPENED]?: NotedSession | undefined };

/**
 * Notes the session of a request. A second call with the same manager replaces the session; another
 * manager's session stays beside it.
 *
 * @param carriers all that `sessionOf` may be given, first what `hasSession` is asked about.
 * @throws InvalidOptionError if another manager's session is in a cookie of the same name.
 */
export function noteSession<Data extends object>(
  manager: SessionManager<Data>,
  carriers: readonly [object, ...object[]],
  session: Session<Data>,
  facts: RequestFacts,
): void {
  const [carrier] = carriers;
  const present = find(manager, carrier);
  if (present !== undefined) {
    present.session = session;
    return;
  }
  const outer = (carrier as Carrier)[OPENED];
  const opened: NotedSession = { manager: manager as unknown as NotedSession["manager"], session, outer };
  for (let other = outer; other !== undefined; other = other.outer)
    refuseSameCookie(opened.manager, other.manager, facts);
  // A carrier that is the request of another server too may have that server's session.
  for (const each of carriers as readonly Carrier[]) if (each[OPENED] === outer) each[OPENED] = opened;
}

/** Whether this manager has opened its session for a request already. */
export function hasSession<Data extends object>(manager: SessionManager<Data>, carrier: object): boolean {
  return find(manager, carrier) !== undefined;
}

/**
 * The session of a request, with the types of the manager that opened it. No declaration has to be
 * merged into the framework's types.
 *
 * Where several managers are mounted, each has a session of its own, and this is the way to each of
 * them. `request.session`, `ctx.session` and `c.get("session")` are the session of the manager that
 * was mounted last.
 *
 * @param manager the manager that `session(manager)` was mounted with.
 * @param requestOrContext what the framework gives a handler: the request of Express, Fastify and
 *   node:http, the context of Hono and Koa. The request that these two hold will do as well:
 *   `ctx.req`, `ctx.request`, `c.req`, `c.req.raw`, and Fastify's `request.raw`.
 * @throws SessionError `session_unavailable` where no middleware has opened a session;
 *   InvalidOptionError where only other managers have, and for arguments that are no manager and no
 *   request.
 * @example
 * ```ts
 * const { data } = sessionOf(manager, request);
 * data.visits = (data.visits ?? 0) + 1;
 * ```
 */
export function sessionOf<Data extends object>(manager: SessionManager<Data>, requestOrContext: object): Session<Data> {
  if (typeof requestOrContext !== "object" || (requestOrContext as unknown) === null) {
    checkManager("sessionOf", manager);
    throw new InvalidOptionError(
      `sessionOf(manager, request) needs the request, or the context of Koa and Hono. It got ${kindOf(requestOrContext)}. ` +
        "Fix: give it what the framework gives the handler.",
    );
  }
  const found = find(manager, requestOrContext);
  if (found !== undefined) return found.session as Session<Data>;
  checkManager("sessionOf", manager);
  if ((requestOrContext as Carrier)[OPENED] !== undefined) {
    throw new InvalidOptionError(
      "This request has a session of another SessionManager, and none of the one that sessionOf was given. " +
        "Fix: mount session(manager) with this manager too, before the handler, or give sessionOf the manager that is mounted.",
    );
  }
  throw new SessionError(
    "session_unavailable",
    "This request has no session. Fix: mount session(manager) before the code that asks for the session, and in the same scope. " +
      "Give sessionOf the request, or the context of Koa and Hono.",
  );
}

function find(manager: unknown, carrier: object): NotedSession | undefined {
  let opened = (carrier as Carrier)[OPENED];
  while (opened !== undefined && opened.manager !== manager) opened = opened.outer;
  return opened;
}

/** Two sessions in one cookie would overwrite each other. */
function refuseSameCookie(inner: NotedSession["manager"], outer: NotedSession["manager"], facts: RequestFacts): void {
  const name = inner[adapterAccess].cookieNameFor(facts);
  if (name !== outer[adapterAccess].cookieNameFor(facts)) return;
  throw new InvalidOptionError(
    `Two SessionManagers serve this request, and both have the cookie ${name}. ` +
      'Fix: give one of them another name, such as new SessionManager({ keys, cookie: { name: "staff" } }).',
  );
}
