import type { SessionManager } from "../../sessions/manager.ts";
import type { Session } from "../../sessions/session.ts";

let hasWarned = false;

/**
 * Says once that Passport has a user in a session which belongs to no subject. Then `manager.list`
 * and `manager.revokeAll` find nothing, although the store could list sessions by their subject.
 *
 * The subject is not taken from Passport's entry: what an application serializes there need not be
 * the user's id.
 */
export function warnOfPassport<Data extends object>(manager: SessionManager<Data>, session: Session<Data>): void {
  if (hasWarned || !manager.listsBySubject || session.subject !== undefined) return;
  const { passport } = session.data as { readonly passport?: { readonly user?: unknown } | null };
  if (passport?.user === undefined || passport.user === null) return;
  hasWarned = true;
  process.emitWarning(
    "Passport has logged a user in, but the session has no subject, so manager.list and manager.revokeAll do not find it. " +
      "Fix: call sessionOf(manager, request).login(String(user.id)) in passport.serializeUser((request, user, done) => …).",
    { type: "LatchkeyWarning", code: "LATCHKEY_PASSPORT" },
  );
}
