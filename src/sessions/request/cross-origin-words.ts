import { SessionError } from "../../errors.ts";
import { rejection, type Rejection } from "../data/rejection.ts";
import type { CrossOriginRequest } from "./cross-origin.ts";

/** Text of a header that may stand in a message. */
const PRINTABLE = /^[\x21-\x7e]{1,255}$/;
const METHOD = /^(?:WebSocket|[A-Z]{1,20})$/;

/** Why the session of a cross-origin request was not opened, in words. */
export function crossOriginRejection(request: CrossOriginRequest): Rejection {
  return rejection("cross_origin", `${sentence(request)} ${reason(request)}`);
}

/** The error for a change of a session that was not opened. */
export function crossOriginError(request: CrossOriginRequest): SessionError {
  const { origin } = request;
  const trust =
    origin === undefined || origin === "null" || !PRINTABLE.test(origin)
      ? "if that page is yours, let it send its origin"
      : `if that page is yours, set trustedOrigins: ["${origin}"]`;
  return new SessionError(
    "cross_origin",
    `${sentence(request)} A change of the session, or a login, would be lost. ` +
      `Fix: ${trust}. Otherwise look at session.rejection first, and answer without the session.`,
  );
}

function sentence({ kind, origin }: CrossOriginRequest): string {
  const what = kind !== undefined && METHOD.test(kind) ? kind : "request";
  return `This ${what} came from ${nameOf(origin)}, so it has no session.`;
}

function nameOf(origin: string | undefined): string {
  if (origin === undefined) return "another origin";
  if (origin === "null") return "a page that hides its origin (Origin: null)";
  return PRINTABLE.test(origin) ? origin : "an Origin that cannot be shown";
}

function reason({ origin, site, host }: CrossOriginRequest): string {
  const own = PRINTABLE.test(host) ? host : "not known";
  if (site !== undefined)
    return `The browser says that the page is not of this origin (Sec-Fetch-Site: ${PRINTABLE.test(site) ? site : "not shown"}), and the host here is ${own}.`;
  if (origin === "null")
    return "Likely: a sandboxed frame, a redirect from another site, or a page with Referrer-Policy: no-referrer.";
  return `The host here is ${own}. If the two are the same site, a proxy has changed the host, or the scheme is not HTTPS.`;
}
