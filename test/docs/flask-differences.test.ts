import { describe, expect, test } from "vitest";
import { readPage } from "../support/docs/pages.ts";

const text = ["docs/flask.md", "docs/migrating-from-flask.md"].map(readPage).join("\n").replaceAll(/\s+/g, " ");

/** What a port may stumble over, and a sentence that says it. */
const DIFFERENCES: readonly (readonly [what: string, sentence: string])[] = [
  ["the same value assigned again", "The same value assigned again sends no cookie"],
  ["clear() of an empty session", "neither does `clear()` of an empty session"],
  ["permanent alone", "`_permanent` and Flask-Login's `_user_id` are entries of the session"],
  ["a cookie with a good signature that cannot be decoded", "that cannot be decoded gives a new, empty session"],
  ["the compression of flash messages", "from the first byte saved | from 1,024 bytes on"],
  ["quoting of urlFor", "`/r/str/a%2Fb`, which leads to the same rule"],
  ["%2F in a text variable", "`a%2Fb` in an address, for a text variable | 404 | 200, `a/b`"],
  ["%E9, which is not UTF-8", "`%E9`, which is not UTF-8"],
  ["a path variable with dots", "`/a/../b` for a path variable"],
  ["Content-Length", "`Content-Length` where a session cookie is set, and on errors | sent | chunked"],
  ["the page of a redirect", "a redirect | with a page | without"],
  ["Expires of the cookie", "Its end is `Max-Age`; Flask writes `Expires`"],
  ["the texts of error pages", "error texts and pages | Werkzeug's words | our own words"],
  ["the order of afterRequest, and static files", "the functions of the end with the last one first"],
  ["a missing field", '`request.form["name"]` answers with status 400 if the field is missing'],
  ["the limit of a body", "Default: 1 MiB. Flask has no limit"],
  ["bytes, dates, lists, JSON", "bytes from a view | `text/html` | `application/octet-stream`"],
  ["dates in JSON", "`jsonify(date)` | an HTTP date | ISO 8601"],
  ["the status 499", "status 499 | 500 | 499"],
  ["the slash at the end", "a redirect to the trailing slash"],
  ["three steps to change the key", "then swap the two, and take the old one away"],
  ["a JSON provider", "`class Provider extends JSONProvider`; `app.json = new Provider()`"],
  ["a word that JavaScript reserves", '`app.route("/x", { endpoint: "delete" }, function remove() { … })`'],
];

describe("docs/flask.md and docs/migrating-from-flask.md", () => {
  test.each(DIFFERENCES)("F20, G35, G36: say %s", (_, sentence) => {
    expect(text).toContain(sentence);
  });
});
