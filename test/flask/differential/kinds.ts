import { isDeepStrictEqual } from "node:util";
import { bodiesAreSameJson, facts, isEmptyAnswer, isOfSession, isUnchanged, titleOf } from "./matching.ts";
import type { Difference } from "./run.ts";

/**
 * A kind of difference that is left, on purpose. docs/migrating-from-flask.md lists all of them.
 */
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

/** Every kind, in the order of the page. A difference is of the first kind that matches it. */
export const KINDS: readonly Kind[] = [
  {
    id: "cookie-defaults",
    flask:
      "The session's cookie is called `session`, and has neither `Secure` nor `SameSite`, unless a setting says so. A form that a page of another origin sends has the session.",
    here: "It has `SameSite=Lax`, and `Secure` except over plain HTTP on this machine in development. With a store it is called `__Host-Http-session`, so SESSION_COOKIE_NAME has no default. A form of [another origin](csrf.md) has an empty session, and a change of it throws, unless SESSION_TRUSTED_ORIGINS lists the origin.",
    why: "Nobody on the way can use the cookie, and other sites cannot post forms in a visitor's name. Forms need no token of Flask-WTF.",
    matches: ({ field, flask, ours, outcome }) =>
      (/^cookie \w*session; secure$/.test(field) && flask === undefined && ours === "") ||
      (/^cookie \w*session; samesite$/.test(field) && flask === undefined && ours === "Lax") ||
      /^GET \/default\/SESSION_COOKIE_(SECURE|SAMESITE|NAME)$/.test(outcome.request) ||
      /^Sec-Fetch-Site: same-site$/m.test(outcome.request),
  },
  {
    id: "cache-control",
    flask: "A cache may save an answer together with its session cookie.",
    here: 'The answer has `Cache-Control: no-cache="Set-Cookie"`, unless it has another one.',
    why: "A shared cache must not give one visitor's cookie to another visitor.",
    matches: ({ field, flask, ours, outcome }) =>
      field === "cache-control" &&
      flask === undefined &&
      ours === 'no-cache="Set-Cookie"' &&
      /^cookie \w*session/m.test([...outcome.ours.keys()].join("\n")),
  },
  {
    id: "max-age",
    flask: "The cookie of a permanent session has `Expires`. A `max_age` with a fraction is sent with it.",
    here: "It has `Max-Age`, of the same length. The fraction is cut off.",
    why: "It is right in a browser with a wrong clock, too. Browsers take whole seconds alone.",
    matches: ({ field, outcome }) => {
      const [name = ""] = field.split(";");
      const minutes = /^in (\d+) minutes$/.exec(outcome.flask.get(`${name}; expires`) ?? "")?.[1];
      // The two answers are not made in the same second.
      const isSame = Math.abs(Number(outcome.ours.get(`${name}; max-age`)) - Number(minutes) * 60) <= 1;
      const isFraction = field === "cookie a; max-age" && outcome.request === "GET /cookiefloat";
      return (/^cookie \w*session; (expires|max-age)$/.test(field) && isSame) || isFraction;
    },
  },
  {
    id: "unchanged-session",
    flask:
      "Writing the value that is there already, `session.modified = True`, and emptying an empty session send a cookie.",
    here: "Nothing is sent for a session that is as it came.",
    why: "What counts as a change is a different content. So nested changes count without `session.modified`.",
    matches: ({ field, ours, outcome }) => isOfSession(field) && ours === undefined && isUnchanged(outcome),
  },
  {
    id: "session-members",
    flask: "`_permanent` and Flask-Login's `_user_id` are entries of the session, and `session.new` is always false.",
    here: "They are the members `permanent` and `subject`, and `new` is true without a session. A session with nothing else is not saved.",
    why: "Listing a session gives the application's own data.",
    matches: ({ field, flask, ours, outcome }) =>
      (field === "body" && withoutMembers(flask) === ours) ||
      (outcome.request === "GET /new" && field === "body" && flask === "false" && ours === "true") ||
      (isOfSession(field) && withoutMembers(facts(outcome).flaskSession) === sentOrEnded(outcome)),
  },
  {
    id: "vary",
    flask: "`Vary: Cookie` is sent if the view has used the session.",
    here: "It is sent for each request with a session. Reading `session.modified` alone is no use of it.",
    why: "Whether a visit moves the session's end stands in the cookie, so each visit looks at it.",
    matches: ({ field, flask, ours, outcome }) =>
      field === "vary" &&
      ((flask === undefined && ours === "cookie" && outcome.hasCookie) || outcome.request === "GET /ismodified"),
  },
  {
    id: "static-visit",
    flask: "A request of a static file is a visit: it refreshes a permanent session.",
    here: "It is not.",
    why: "A page with ten style sheets and pictures would send the cookie ten times, and files could not be cached.",
    matches: ({ field, ours, outcome }) =>
      outcome.request.startsWith("GET /static/") && (isOfSession(field) || field === "vary") && ours === undefined,
  },
  {
    id: "other-scopes",
    flask: "A session that ends deletes the cookie of its own path and domain.",
    here: "It deletes cookies of the same name under other paths and domains of this host as well.",
    why: "An older or a planted cookie would take the place of the deleted one.",
    matches: ({ field, flask, ours, outcome }) =>
      /^cookie \w*session again/.test(field) &&
      flask === undefined &&
      ours !== undefined &&
      outcome.ours.get(`${field.split(";")[0]}; max-age`) === "0",
  },
  {
    id: "old-key",
    flask: "A session that a key of SECRET_KEY_FALLBACKS has signed stays so until it is changed.",
    here: "The next visit signs it with SECRET_KEY.",
    why: "The old key can be removed sooner.",
    matches: ({ field, flask, ours, outcome }) =>
      (isOfSession(field) || field === "cache-control") &&
      flask === undefined &&
      ours !== undefined &&
      facts(outcome).ourSession === outcome.session &&
      outcome.configuration === "session-cookies",
  },
  {
    id: "undecodable-session",
    flask: "A cookie with a good signature that holds no dictionary is answered with 500, again and again.",
    here: "The session is empty.",
    why: "The visitor is not locked out.",
    matches: ({ outcome }) => outcome.flask.get("status") === "500" && /^(\[|"text")/.test(outcome.session ?? ""),
  },
  {
    id: "no-key",
    flask: "Without SECRET_KEY a session can be read, and is empty. Writing raises a RuntimeError.",
    here: "Reading throws the same sentence.",
    why: "Such a session can never hold anything, and the mistake is found at the first look.",
    matches: ({ outcome, ours, field }) =>
      outcome.configuration === "no-key" &&
      (field === "status" || (ours ?? "").startsWith("The session is unavailable because no secret key was set.")),
  },
  {
    id: "large-session",
    flask: "A session of more than 4,093 bytes is sent, with a warning. Browsers drop it without a word.",
    here: "It is an error that names the largest entries.",
    why: "The visitor would be logged out, and nobody would know why.",
    matches: ({ outcome }) => outcome.configuration === "large-cookies" && outcome.ours.get("status") === "500",
  },
  {
    id: "missing-entry",
    flask: "Reading or popping an entry of the session, of `g` or of posted JSON that is missing raises a KeyError.",
    here: "The value is undefined.",
    why: "That is how objects are in JavaScript. The types make you look.",
    matches: ({ outcome }) =>
      outcome.flask.get("status") === "500" &&
      [
        "session-methods GET /item",
        "session-methods GET /popmissing",
        "contexts GET /missing",
        "json-in POST /key\nContent-Type: application/json\n\n{}",
      ].includes(`${outcome.configuration} ${outcome.request}`),
  },
  {
    id: "json-text",
    flask: "JSON has sorted names, `\\u` escapes, dates as HTTP writes them, and with DEBUG line breaks.",
    here: "JSON is as `JSON.stringify` writes it: the names in their own order, dates of ISO 8601, and `null` for NaN and infinite numbers, which are no JSON.",
    why: "It is the same value for every reader but for dates, and JavaScript reads ISO dates.",
    matches: ({ field, outcome }) => field === "body" && bodiesAreSameJson(outcome),
  },
  {
    id: "return-values",
    flask:
      "Only tuples have a status and headers: `(body, status)`, `(body, list of headers)`. Bytes are a page. `jsonify()` is `null`.",
    here: "`[body, status]`, `[body, status, headers]` and `[text, headers]` are taken as such. Any other list is JSON. Bytes are `application/octet-stream`. `jsonify()` without a value is an error.",
    why: "JavaScript has no tuples. Bytes are rarely a page.",
    matches: ({ outcome }) =>
      /^(return-values|made-responses)$/.test(outcome.configuration) &&
      /^(GET|HEAD) \/(bytes|headerlist|one|four|code600|code99|jsonifynothing|dictheaders)$/.test(outcome.request) &&
      /^(200|500|600|99)$/.test(outcome.flask.get("status")!),
  },
  {
    id: "error-page-text",
    flask: "Default error pages have the words of Werkzeug.",
    here: "They have the same titles and other words. So has `error.description`.",
    why: "The text of another project is not copied.",
    matches: ({ field, flask, ours, outcome }) =>
      (field === "body" &&
        ((titleOf(flask) !== undefined && titleOf(flask) === titleOf(ours)) || outcome.request === "GET /403")) ||
      // An error before the first part of a stream.
      (outcome.request === "GET /failingfirst" && outcome.ours.get("status") === outcome.flask.get("status")),
  },
  {
    id: "error-status",
    flask:
      "The page of an error handler has status 200 unless it gives another one. `abort` takes the statuses that Werkzeug has a class for. With DEBUG a missing form field is 500. An error of `after_request` loses what was changed in the session, and one of `teardown_request` is a 500.",
    here: "The page has the status of the error. `abort` takes every status from 400 to 599. A missing field is 400, and the page names it with DEBUG. The session is saved, and an error of a teardown is logged, after the answer.",
    why: "A forgotten status would tell caches and programs that all is well.",
    matches: ({ field, flask, ours, outcome }) =>
      /^GET \/(403|403text|403class|unknown|ok|abort402)$/.test(outcome.request) ||
      ((isOfSession(field) || field === "vary") &&
        flask === undefined &&
        ours !== undefined &&
        outcome.ours.get("status") === "500") ||
      (outcome.configuration === "debug-on" &&
        outcome.flask.get("status") === "500" &&
        outcome.ours.get("status") === "400"),
  },
  {
    id: "redirect-page",
    flask: "A redirect has a page with a link, and OPTIONS is answered with a type.",
    here: "Both answers are empty, without a type.",
    why: "No browser shows them.",
    matches: ({ field, flask, ours, outcome }) =>
      isEmptyAnswer(outcome) &&
      ((field === "body" && ours === "") ||
        (field === "content-type" && flask?.startsWith("text/html") === true && ours === undefined)),
  },
  {
    id: "redirect-target",
    flask:
      "The routing redirects to a whole address (`http://localhost/blog/`). `redirect` takes any status, leaves a lone `%`, and writes a host in Punycode.",
    here: "It redirects to a path (`/blog/`). `redirect` takes 301, 302, 303, 305, 307 and 308, writes `%25`, and a host with percent signs, which browsers read.",
    why: "The browser knows scheme and host better than a server behind a proxy. With other statuses no browser follows.",
    matches: ({ field, flask, ours, outcome }) =>
      (field === "location" &&
        outcome.flask.get("status") === "308" &&
        /^https?:\/\/[^/]/.test(flask!) &&
        flask!.endsWith(ours!)) ||
      /^GET \/code\/(300|304|200)$/.test(outcome.request) ||
      (field === "location" && ["/100%25", "https://b%C3%BCcher.example/x"].includes(ours!)),
  },
  {
    id: "path-decoding",
    flask:
      "`%2F` in an address is a slash, and `..` is text. `urlFor` leaves slashes in a text variable, and blanks in one of `any` and `uuid`.",
    here: "`%2F` is a letter of the variable, and `.` and `..` are resolved or not found. `urlFor` encodes slashes and blanks.",
    why: "A value with a slash leads to its own page again.",
    matches: ({ outcome }) =>
      /%2F|^GET \/(make\/(userslash|anyof|uuidtext)$|a\/b\/\.\.\/b|\.\/about)|name=folder\/\.\./.test(outcome.request),
  },
  {
    id: "application-root",
    flask:
      "APPLICATION_ROOT is used outside of requests, and for the cookie's path. In a request the prefix is that of the WSGI server.",
    here: "It is the prefix of the application: of its addresses with `urlFor` and in redirects. Requests with it and without it are answered.",
    why: "There is no WSGI server that could know the prefix.",
    matches: ({ outcome }) =>
      outcome.configuration === "server-name" &&
      /\/app\b/.test(`${outcome.request} ${[...outcome.ours.values()].join(" ")}`),
  },
  {
    id: "foreign-host",
    flask: "With `subdomain_matching`, a Host outside of SERVER_NAME has the sub-domain `<invalid>`.",
    here: "It is not found.",
    why: "No address could lead there.",
    matches: ({ outcome }) =>
      /^(subdomains|domains)$/.test(outcome.configuration) &&
      [...outcome.flask.values()].some((value) => value.includes("<invalid>")),
  },
  {
    id: "large-integers",
    flask: "`<int:id>` takes numbers of any length.",
    here: "A number above 9007199254740991 is not found.",
    why: "JavaScript would round it, and show another row.",
    matches: ({ outcome }) => /^GET \/int\/\d{16,}$/.test(outcome.request) && outcome.ours.get("status") === "404",
  },
  {
    id: "as-in-fetch",
    flask:
      "`request.url` is decoded, hosts keep their capitals, and headers of one name are joined by a comma without a blank.",
    here: "`request.url` is encoded, hosts are in lower case, headers are joined by a comma and a blank, and cookies by a semicolon. So are headers that the application appends.",
    why: "This is how `Request` and `Headers` of JavaScript have them.",
    matches: ({ field, flask, ours, outcome }) =>
      (field.startsWith("x-") && flask?.replaceAll(" & ", ", ") === ours) ||
      (field === "body" && outcome.configuration === "request-facts" && differsInAddressOnly(flask!, ours)) ||
      (outcome.request === "GET /headers\nX-One: 1\nX-One: 2" && flask!.replaceAll("1,2", "1, 2") === ours) ||
      outcome.request === "GET /\nHost: GOOD.test" ||
      (flask?.includes("API.example.com") === true && flask.toLowerCase() === ours?.toLowerCase()) ||
      outcome.request.includes("\nCookie: a=1\nCookie: b=2"),
  },
  {
    id: "not-http",
    flask:
      "Addresses with raw bytes or backslashes, methods of one's own, and invalid Host and Content-Length headers reach the application.",
    here: "They are answered with 400.",
    why: "Node's server refuses them. No browser sends them.",
    matches: ({ outcome }) =>
      outcome.ours.get("status") === "400" &&
      /^(?:BREW|[A-Z]+ \S*[\u0080-\uffff\\])|Host: (b\u00fccher\.example|bad host|a\/b)|Content-Length: abc/.test(
        outcome.request,
      ),
  },
  {
    id: "malformed",
    flask:
      "A multipart form that is not well-formed is empty. NaN and Infinity are JSON. An unknown Authorization header is an object with empty members.",
    here: "Such a form, and such JSON, is 400. Such a header is undefined.",
    why: "A form that is cut off must not be saved as if it were an empty one.",
    matches: ({ outcome }) =>
      (outcome.configuration === "uploads" && outcome.ours.get("status") === "400") ||
      (outcome.configuration === "json-bodies" && /\n\n(?:"[^"]*"|[^"])*\b(NaN|Infinity)\b/.test(outcome.request)) ||
      /^GET \/auth\nAuthorization: (basic !!!|nothing)$/.test(outcome.request),
  },
  {
    id: "body-again",
    flask: "The body of a GET is read as a form. `request.data` is empty after `request.form`.",
    here: "GET has no body. `request.data` has the body at any time.",
    why: "JavaScript's `Request` allows no body with GET.",
    matches: ({ outcome }) => /^GET \/form\nContent-Type|^POST \/rawafter/.test(outcome.request),
  },
  {
    id: "limits",
    flask: "MAX_CONTENT_LENGTH is unset. A chunked body above it is cut off.",
    here: "It is 1 MiB. A chunked body above it is 413.",
    why: "A body is held in memory.",
    matches: ({ outcome }) =>
      outcome.request === "GET /default/MAX_CONTENT_LENGTH" ||
      (outcome.configuration === "default-limits" && outcome.ours.get("status") === "413") ||
      (outcome.request.includes("Transfer-Encoding: chunked") && outcome.ours.get("status") === "413"),
  },
  {
    id: "files",
    flask:
      "A missing file of `send_file` is 500. A range of an unknown unit, or of more last bytes than there are, is 416; one of an empty file, or of no last bytes, is ignored. A range wins over `If-None-Match`. `If-Range` takes weak tags and later dates, `If-Match` no `*`. 412 has the file as its page. `max_age=0` says `no-cache`, too. Types that Python does not know come from the machine.",
    here: "A missing file is 404. Such requests are answered as RFC 9110 says. 412 has a page of its own. Types that Python does not know come from Hono.",
    why: "A file that is gone is no fault of the program. Each machine has the same types.",
    matches: ({ outcome }) =>
      (outcome.configuration === "send-file" && /^GET \/(missing|send\/age0)$/.test(outcome.request)) ||
      (outcome.flask.get("status") === "412" && outcome.ours.get("status") === "412") ||
      /^GET \/static\/(notes|empty)\.txt\nRange: (bytes=-1000|lines=1|bytes=0-4)$/.test(outcome.request) ||
      (outcome.configuration === "sent-files" &&
        /\nRange: bytes=-0$|\nIf-Match: \*$|\nIf-Range: (W\/|Thu, 02 Jan 2020 03:04:06)|If-None-Match: (.*\n)?Range:|Range: .*\nIf-None-Match:|\/(ts|map)$/.test(
          outcome.request,
        )),
  },
  {
    id: "chunked",
    flask: "Each answer that is no stream has `Content-Length`. An answer can be sent without a type.",
    here: "Answers that wait for the session to be saved are sent in chunks. An answer without a type has `text/plain; charset=UTF-8`.",
    why: "The adapter streams every answer, and does not measure it.",
    matches: ({ field, flask, ours }) =>
      (field === "content-length" && ours === undefined) ||
      (field === "content-type" && flask === undefined && ours === "text/plain; charset=UTF-8"),
  },
];

/**
 * Whether two answers of the configuration `request-facts` have other addresses, and nothing else.
 */
function differsInAddressOnly(flask: string, ours: string | undefined): boolean {
  if (!flask.startsWith("{") || ours?.startsWith("{") !== true) return false;
  const [theirs, own] = [flask, ours].map((text) => JSON.parse(text) as Record<string, unknown>);
  const different = Object.keys(theirs!).filter((name) => !isDeepStrictEqual(theirs![name], own![name]));
  return different.every((name) => /^(url|base_url|url_root|root_url|host|host_url)$/.test(name));
}

/** The session after ours has answered. */
function sentOrEnded(outcome: Difference["outcome"]): string {
  const { ourSession, isEnding } = facts(outcome);
  return isEnding ? "{}" : (ourSession ?? outcome.session ?? "{}");
}

/** A session's JSON without the entries that are members here; undefined if it has none of them. */
function withoutMembers(json: string | undefined): string | undefined {
  if (!/"_permanent"|"_user_id"/.test(json ?? "")) return undefined;
  const { _permanent: _, _user_id: __, ...entries } = JSON.parse(json!) as Record<string, unknown>;
  return JSON.stringify(entries).replace(
    /[\u0080-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
