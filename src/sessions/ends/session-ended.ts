/**
 * Why a session has ended.
 *
 * - "logout": `logout()` or `destroy()` in a request.
 * - "login": a user logged in with it. The login is a new session, under another token.
 * - "emptied": a request took the last entry out of a session without a user.
 * - "revoked": `revoke` or `revokeAll`, or `isRevoked` or `validFrom` refuses it.
 * - "limit": the user had more sessions than the manager allows.
 * - "expired": it was not used for too long, or its lifetime is over.
 * - "gone": the store does not have it any more, and nobody told this process why. The message was
 *   lost while the connection was cut, or another program has deleted the session.
 */
export type EndReason = "logout" | "login" | "emptied" | "revoked" | "limit" | "expired" | "gone";

/** What a listener of `manager.onEnd` gets: a plain record, fit for JSON. */
export interface SessionEnded {
  readonly reason: EndReason;
  /** When this process learned of it, in Unix seconds. */
  readonly at: number;
  /**
   * The id that the session had at its end, as `session.id` and `list` have it. `renew()` gives a
   * session in a store another id. Undefined in Flask's cookies.
   */
  readonly id: string | undefined;
  /** Whose session it was; undefined for an anonymous visitor's. */
  readonly subject: string | undefined;
}

/** Is called once, when the session has ended. A promise that it returns is not waited for. */
export type EndListener = (ended: SessionEnded) => unknown;
