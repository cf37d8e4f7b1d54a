import { SessionError } from "../../errors.ts";
import { checkOptions, checkText } from "../../options.ts";

/** How the message of a change names the place where a session can only be read. */
export interface ReadOnlyPlace {
  /** A few words: `"a page of Next.js"`. Default: "a place that cannot send a cookie". */
  readonly place?: string | undefined;
  /**
   * Where to change the session instead: `"change it in a server action or a route handler"`.
   * Default: a sentence that names route handlers, actions and middleware.
   */
  readonly fix?: string | undefined;
}

/** @throws InvalidOptionError for what is no such description. */
export function checkReadOnlyPlace(place: ReadOnlyPlace): void {
  checkOptions("manager.loadReadOnly", place, ["place", "fix"]);
  for (const name of ["place", "fix"] as const)
    if (place[name] !== undefined) checkText(`The option ${name} of manager.loadReadOnly`, place[name]);
}

/** The error for a change of a session that was loaded for reading only. */
export function readOnlyError({
  place = "a place that cannot send a cookie",
  fix = "change it in a route handler, an action or middleware, with the session of manager.load",
}: ReadOnlyPlace): SessionError {
  return new SessionError(
    "session_read_only",
    `The session was loaded for reading only, in ${place}, so this change would be lost. Fix: ${fix}.`,
  );
}
