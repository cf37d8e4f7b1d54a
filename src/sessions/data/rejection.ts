import type { RejectionReason } from "../../diagnostics.ts";

/** Why a request has no session: the cookie did not become one, or another origin sent it. */
export interface Rejection {
  readonly reason: RejectionReason;
  /**
   * One sentence or two for a person: which step failed, why, and what is likely behind it. It
   * holds nothing of the cookie.
   */
  readonly explanation: string;
}

const EXPLANATIONS: Readonly<Record<RejectionReason, string>> = {
  malformed:
    "The cookie does not have the shape of a value that this server writes. Likely: it was cut or changed on its way, or made by another application on this host (cookies ignore ports).",
  too_large: "The cookie is longer, or came more often, than anything this server sends, so nobody looked into it.",
  bad_signature: "The signature matches no key.",
  expired: "Signed by us, but too old.",
  future: "Signed by us, but in the future. Likely: the clock of one of the servers is wrong.",
  bad_payload:
    "Signed by us, but what it holds cannot be a session. Likely: another application signs other things with the same key.",
  invalid_data:
    "Signed by us, but the data does not fit the schema. Likely: the schema has changed since the session began.",
  unknown:
    "The token is genuine, but the store has no such session. Likely: it was ended by a logout, has expired, or the store was emptied.",
  moved:
    "The token is genuine, but a login or a renewal has put another in its place a moment ago. Likely: this request was on its way when that happened.",
  revoked: "Signed by us, but the session was ended before its time.",
  duplicate:
    "The cookie came more than once, with different valid sessions, and nobody can tell which one is the visitor's. Likely: another path or domain of this site has set a cookie of the same name.",
  store_failed: "The store could not be asked, and the policy is to go on without a session.",
  cross_origin: "The page of another origin sent this request, so its session was not opened.",
};

/** A rejection with the usual explanation, or one that knows more. */
export function rejection(reason: RejectionReason, explanation: string = EXPLANATIONS[reason]): Rejection {
  return { reason, explanation };
}

/** The rejection of a signature that none of so many keys made. */
export function badSignature(keys: Iterable<unknown>): Rejection {
  const count = [...keys].length;
  const subject =
    count === 1 ? "The signature does not match the key." : `The signature matches none of the ${count} keys.`;
  return rejection(
    "bad_signature",
    `${subject} Likely: the cookie was changed, another application on this host made it (cookies ignore ports), or the key that made it is no longer in use.`,
  );
}

/** What to tell when several values of one name were refused: the one that came furthest. */
const BY_PROGRESS: readonly RejectionReason[] = [
  "malformed",
  "bad_signature",
  "too_large",
  "bad_payload",
  "unknown",
  "moved",
  "future",
  "expired",
  "invalid_data",
  "revoked",
  "duplicate",
  "store_failed",
  "cross_origin",
];

/** The rejection that says most. */
export function mostTelling(rejections: readonly [Rejection, ...Rejection[]]): Rejection {
  return rejections.reduce((best, next) =>
    BY_PROGRESS.indexOf(next.reason) > BY_PROGRESS.indexOf(best.reason) ? next : best,
  );
}
