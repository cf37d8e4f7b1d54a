const MOST_WARNINGS = 1;
const given = new Map<string, number>();

/**
 * Warns about what fails around `onEnd`, once for each kind in a process: a store that is away
 * fails again and again.
 *
 * @param kind of the failure. @param what has failed, as the beginning of a sentence.
 */
export function warnOfEnds(kind: "announce" | "listen" | "ask", what: string, error: unknown): void {
  const count = given.get(kind) ?? 0;
  given.set(kind, count + 1);
  if (count >= MOST_WARNINGS) return;
  warn(
    `${what}: ${messageOf(error)} It is tried again, and until then such ends are noticed late. Fix: look at the connection of the session store.`,
  );
}

/** Warns each time that a listener of the application has failed. */
export function warnOfListener(error: unknown): void {
  warn(`A listener given to manager.onEnd failed. The other listeners were called. Its error: ${messageOf(error)}`);
}

function warn(message: string): void {
  process.emitWarning(message, { type: "LatchkeyWarning", code: "LATCHKEY_SESSION_END" });
}

/** The error's own words, with its cause, which is often the one that says what is wrong. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return "an error that is not an Error was thrown.";
  const cause = error.cause instanceof Error ? ` Cause: ${error.cause.message}.` : "";
  return `${error.message.replace(/\.?$/, ".")}${cause}`;
}
