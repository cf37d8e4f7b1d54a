import type { CommitAction, RejectionReason } from "../../diagnostics.ts";

/** All that the end of a request needs to know of its session. */
export interface CommitFacts {
  /** Whether the session was looked at, or a store was asked for it. */
  readonly opened: boolean;
  readonly verdict: "none" | "valid" | "rejected";
  /** Why the cookie was rejected. */
  readonly reason: RejectionReason | undefined;
  /** Whether several cookies came, and nobody can tell which one is the visitor's. */
  readonly ambiguous: boolean;
  /** Whether a rejected cookie led to a session that a logout can still end. */
  readonly endable: boolean;
  /** Whether the application looked at the session. */
  readonly accessed: boolean;
  /** Whether there is neither data nor a subject. */
  readonly empty: boolean;
  readonly changed: boolean;
  readonly renewed: boolean;
  readonly ended: boolean;
  readonly loggedIn: boolean;
  /** Whether a fallback key verified the cookie. */
  readonly oldKey: boolean;
  /** Whether the session came in another format, or from another place, than this server writes. */
  readonly oldFormat: boolean;
  readonly touchIsDue: boolean;
}

export interface Decision {
  readonly action: CommitAction;
  /** One sentence for a person. */
  readonly why: string;
}

/**
 * What is done with a session at the end of its request. The first row that fits decides;
 * docs/sessions.md shows the same table.
 */
export function decide(facts: CommitFacts): Decision {
  if (!facts.opened) return { action: "none", why: "Nothing sent: the session was not touched." };
  if (facts.verdict !== "valid") return decideWithoutSession(facts);
  if (facts.ended && facts.empty) return { action: "remove", why: "Removed, and the cookie expired: the session was ended." };
  if (facts.ended) return { action: "renew", why: "Sent with a new token: the session was ended, and then used again." };
  if (facts.changed && facts.empty) return { action: "remove", why: "Removed, and the cookie expired: nothing is left in the session." };
  if (facts.renewed) return { action: "renew", why: "Sent with a new token: the session was renewed." };
  if (facts.changed) return { action: "save", why: "Sent because data changed." };
  if (facts.oldFormat) return { action: "resign", why: "Sent because it came in a format that this server reads and no longer writes." };
  if (facts.oldKey) return { action: "resign", why: "Sent because a fallback key had signed it: now the current key has." };
  if (facts.touchIsDue) return { action: "touch", why: "Sent because more than half of the idle time was used: the end has moved." };
  return { action: "none", why: "Nothing sent: nothing changed." };
}

/**
 * A cookie that cannot be used proves nothing about what the browser holds when the answer arrives,
 * so it is left alone.
 */
function decideWithoutSession({ verdict, reason, ambiguous, endable, accessed, empty, ended, loggedIn }: CommitFacts): Decision {
  if (ended && empty && (ambiguous || endable)) return { action: "remove", why: "Removed, and the cookie expired: the session was ended." };
  if (reason === "moved" && !loggedIn && !ended) {
    return { action: "none", why: "Nothing saved: the token has a successor, and the browser may hold its cookie already." };
  }
  // Another session in the place of the visitor's own would end that one.
  if (ambiguous && !loggedIn && !ended) {
    return { action: "heal", why: "Nothing saved, and the cookies of this name in other scopes expired: only one can be the visitor's." };
  }
  if (!empty) return { action: "save", why: "Sent because a session begins." };
  if (verdict === "none") return { action: "none", why: "Nothing sent: no session came in, and nothing was saved in it." };
  if (reason === "store_failed") return { action: "none", why: "Nothing sent: the store could not be asked, so the cookie may be good." };
  if (reason === "revoked" && accessed) return { action: "forget", why: "The cookie expired: its session was revoked." };
  return { action: "none", why: "Nothing sent: the cookie cannot be used, and is ignored." };
}
