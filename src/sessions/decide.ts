import type { CommitAction } from "../diagnostics.ts";

/** All that the end of a request needs to know of its session. */
export interface CommitFacts {
  /** Whether anybody looked at the session, or a store was asked for it. */
  readonly opened: boolean;
  readonly verdict: "none" | "valid" | "rejected";
  /** Whether the cookie was rejected only because the store could not be asked. */
  readonly storeFailed: boolean;
  /** Whether the cookie was rejected only because its token has a successor, and nobody logs in here. */
  readonly moved: boolean;
  /** Whether there is neither data nor a subject. */
  readonly empty: boolean;
  readonly changed: boolean;
  readonly renewed: boolean;
  readonly ended: boolean;
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

/** What is done with a session at the end of its request. The first row that fits decides; docs/sessions.md shows the same table. */
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

function decideWithoutSession({ verdict, empty, storeFailed, moved }: CommitFacts): Decision {
  if (moved) return { action: "none", why: "Nothing kept: the token has a successor, and the browser may hold its cookie already." };
  if (!empty) return { action: "save", why: "Sent because a session begins." };
  if (verdict === "none") return { action: "none", why: "Nothing sent: no session came in, and nothing was put into one." };
  if (storeFailed) return { action: "none", why: "Nothing sent: the store could not be asked, so the cookie may be good." };
  return { action: "forget", why: "The cookie expired: it cannot be used." };
}
