import { InvalidOptionError } from "../../errors.ts";
import { kindOf } from "../../options.ts";
import { withTimeout, type TimeoutPolicy } from "../with-timeout.ts";
import { rejection, type Rejection } from "../data/rejection.ts";

/** How an application ends sessions before their time; both are options of SessionManager. */
export interface RevocationHooks {
  /**
   * The moment, in Unix seconds, from which a user's sessions count: those that began before it are
   * refused. "Log out everywhere" for sessions that their cookies hold: note the time when a user
   * asks for it, or changes the password, and give it here; undefined or null for a user who never
   * did. Any other answer than a finite number throws. It may be a promise, and is then waited for
   * as long as for a store (`storeTimeout`). Default: none.
   *
   * With this or `isRevoked` a session's cookie is opened when the request comes, and not when
   * somebody first looks at it.
   */
  readonly validFrom?:
    | ((subject: string) => number | null | undefined | Promise<number | null | undefined>)
    | undefined;
  /**
   * Whether one session was ended before its time: a deny list, by `session.id`. True refuses the
   * session, false lets it in, and any other answer throws. It may be a promise. It is asked at
   * most four times for a request. Default: none.
   */
  readonly isRevoked?: ((session: RevocableSession) => boolean | Promise<boolean>) | undefined;
}

/** What `isRevoked` decides by. Times in Unix seconds. */
export interface RevocableSession {
  /** As `session.id` has it. Undefined in Flask's cookies, which have no room for it. */
  readonly id: string | undefined;
  readonly subject: string | undefined;
  /** As given to `login`. OpenID Connect's logout token names it as `sid`. */
  readonly tag?: string | undefined;
  /** When the session began: its login, or its first write. */
  readonly createdAt: number;
  /** When the cookie was written. */
  readonly lastSeenAt: number;
}

const NOT_ASKED: unique symbol = Symbol("not asked");
const DOING = "looking whether a session was ended";

/**
 * Asks the application whether a genuine session was ended before its time (OWASP ASVS 5.0, 7.4.1
 * for self-contained tokens): by a date for each subject, or by a list of sessions.
 */
export class Revocation {
  readonly #hooks: RevocationHooks;
  readonly #timeoutPolicy: TimeoutPolicy;

  /**
   * @param timeout seconds that a hook may take.
   * @throws InvalidOptionError for a hook that is no function.
   */
  constructor(hooks: RevocationHooks, timeout: number) {
    for (const name of ["validFrom", "isRevoked"] as const) {
      if (hooks[name] !== undefined && typeof hooks[name] !== "function")
        throw new InvalidOptionError(
          `The option ${name} must be a function. It got ${kindOf(hooks[name])}. Fix: ${name === "validFrom" ? "validFrom: (subject) => …" : "isRevoked: (session) => …"}.`,
        );
    }
    this.#hooks = hooks;
    this.#timeoutPolicy = { whom: "validFrom or isRevoked", option: "storeTimeout", timeout };
  }

  /** Whether there is anything to ask. */
  get isNeeded(): boolean {
    return this.#hooks.validFrom !== undefined || this.#hooks.isRevoked !== undefined;
  }

  /** Why the session is refused; undefined if it is not. It fails as a store would. */
  async refusalOf(session: RevocableSession): Promise<Rejection | undefined> {
    const { validFrom, isRevoked } = this.#hooks;
    const { subject, createdAt } = session;
    return await withTimeout(this.#timeoutPolicy, DOING, async () => {
      const [from, revoked] = await Promise.all([
        (async () => (subject === undefined ? undefined : await validFrom?.(subject)))(),
        (async () => (isRevoked === undefined ? NOT_ASKED : await isRevoked(session)))(),
      ]);
      return judge(createdAt, from, revoked);
    });
  }
}

/**
 * Only the expected answers count. `await redis.exists(…)` gives 1, and must not be taken for "not
 * revoked".
 */
function judge(createdAt: number, from: unknown, revoked: unknown): Rejection | undefined {
  // A database says null.
  if (from !== undefined && from !== null && !(typeof from === "number" && Number.isFinite(from)))
    throw new InvalidOptionError(
      `validFrom must return Unix seconds as a number, or undefined. It returned ${whatItGot(from)}. Fix: return Math.floor(date.getTime() / 1000).`,
    );
  if (revoked !== NOT_ASKED && typeof revoked !== "boolean")
    throw new InvalidOptionError(
      `isRevoked must return true or false. It returned ${whatItGot(revoked)}. Fix: return Boolean(…), or compare: === 1.`,
    );
  if (typeof from === "number" && createdAt < from)
    return rejection(
      "revoked",
      "Signed by us, but the session began before the moment from which validFrom lets this user's sessions count.",
    );
  return revoked === true ? rejection("revoked") : undefined;
}

function whatItGot(value: unknown): string {
  if (typeof value === "number" || value === undefined || value === null) return String(value);
  return `a ${typeof value}`;
}
