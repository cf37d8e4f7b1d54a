import type { Random } from "./random.ts";
import type { AppSpec, BlueprintSpec, Body, HandlerSpec, HookSpec, RuleSpec } from "./spec.ts";

export const SEGMENTS = ["a", "b", "user", "x-y", "é", "a b", "1", "v1.0", "A"];
const VARIABLES = [
  "<p>",
  "<string:p>",
  "<int:p>",
  "<int(min=2):p>",
  "<int(signed=True):p>",
  "<float:p>",
  "<path:p>",
  "<uuid:p>",
  "<any(a, b, user):p>",
  "<string(length=1):p>",
  "<string(minlength=2, maxlength=3):p>",
  "<int(fixed_digits=2):p>",
  "v<int:p>",
  "<p>.html",
  "<p>-<int:q>",
  "@<p>",
];
const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"];
const CODES = [400, 401, 403, 404, 405, 409, 410, 418, 422, 429, 500, 503];
export const VALUES: readonly unknown[] = [
  0,
  1,
  -1,
  1.5,
  "",
  "x",
  "é€",
  true,
  false,
  null,
  [],
  [1, [2]],
  {},
  { b: 1, a: { c: null } },
];
const TEMPLATES = [
  "{{ word }}",
  "{{ request.path }} {{ session.n }}",
  "<{{ request.args.a }}>",
  "{{ url_for('static', filename='x y.css') }}",
  "{% for m in get_flashed_messages() %}{{ m }};{% endfor %}",
  "{{ g.trail|join('|') }}",
];

/** An application of random pieces. */
export function makeSpec(random: Random): AppSpec {
  const blueprints: BlueprintSpec[] = [];
  for (const name of ["one", "two", "three"].slice(0, random.below(4)))
    blueprints.push({
      name,
      prefix: random.pick([null, "/a", "/b/", `/${name}`, `/<int:${name}>`, "/a/b"]),
      parent: random.chance(50) ? "" : (blueprints.at(-1)?.name ?? ""),
    });
  const place = (): string => random.pick(["", "", ...blueprints.map(({ name }) => name)]);
  const endpoints = ["static", "nothing"];
  const rules = random.many(4, 14, (index): RuleSpec => {
    const rule = { place: place(), endpoint: `e${index}` };
    endpoints.push(rule.place === "" ? rule.endpoint : `${rule.place}.${rule.endpoint}`, `.${rule.endpoint}`);
    return { ...rule, ...ruleOptions(random), body: bodyOf(random, endpoints) };
  });
  return {
    settings: settingsOf(random),
    blueprints,
    rules,
    hooks: random.many(0, 6, (index): HookSpec => ({
      place: place(),
      kind: random.pick(["before", "before", "after", "after", "values", "context"]),
      name: `h${index}`,
      body: hookBody(random, endpoints),
    })),
    handlers: random.many(0, 5, (index): HandlerSpec => ({
      place: place(),
      name: `f${index}`,
      what: random.pick([...CODES, "Base", "Derived", "Other", "HTTP", "Error", 404, 405, 500]),
      status: random.pick([200, 400, 404, 500, 503]),
      body: random.chance(25)
        ? null
        : {
            steps: [],
            result: random.pick([
              ["text", "handled"],
              ["facts", null],
            ]),
          },
    })),
  };
}

function settingsOf(random: Random): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  if (random.chance(15)) settings["TRAP_BAD_REQUEST_ERRORS"] = true;
  if (random.chance(20)) settings["MAX_CONTENT_LENGTH"] = random.pick([5, 20, 1000]);
  if (random.chance(15)) settings["MAX_FORM_PARTS"] = 1;
  if (random.chance(15)) settings["PROVIDE_AUTOMATIC_OPTIONS"] = false;
  if (random.chance(20)) settings["SESSION_REFRESH_EACH_REQUEST"] = false;
  if (random.chance(15)) settings["SESSION_COOKIE_PATH"] = random.pick(["/a", "/"]);
  return settings;
}

function ruleOptions(
  random: Random,
): Pick<RuleSpec, "rule" | "methods" | "defaults" | "strict_slashes" | "provide_automatic_options"> {
  const hasVariable = random.chance(60);
  const fixed = random.many(0, 2, () => random.pick(SEGMENTS));
  const parts = hasVariable
    ? [...fixed, random.pick(VARIABLES), ...random.many(0, 1, () => random.pick(SEGMENTS))]
    : fixed;
  const isSlashed = random.chance(35);
  const names = ["p", "q"].filter((name) => !parts.join("").includes(`${name}>`));
  return {
    rule: parts.length === 0 ? "/" : `/${parts.join("/")}${isSlashed ? "/" : ""}`,
    methods: random.chance(55) ? null : random.many(1, 3, () => random.pick(METHODS)),
    defaults: names.length > 0 && random.chance(15) ? { [names[0]!]: random.pick([1, "a"]) } : null,
    strict_slashes: random.chance(15) ? random.chance(50) : null,
    provide_automatic_options: random.chance(10) ? random.chance(50) : null,
  };
}

function bodyOf(random: Random, endpoints: readonly string[]): Body {
  return { steps: random.many(0, 3, () => stepOf(random, endpoints)), result: resultOf(random) };
}

/** Most hooks return nothing, and some do if the query says so. */
function hookBody(random: Random, endpoints: readonly string[]): Body {
  const word = random.pick(["1", "2", "3"]);
  const inner: Body = {
    steps: random.chance(50) ? [failing(random)] : [],
    result: ["status", random.pick([200, 202, 403])],
  };
  const steps: Body["steps"] = [
    ...(random.chance(40) ? [stepOf(random, endpoints, false)] : []),
    ...(random.chance(50) ? [["if", [word, inner]] as const] : []),
  ];
  return { steps, result: null };
}

function failing(random: Random): readonly [string, unknown] {
  return random.pick<readonly [string, unknown]>([
    ["raise", random.pick(["Base", "Derived", "Other"])],
    ["abort", random.pick(CODES)],
    ["abortresponse", random.pick([401, 404, 200])],
  ]);
}

function stepOf(random: Random, endpoints: readonly string[], mayFail = true): readonly [string, unknown] {
  const values = (): Record<string, unknown> =>
    Object.fromEntries(
      random
        .many(0, 3, () => [random.pick(["p", "q", "one", "z", "_external", "_anchor", "_method"]), 0])
        .map(([name]) => [name, valueFor(String(name), random)]),
    );
  return random.pick<() => readonly [string, unknown]>([
    () => ["trail", random.pick(["t1", "t2"])],
    () => ["set", [random.pick(["n", "k", "é"]), random.pick(VALUES)]],
    () => ["count", random.pick(["c", "d"])],
    () => ["pop", random.pick(["n", "k", "c"])],
    () => ["clear", null],
    () => ["permanent", random.chance(60)],
    () => ["append", random.pick([1, "x"])],
    () => ["flash", [random.pick(["m", "<b>"]), random.pick(["message", "error"])]],
    () => ["after", random.pick(["u", "v"])],
    () => ["form", null],
    () => ["url", [random.pick(endpoints), values()]],
    () => ["url", [random.pick(endpoints), values()]],
    () => (mayFail ? failing(random) : ["trail", "t3"]),
    () => (mayFail ? ["key", random.pick(["a", "zz"])] : ["trail", "t4"]),
    () => (mayFail ? ["json", null] : ["trail", "t5"]),
  ])();
}

function valueFor(name: string, random: Random): unknown {
  if (name === "_external") return random.chance(50);
  if (name === "_anchor") return random.pick(["top", "a b", "é/?"]);
  if (name === "_method") return random.pick(METHODS);
  return random.pick([
    1,
    7,
    -3,
    12,
    2.5,
    "a",
    "b",
    "user",
    "x y",
    "é",
    "",
    null,
    true,
    [1, "b"],
    "a/b".replace("/", "-"),
    "12345678-1234-5678-1234-567812345678",
  ]);
}

function resultOf(random: Random): Body["result"] {
  return random.pick<() => readonly [string, unknown]>([
    () => ["facts", null],
    () => ["facts", null],
    () => ["facts", null],
    () => ["text", random.pick(["", "text", "é<>"])],
    () => ["json", random.pick([{}, { b: 1, a: [1, null] }, { é: "é" }])],
    () => ["status", random.pick([200, 201, 204, 299, 400, 404, 500])],
    () => [
      "headers",
      [random.pick([200, 203, 418]), { "X-A": "1", "Content-Type": random.pick(["text/plain", "application/json"]) }],
    ],
    () => [
      "redirect",
      random.pick([
        ["/a"],
        ["/é x?q=1#z", 301],
        ["//other.test/", 303],
        ["http://other.test/ü", 307],
        ["", 308],
        ["?x=1"],
      ]),
    ],
    () => ["session", null],
    () => ["flashes", null],
    () => ["body", null],
    () => ["jsonin", null],
    () => ["values", null],
    () => ["cookie", [random.pick(["a", "b"]), random.pick(["1", "é", "a b", ""])]],
    () => ["cookies", null],
    () => ["template", random.pick(TEMPLATES)],
    () => ["stream", ["a", "é", "c"]],
    () => ["jsonify", random.pick(VALUES)],
    () => ["nothing", null],
  ])();
}
