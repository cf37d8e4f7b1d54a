import type { SessionCookie } from "../cookie/cookie.ts";
import { endsSession, logsIn } from "./intent.ts";
import type { Incoming, RejectedCookie, SessionState, ValidSession } from "./session-state.ts";

/**
 * Makes a browser forget cookies: of sessions that were ended, and copies of them in other scopes.
 */
export class CookieClearing {
  readonly #cookie: SessionCookie;

  constructor(cookie: SessionCookie) {
    this.#cookie = cookie;
  }

  /**
   * Set-Cookie headers that expire the name in every other scope that can have sent one of several
   * cookies. This server's own stays.
   */
  elsewhere({ cookie: { secure, facts } }: SessionState, { cookieName }: RejectedCookie): readonly string[] {
    return this.#cookie.expireElsewhere(cookieName, secure, facts, { several: true, ownStays: true });
  }

  /** Set-Cookie headers for what the browser holds beside the cookie that is sent now. */
  leftBehind(state: SessionState): readonly string[] {
    const cookie = this.#cookie;
    const { name, secure, facts: request } = state.cookie;
    const { opened } = state;
    if (opened === undefined || opened.verdict === "none") return [];
    const lines: string[] = [];
    if (opened.verdict === "valid" && opened.cookieName !== name) lines.push(...this.expired(state, opened));
    const cameTwice = cameMoreThanOnce(opened);
    const endedCopies = opened.verdict === "valid" && endsSession(state.intent) && isInCookie(opened);
    if (cameTwice || endedCopies)
      lines.push(...cookie.expireElsewhere(name, secure, request, { several: cameTwice, ownStays: false }));
    else lines.push(...cookie.expireFormer(name, secure));
    // A session that was planted in the own scope, partitioned, would stand beside a login. The new
    // cookie follows.
    if (logsIn(state.intent) && request !== undefined && secure && !name.startsWith("__Host-"))
      lines.push(cookie.expireTwin(name));
    return [...new Set(lines)];
  }

  /**
   * Set-Cookie headers that make the browser forget a session that was ended, also its copies in
   * other scopes if the cookie held it.
   */
  expired(state: SessionState, opened: Incoming): string[] {
    if (opened.verdict === "none") return [];
    const cookie = this.#cookie;
    const { secure, facts } = state.cookie;
    const name = opened.cookieName;
    const cameTwice = cameMoreThanOnce(opened);
    const hasCopies = cameTwice || (opened.verdict === "valid" && isInCookie(opened));
    const others = hasCopies
      ? cookie.expireElsewhere(name, secure, facts, { several: cameTwice, ownStays: false })
      : cookie.expireFormer(name, secure);
    return [cookie.writeExpired(name, secure), ...others];
  }
}

/** Whether the browser holds cookies of one name in several scopes. */
function cameMoreThanOnce(opened: ValidSession | RejectedCookie): boolean {
  return opened.verdict === "valid" ? opened.hasTwins : opened.isAmbiguous;
}

/** Whether the cookie itself holds the session, so that each copy of it is good. */
function isInCookie({ stored }: ValidSession): boolean {
  return stored?.payload === undefined;
}
