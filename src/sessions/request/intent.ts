/**
 * What a request wants of its session beside its data: a new token, a login, an end, or an end and
 * then a login.
 */
export type Intent = "none" | "renew" | "login" | "end" | "end and login";

/** Whether the session that came in is to end. */
export function endsSession(intent: Intent): boolean {
  return intent === "end" || intent === "end and login";
}

/** Whether a user logs in. */
export function logsIn(intent: Intent): boolean {
  return intent === "login" || intent === "end and login";
}
