/**
 * What a store has for a minute in the place of a session that got a new token: where it went, so
 * that requests that still come with the old one, or are still running, neither lose what they do
 * nor end the visitor's session.
 */
export interface Redirect {
  /** The id under which the store has the session now. */
  readonly id: string;
  /** When it moved, in Unix seconds. */
  readonly at: number;
  /**
   * Whether a login moved it. Then the old token opens nothing any more: an attacker may have
   * planted it (OWASP ASVS 5.0, 7.2.4).
   */
  readonly byLogin: boolean;
  /** What a login at the same time needs to find the same new token; see `loginToken`. */
  readonly nonce?: string | undefined;
}

/** No session's payload begins like this. */
const MARK = /^(moved|login) ([A-Za-z0-9_-]{43}) (\d{1,15})(?: ([A-Za-z0-9_-]{22}))?$/;

/**
 * What a store has between the end of a session and its deletion, so that both are one step for a
 * request that is about to write.
 */
export const TOMBSTONE = "ended";

/** The redirect as text. */
export function writeRedirect({ id, at, byLogin, nonce }: Redirect): string {
  return `${byLogin ? "login" : "moved"} ${id} ${at}${nonce === undefined ? "" : ` ${nonce}`}`;
}

/** The redirect of a payload; undefined for any other payload. */
export function readRedirect(payload: string | undefined): Redirect | undefined {
  const [, kind, id, at, nonce] = (payload === undefined ? undefined : MARK.exec(payload)) ?? [];
  return id === undefined ? undefined : { id, at: Number(at), byLogin: kind === "login", nonce };
}
