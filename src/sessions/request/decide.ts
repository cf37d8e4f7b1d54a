import type { CommitAction, RejectionReason } from "../../diagnostics.ts";
import { endsSession, logsIn, type Intent } from "./intent.ts";

/** All that the end of a request needs to know of its session. */
export interface CommitFacts {
  /** Whether the session was looked at, or a store was asked for it. */
  readonly isOpened: boolean;
  readonly verdict: "none" | "valid" | "rejected";
  /** Why the cookie was rejected. */
  readonly reason: RejectionReason | undefined;
  /** Whether several cookies came, and it cannot be known which one is the visitor's. */
  readonly isAmbiguous: boolean;
  /** Whether a rejected cookie led to a session that a logout can still end. */
  readonly isEndable: boolean;
  /** Whether the application looked at the session. */
  readonly isAccessed: boolean;
  /** Whether there is neither data nor a subject. */
  readonly isEmpty: boolean;
  readonly isChanged: boolean;
  readonly intent: Intent;
  /** Whether a fallback key verified the cookie. */
  readonly isOldKey: boolean;
  /** Whether the session came in another format, or from another place, than this server writes. */
  readonly isOldFormat: boolean;
  readonly isTouchDue: boolean;
}

export interface Decision {
  readonly action: CommitAction;
  /** One sentence for a person. */
  readonly explanation: string;
}

/**
 * What is done with a session at the end of its request. The first row that fits decides;
 * docs/sessions.md shows the same table.
 */
export function decide(facts: CommitFacts): Decision {
  if (!facts.isOpened) return { action: "none", explanation: "Nothing sent: the session was not touched." };
  if (facts.verdict !== "valid") return decideWithoutSession(facts);
  const isEnded = endsSession(facts.intent);
  if (isEnded && facts.isEmpty)
    return { action: "remove", explanation: "Removed, and the cookie expired: the session was ended." };
  if (isEnded)
    return { action: "renew", explanation: "Sent with a new token: the session was ended, and then used again." };
  if (facts.isChanged && facts.isEmpty)
    return { action: "remove", explanation: "Removed, and the cookie expired: nothing is left in the session." };
  if (facts.intent !== "none")
    return { action: "renew", explanation: "Sent with a new token: the session was renewed." };
  if (facts.isChanged) return { action: "save", explanation: "Sent because data changed." };
  if (facts.isOldFormat)
    return {
      action: "resign",
      explanation: "Sent because it came in a format that this server reads and no longer writes.",
    };
  if (facts.isOldKey)
    return { action: "resign", explanation: "Sent because a fallback key had signed it: now the current key has." };
  if (facts.isTouchDue)
    return {
      action: "touch",
      explanation: "Sent because more than half of the idle time was used: the end has moved.",
    };
  return { action: "none", explanation: "Nothing sent: nothing changed." };
}

/**
 * A cookie that cannot be used proves nothing about what the browser holds when the answer arrives,
 * so it is left alone.
 */
function decideWithoutSession({
  verdict,
  reason,
  isAmbiguous,
  isEndable,
  isAccessed,
  isEmpty,
  intent,
}: CommitFacts): Decision {
  if (reason === "cross_origin")
    return { action: "none", explanation: "Nothing sent: another origin sent the request, so it has no session." };
  const isEnded = endsSession(intent);
  if (isEnded && isEmpty && (isAmbiguous || isEndable))
    return { action: "remove", explanation: "Removed, and the cookie expired: the session was ended." };
  const isAsBefore = !isEnded && !logsIn(intent);
  if (reason === "moved" && isAsBefore)
    return {
      action: "none",
      explanation: "Nothing saved: the token has a successor, and the browser may hold its cookie already.",
    };
  // Another session in the place of the visitor's own would end that one.
  if (isAmbiguous && isAsBefore)
    return {
      action: "heal",
      explanation:
        "Nothing saved, and the cookies of this name in other scopes expired: only one can be the visitor's.",
    };
  if (!isEmpty) return { action: "save", explanation: "Sent because a session begins." };
  if (verdict === "none")
    return { action: "none", explanation: "Nothing sent: no session came in, and nothing was saved in it." };
  if (reason === "store_failed")
    return { action: "none", explanation: "Nothing sent: the store could not be asked, so the cookie may be good." };
  if (reason === "revoked" && isAccessed)
    return { action: "forget", explanation: "The cookie expired: its session was revoked." };
  return { action: "none", explanation: "Nothing sent: the cookie cannot be used, and is ignored." };
}
