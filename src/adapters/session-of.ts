import { InvalidOptionError, SessionError } from "../errors.ts";
import type { SessionManager } from "../sessions/manager.ts";
import type { Session } from "../sessions/session.ts";

interface Opened {
  /** Whose session it is. Any manager: which one is asked when it is taken out again. */
  readonly manager: unknown;
  readonly session: unknown;
}

/** On the request itself: thousands of entries in a WeakMap are work for each collection of garbage. */
const OPENED: unique symbol = Symbol("latchkey session");
type Carrier = { [OPENED]?: Opened };

/** Notes the session of a request; a second call replaces the first. */
export function keepSession<Data extends object>(manager: SessionManager<Data>, request: object, session: Session<Data>): void {
  (request as Carrier)[OPENED] = { manager, session };
}

/** Whether a request has its session already. */
export function hasSession(request: object): boolean {
  return (request as Carrier)[OPENED] !== undefined;
}

/**
 * The session of a request, with the types of the manager that opened it. No declaration has to be merged into the framework's own types.
 *
 * @throws SessionError `session_unavailable` where no middleware has opened a session; InvalidOptionError where another manager's has.
 * @example
 * ```ts
 * const { data } = sessionOf(manager, request);
 * data.visits = (data.visits ?? 0) + 1;
 * ```
 */
export function sessionOf<Data extends object>(manager: SessionManager<Data>, request: object): Session<Data> {
  const found = (request as Carrier)[OPENED];
  if (found === undefined) {
    throw new SessionError(
      "session_unavailable",
      "This request has no session: mount session(manager) before whatever asks for it, and in the same scope.",
    );
  }
  if (found.manager !== manager) {
    throw new InvalidOptionError(
      "This request's session was opened by another SessionManager: give sessionOf the one that session(…) was mounted with.",
    );
  }
  return found.session as Session<Data>;
}
