import { sessionEndedChannel, type SessionEndReport } from "../../diagnostics.ts";

/** Tells that a session was ended, and why. */
export function publishEnd(report: SessionEndReport): void {
  if (sessionEndedChannel.hasSubscribers) sessionEndedChannel.publish(report);
}
