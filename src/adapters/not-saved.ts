import { adapterAccess } from "../adapter-access.ts";
import type { SessionManager } from "../sessions/manager.ts";
import type { Session } from "../sessions/session.ts";

let hasWarned = false;

/**
 * Closes a session whose answer has left without its headers, so that a later change throws. Warns,
 * once for each process, if the request had changed the session: that change is lost.
 */
export function giveUp<Data extends object>(manager: SessionManager<Data>, session: Session<Data>): void {
  if (manager[adapterAccess].abandon(session)) warnNotSaved();
}

/** Says once that a change of a session, or its cookie, did not get into an answer. */
export function warnNotSaved(): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(
    "A session was changed, but the answer left past the middleware, so the change was not saved or its cookie was not sent. " +
      "This happens when the answer is written to the raw response or to the socket. " +
      "Fix: before that, call `await manager.commit(session)`, and append the headers that it returns to the answer.",
    { type: "LatchkeyWarning", code: "LATCHKEY_NOT_SAVED" },
  );
}
