import type { Clock } from "../clock.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { SecretKeyInput } from "../keys/secret-key.ts";
import type { StandardSchema } from "../signing/standard-schema.ts";
import type { CookieOptions } from "./cookie/cookie-options.ts";
import type { SessionFormat } from "./cookie/formats/format.ts";
import type { RevocationHooks } from "./request/revocation.ts";
import type { SessionStore } from "./store/session-store.ts";

/** How many sessions a user may have at once. */
export interface MaxSessions {
  /** A whole number from 1. */
  readonly perSubject: number;
  /**
   * What one login too many does. `"end_oldest"` ends the session with the oldest login: that
   * browser is logged out with its next request. `"refuse"`: `commit` throws a SessionError
   * `session_limit`, nothing is saved, and the user is logged in nowhere else than before.
   */
  readonly then: "end_oldest" | "refuse";
}

/** How a SessionManager is to work; only `keys` is needed. */
export interface SessionManagerOptions<Data extends object = Record<string, unknown>> extends RevocationHooks {
  /**
   * The ring from `loadKeyRing`, or a key. The current key signs, all keys verify. In production a
   * key that can be guessed, or that was published, is refused; a bare key is refused in
   * development too. The mode is the ring's: production unless NODE_ENV or LATCHKEY_ENV says
   * development.
   *
   * A function that returns one of these is called when a request first needs the manager, and not
   * when the manager is made. So a build that imports the application needs no key. While it fails,
   * each use of the manager calls it again, and throws its error. It must not return a promise.
   */
  readonly keys: KeyRing | SecretKeyInput | (() => KeyRing | SecretKeyInput);
  /**
   * Where the sessions are saved. The cookie then holds a token, and a logout ends every copy of
   * it. Default: none, so the cookie holds the session.
   */
  readonly store?: SessionStore | undefined;
  /**
   * What a cookie that holds its session looks like: `sealed()`, which hides the data, `signed()`,
   * which anyone can read, or `flask()`. Not together with a store. Default: `sealed()`.
   */
  readonly format?: SessionFormat | undefined;
  /**
   * Further formats that are read and not written: sessions move over to the store or the format
   * when they are next looked at. A store remembers each cookie that has moved, so that a copy of
   * it opens nothing any more. Default: none.
   */
  readonly fallbackFormats?: readonly SessionFormat[] | undefined;
  /**
   * Seconds from the login (or the first write) to the end of a session, whatever happens. Default:
   * 30 days. `Infinity`: no such end. Flask's cookies do not say when their session began: with
   * `flask()` the shorter one of `lifetime` and `idleTimeout` counts from the last time the cookie
   * was written, and both are 31 days.
   */
  readonly lifetime?: number | undefined;
  /**
   * Seconds without a visit after which a session ends. Default: 14 days; with `flask()` 31 days.
   * The end moves only when more than half of this time has passed since the cookie was sent
   * (`extendAfter`). So a session ends between `idleTimeout / 2` and `idleTimeout` after the last
   * visit, never later. With the default, a visitor may be logged out after 7 days and 1 second
   * without a visit.
   */
  readonly idleTimeout?: number | undefined;
  /**
   * Seconds after the cookie was sent, after which a visit moves the end of the session. Default:
   * half of `idleTimeout`. 0: each visit in a later second sends the cookie again and writes to the
   * store, as Flask does with SESSION_REFRESH_EACH_REQUEST. `Infinity`: no visit moves the end.
   */
  readonly extendAfter?: number | undefined;
  /**
   * The same for sessions in which no user is logged in, if it is shorter. Default: as
   * `idleTimeout`. Anyone can begin such sessions, so a short time keeps a store small; a visitor
   * loses an anonymous cart after it.
   */
  readonly anonymousIdleTimeout?: number | undefined;
  /**
   * The most bytes that a session may have in a store. Default: 65,536. A larger one is not saved:
   * `commit` throws `session_too_large`, and the message names the largest entries. Each request
   * reads and parses the whole session.
   */
  readonly maxPayloadBytes?: number | undefined;
  /**
   * How many sessions a user may have at once, and what one login too many does. It is exact, also
   * from several processes at the same moment. Expired and revoked sessions do not count, and a
   * session that logs in again, confirms or is renewed counts once. Default: no limit. Only with a
   * store that lists the sessions of a user. A login takes two more listings with `"end_oldest"`,
   * and with `"refuse"` one listing and two small writes.
   */
  readonly maxSessions?: MaxSessions | undefined;
  /**
   * Name and attributes of the cookie. Default: `__Host-Http-session`, Secure, HttpOnly,
   * SameSite=Lax and the path "/".
   */
  readonly cookie?: CookieOptions | undefined;
  /**
   * A Standard Schema (zod, valibot, arktype) for the data. What is loaded and does not fit is a
   * fresh session; what is to be saved and does not fit throws. It must not be asynchronous.
   * Default: none, so the data may be any JSON.
   */
  readonly schema?: StandardSchema<Data> | undefined;
  /** Tells the time in Unix seconds; for tests. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /**
   * What happens when the store cannot be asked. `"error"`: a SessionError `store_failed`, which
   * the framework answers. `"anonymous"`: the request goes on without a session, and nothing is
   * saved; logins, logouts and renewals still throw. Default: `"error"`.
   */
  readonly onStoreFailure?: "error" | "anonymous" | undefined;
  /** Seconds that the store, `validFrom` or `isRevoked` may take for one answer. Default: 5. */
  readonly storeTimeout?: number | undefined;
  /**
   * Whether a logout also tells the browser to forget what it has stored for this origin
   * (Clear-Site-Data, OWASP ASVS 5.0, 14.3.1). Default: false.
   */
  readonly clearSiteData?: boolean | undefined;
  /**
   * Origins of other pages that may send requests with a session: `["https://app.example.com"]`.
   * Default: none. A POST, PUT, PATCH or DELETE from any other origin than the server's own, and a
   * WebSocket, has an empty session that refuses changes. Each entry is scheme, host and port as
   * browsers write them, without a path or a wildcard. A page of another site sends the cookie only
   * with `cookie: { sameSite: "None" }`; a sibling domain, or another port, always sends it.
   */
  readonly trustedOrigins?: readonly string[] | undefined;
}
