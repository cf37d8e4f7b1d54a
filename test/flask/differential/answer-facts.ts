import type { Answer } from "./raw-client.ts";

/** The headers that a visitor or a cache can notice. Those of the application begin with `x-`. */
const COMPARED = [
  "content-type",
  "content-length",
  "content-encoding",
  "location",
  "cache-control",
  "content-range",
  "accept-ranges",
  "content-disposition",
  "last-modified",
  "www-authenticate",
  "retry-after",
  "expires",
];
/** Headers that are lists without an order. */
const SETS = ["allow", "vary"];

/** Opens the value of a session cookie; undefined for another cookie. */
export type OpenSession = (name: string, value: string) => Promise<string | undefined>;

/** Everything of an answer that is compared, by name. */
export async function factsOf(answer: Answer, open: OpenSession): Promise<ReadonlyMap<string, string>> {
  const { status, headers, body } = answer;
  const valuesOf = (wanted: string): string[] => headers.filter(([name]) => name === wanted).map(([, value]) => value);
  const facts = new Map<string, string>([
    ["status", String(status)],
    ["body", body.toString()],
  ]);
  const own = new Set(headers.map(([name]) => name).filter((name) => name.startsWith("x-")));
  for (const name of [...COMPARED, ...own]) {
    const values = valuesOf(name);
    if (values.length > 0) facts.set(name, values.join(" & "));
  }
  for (const name of SETS) {
    const members = valuesOf(name).flatMap((value) => value.split(","));
    const texts = new Set(members.map((member) => (name === "vary" ? member.trim().toLowerCase() : member.trim())));
    if (texts.size > 0) facts.set(name, [...texts].sort().join(", "));
  }
  // Each side makes tags of its own.
  const tags = valuesOf("etag");
  if (tags.length > 0) facts.set("etag", tags.every((tag) => /^(W\/)?"[^"]*"$/.test(tag)) ? "a tag" : tags.join(" & "));
  const date = Date.parse(valuesOf("date")[0] ?? "");
  // Cookies of one name that are deleted, in other scopes, come after the one that is set.
  const isDeleting = (line: string): number => (/; Max-Age=0\b/.test(line) ? 1 : 0);
  const cookies = valuesOf("set-cookie").toSorted((one, other) => isDeleting(one) - isDeleting(other));
  const expires = facts.get("expires");
  if (expires !== undefined) facts.set("expires", lifetimeOf(expires, date));
  for (const line of cookies) await addCookie(facts, line, date, open);
  return facts;
}

async function addCookie(facts: Map<string, string>, line: string, date: number, open: OpenSession): Promise<void> {
  const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
  const at = pair.indexOf("=");
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
  // A second cookie of the same name is a fact of its own.
  let label = `cookie ${name}`;
  while (facts.has(label)) label += " again";
  const content = value === "" ? undefined : await open(name, value);
  facts.set(label, content === undefined ? value : `signed ${content}`);
  for (const attribute of attributes) {
    const [key = "", text = ""] = attribute.split(/=(.*)/s);
    facts.set(`${label}; ${key.toLowerCase()}`, key.toLowerCase() === "expires" ? lifetimeOf(text, date) : text);
  }
}

/** The seconds until a moment, rounded, because the two answers are not made in the same second. */
function lifetimeOf(text: string, date: number): string {
  const moment = Date.parse(text);
  if (Number.isNaN(moment) || moment < date) return text;
  return `in ${Math.round((moment - date) / 60_000)} minutes`;
}
