import type { Difference } from "./run.ts";

/** A kind of difference that is left, on purpose. docs/migrating-from-flask.md lists all of them. */
export interface Kind {
  readonly id: string;
  /** What Flask does. */
  readonly flask: string;
  /** What `latchkey/flask` does. */
  readonly here: string;
  readonly why: string;
  /** Whether a difference is of this kind, and nothing else. */
  matches(difference: Difference): boolean;
}

/** The text of a page's `<title>`. */
function titleOf(page: string | undefined): string | undefined {
  return /<title>(.*?)<\/title>/.exec(page ?? "")?.[1];
}

/** Whether a fact is of the session's cookie. */
function isOfSession(field: string): boolean {
  return /^cookie \w*session\b/.test(field) && !field.includes(" again");
}

/** Every kind, in the order of the page. A difference is of the first kind that matches it. */
export const KINDS: readonly Kind[] = [
  {
    id: "error-page-text",
    flask: "Default error pages have the words of Werkzeug.",
    here: "They have the same titles, and words of our own.",
    why: "The text of another project is not copied.",
    matches: ({ field, flask, ours }) =>
      field === "body" && titleOf(flask) !== undefined && titleOf(flask) === titleOf(ours) && /^<!doctype html>/.test(flask!),
  },
  {
    id: "cookie-secure",
    flask: "The session's cookie is not `Secure` unless SESSION_COOKIE_SECURE is set.",
    here: "It is `Secure`, except over plain HTTP on this machine in development.",
    why: "Over plain HTTP anyone on the way can read the cookie and use it.",
    matches: ({ field, ours }) => /^cookie \w*session\w*; secure$/.test(field) && ours === "",
  },
  {
    id: "cookie-same-site",
    flask: "The session's cookie has no `SameSite` unless SESSION_COOKIE_SAMESITE is set.",
    here: "It has `SameSite=Lax`.",
    why: "Forms of other sites must not act in the name of a visitor.",
    matches: ({ field, flask, ours }) =>
      /^cookie \w*session\w*; samesite$/.test(field) && flask === undefined && ours === "Lax",
  },
  {
    id: "chunked",
    flask: "Each answer has `Content-Length`.",
    here: "Answers that wait for the session to be saved are sent in chunks.",
    why: "The server does not measure an answer that is a stream for it.",
    matches: ({ field, ours }) => field === "content-length" && ours === undefined,
  },
  {
    id: "cache-control-set-cookie",
    flask: "An answer with a session cookie may be cached with its cookie.",
    here: 'It has `Cache-Control: no-cache="Set-Cookie"`.',
    why: "A shared cache must not hand the cookie of one visitor to another one.",
    matches: ({ field, flask, ours, outcome }) =>
      field === "cache-control" &&
      flask === undefined &&
      ours === 'no-cache="Set-Cookie"' &&
      outcome.ours.has("cookie session"),
  },
  {
    id: "same-session",
    flask: "Writing the value that is there already, or `session.modified = True`, sends the cookie.",
    here: "A session that is the same as before sends none.",
    why: "A change is what differs from what came in. A nested change counts by itself.",
    matches: ({ field, flask, ours, outcome }) =>
      isOfSession(field) &&
      ours === undefined &&
      flask !== undefined &&
      !outcome.ours.has("cookie session") &&
      outcome.flask.get("cookie session") === `signed ${outcome.session}`,
  },
  {
    id: "empty-session",
    flask: "Emptying a session that is empty, or was filled in the same request, deletes the cookie.",
    here: "Nothing is sent.",
    why: "There is no cookie to delete.",
    matches: ({ field, ours, outcome }) =>
      isOfSession(field) && ours === undefined && outcome.session === undefined && outcome.flask.get("cookie session") === "",
  },
  {
    id: "permanent-alone",
    flask: "`session.permanent = True` is an entry of the session, so that a session without others is saved.",
    here: "It is a member of the session, and an empty session is not saved.",
    why: "A cookie without data says nothing.",
    matches: ({ field, ours, outcome }) =>
      isOfSession(field) &&
      ours === undefined &&
      /^signed \{"_permanent":(true|false)\}$/.test(outcome.flask.get("cookie session") ?? ""),
  },
  {
    id: "vary-with-cookie",
    flask: "`Vary: Cookie` is sent if the view has used the session.",
    here: "It is sent too if the request has a session, because each visit may move its end.",
    why: "Whether the session is permanent stands in the cookie, so that it has to be opened.",
    matches: ({ field, flask, ours, outcome }) =>
      field === "vary" && flask === undefined && ours === "cookie" && /session/.test(outcome.session ?? "session"),
  },
];
