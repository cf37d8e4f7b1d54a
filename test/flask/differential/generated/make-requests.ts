import type { Exchange, Visit } from "../configuration.ts";
import type { Random } from "./random.ts";
import { SEGMENTS } from "./make-spec.ts";
import type { AppSpec, BlueprintSpec } from "./spec.ts";

const TEXTS = [
  "1",
  "2",
  "07",
  "12",
  "-3",
  "0",
  "1.5",
  "a",
  "b",
  "ab",
  "user",
  "x-1",
  "é",
  "%20",
  "a%20b",
  "a.html",
  "a-5",
  "@a",
  "v3",
  "%E9",
  "a+b",
  "a/b",
  "a;b",
  "12345678-1234-5678-1234-567812345678",
  "123456789",
  "",
];
const QUERIES = [
  "",
  "",
  "",
  "?if=1",
  "?if=2",
  "?if=3",
  "?a=1",
  "?a=1&a=2&b=",
  "?a",
  "?a=%C3%A9+%20&=x",
  "??",
  "?a=b%26c",
  "?a=%zz",
  "?%E9=1&a='",
];
const FORM = "application/x-www-form-urlencoded";
const BODIES: readonly (readonly [type: string | undefined, body: string])[] = [
  [FORM, "a=1"],
  [FORM, "a=1&b=é&a=2"],
  [FORM, "a=%E9&x"],
  [FORM, ""],
  [FORM, `a=${"x".repeat(50)}`],
  ["application/json", '{"a":[1,null,"é"]}'],
  ["application/json", "{bad"],
  ["application/json", "[]"],
  ["application/problem+json", '"text"'],
  ["text/plain", "a=1"],
  [undefined, "raw"],
  ["multipart/form-data; boundary=X", '--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--X--\r\n'],
  [
    "multipart/form-data; boundary=X",
    '--X\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--X\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\n\r\n2\r\n--X--\r\n',
  ],
];
const COOKIES = ["a=1", "a=1; b=2; a=3", 'a="x y"; c', "session=garbage"];

/** Requests to an application of random pieces: most of them to its rules. */
export function makeRequests(spec: AppSpec, random: Random, count: number): (Exchange | Visit)[] {
  return Array.from({ length: count }, () =>
    random.chance(35)
      ? random.many(2, 4, () => exchangeOf(spec, random, []))
      : exchangeOf(spec, random, random.chance(10) ? [`Cookie: ${random.pick(COOKIES)}`] : []),
  );
}

/** @param cookie a header for a request alone. In a visit, the cookies are those of the answers. */
function exchangeOf(spec: AppSpec, random: Random, cookie: readonly string[]): Exchange {
  const rule = random.pick(spec.rules);
  const method = random.chance(75)
    ? (random.pick(rule.methods ?? ["GET"]) ?? "GET")
    : random.pick(["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"]);
  const line = `${method} ${pathOf(spec, rule, random)}${random.pick(QUERIES)}`;
  if (!["POST", "PUT", "PATCH", "DELETE"].includes(method) || random.chance(15))
    return { request: [line, ...cookie].join("\n") };
  const [type, body] = random.pick(BODIES);
  return {
    request: [line, ...(type === undefined ? [] : [`Content-Type: ${type}`]), ...cookie].join("\n"),
    body: Buffer.from(body),
  };
}

function pathOf(spec: AppSpec, { place, rule }: AppSpec["rules"][number], random: Random): string {
  if (random.chance(5)) return `/${random.many(0, 3, () => encodeURI(random.pick(SEGMENTS))).join("/")}`;
  const text = `${prefixOf(spec.blueprints, place)}/${rule}`.replace(/\/{2,}/g, "/");
  let path = text
    .split(/(<[^>]*>)/)
    .map((part) => (part.startsWith("<") ? textFor(part, random) : encodeURI(part)))
    .join("");
  if (random.chance(12)) path = path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
  if (random.chance(6)) path = path.replace(/(?<=.)\//, "//");
  if (random.chance(4)) path += "/x";
  return path.startsWith("/") ? path : `/${path}`;
}

/** A text that fits the variable, or any. */
function textFor(variable: string, random: Random): string {
  if (random.chance(40)) return random.pick(TEXTS);
  const fitting: Readonly<Record<string, readonly string[]>> = {
    int: ["1", "2", "12", "03"],
    float: ["1.5", "0.25"],
    path: ["a", "a/b", "a/b/c"],
    uuid: ["12345678-1234-5678-1234-567812345678"],
    any: ["a", "user"],
    string: ["a", "ab", "abc"],
  };
  return random.pick(fitting[/^<([a-z]+)[(:]/.exec(variable)?.[1] ?? "string"] ?? ["a"]);
}

function prefixOf(blueprints: readonly BlueprintSpec[], place: string): string {
  const found = blueprints.find(({ name }) => name === place);
  return found === undefined ? "" : `${prefixOf(blueprints, found.parent)}/${found.prefix ?? ""}`;
}
