import type { Clock } from "../../clock.ts";
import { expiryOf } from "../data/lifetime.ts";
import type { KnownSession } from "../ends/listened-session.ts";
import type { EndReason, SessionEnded } from "../ends/session-ended.ts";
import type { SessionEnds } from "../ends/session-ends.ts";
import type { RejectionReason } from "../../diagnostics.ts";
import type { Decision } from "./decide.ts";
import { endsSession, logsIn } from "./intent.ts";
import type { SessionState, ValidSession } from "./session-state.ts";

/** Reasons of a rejection that say: there was a session, and it has ended. */
const ENDED: Partial<Record<RejectionReason, EndReason>> = {
  expired: "expired",
  revoked: "revoked",
  moved: "gone",
  unknown: "gone",
};

/** A session that has ended before anybody listened. */
export type PastEnd = Pick<SessionEnded, "reason" | "id" | "subject">;

/** What a session that came in is known by; what has become of it; undefined where none came. */
export function sessionToListenTo(state: SessionState): KnownSession | PastEnd | undefined {
  const opened = state.open();
  if (opened.verdict === "valid") {
    const known = knownOf(opened);
    if (!state.isClosed || !endsSession(state.intent)) return known;
    return { reason: "logout", id: known.isStored ? known.storeId : known.cookieId, subject: known.subject };
  }
  const reason = opened.verdict === "rejected" ? ENDED[opened.reason] : undefined;
  return reason && { reason, id: undefined, subject: undefined };
}

/**
 * Tells what a request has done with a session that its cookie holds, to those who listen in this
 * process. A store tells of its own sessions by itself.
 */
export function tellOfCookie(state: SessionState, { action }: Decision, ends: SessionEnds, clock: Clock): void {
  const { valid, intent } = state;
  const id = valid?.record.id;
  if (ends.isIdle || valid === undefined || valid.stored !== undefined || id === undefined) return;
  if (endsSession(intent)) return ends.endedHere(id, "logout");
  if (logsIn(intent)) return ends.endedHere(id, "login");
  if (action === "remove") return ends.endedHere(id, "emptied");
  if (action === "save" || action === "touch" || action === "renew" || action === "resign")
    ends.lives(id, expiryOf({ ...state.record(), lastSeenAt: clock() }, valid.source.lifetimes));
}

function knownOf({ record, stored, source }: ValidSession): KnownSession {
  const { id, subject, tag, createdAt, lastSeenAt, expiresAt = Infinity } = record;
  return {
    storeId: stored?.id,
    isStored: stored?.payload !== undefined,
    cookieId: id,
    subject,
    tag,
    createdAt,
    lastSeenAt,
    expiresAt: Math.min(expiresAt, expiryOf(record, source.lifetimes)),
  };
}
