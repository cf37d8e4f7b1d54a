import { BaseConverter, Flask, ValidationError, request, urlFor, type RouteOptions } from "latchkey/flask";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askOurs, pythonWithFlask, RealFlask, type Ask } from "../support/real-flask.ts";

let real: RealFlask;
beforeAll(() => {
  if (pythonWithFlask !== undefined) real = new RealFlask(pythonWithFlask);
});
afterAll(() => real?.close());

/** A rule, in both languages: its options, and in Python those of `route`. */
type RuleOf = readonly [rule: string, options?: RouteOptions, python?: string];

/** An application whose views answer with their endpoint and their arguments. */
function createApp(rules: readonly RuleOf[]): Flask {
  const app = new Flask("/tmp");
  for (const [rule, options = {}] of rules)
    app.route(rule, { endpoint: rule.replaceAll(".", "_"), ...options }, (values) =>
      JSON.stringify([rule, Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1))]),
    );
  return app;
}

function python(rules: readonly RuleOf[]): string {
  return [
    "app = Flask('application', root_path='/tmp')",
    "def view_of(rule):",
    "  return lambda **values: json.dumps([rule, sorted(values.items())], separators=(',', ':'), default=str)",
    ...rules.map(
      ([rule, , options = ""]) =>
        `app.add_url_rule(${JSON.stringify(rule)}, ${JSON.stringify(rule.replaceAll(".", "_"))}, view_of(${JSON.stringify(rule)})${options === "" ? "" : `, ${options}`})`,
    ),
  ].join("\n");
}

/** What has to be alike: status, body of a view, the methods, and where a redirect leads. */
function essence(answers: Awaited<ReturnType<typeof askOurs>>): unknown {
  return answers.map(({ status, text, headers }) => ({
    status,
    ...(status === 200 ? { text } : {}),
    ...(headers["allow"] === undefined ? {} : { allow: headers["allow"].split(", ").sort() }),
    ...(headers["location"] === undefined
      ? {}
      : { location: headers["location"].replace(/^http:\/\/localhost(?=\/)/, "") }),
  }));
}

async function expectAlike(rules: readonly RuleOf[], asks: readonly (Ask | string)[]): Promise<void> {
  const all = asks.map((ask) => (typeof ask === "string" ? { path: ask } : ask));
  expect(essence(await askOurs(createApp(rules), all))).toEqual(essence(await real.ask(python(rules), all)));
}

describe.skipIf(pythonWithFlask === undefined)("as the real Flask", () => {
  test("F3: whatever a rule says is what matches", async () => {
    await expectAlike(
      [
        ["/@<user>"],
        ["/v<int:v>/x"],
        ["/pre-<int:a>-<b>"],
        ["/file/<name>.<ext>"],
        ["/<int:year>-<int:month>"],
        ['/any/<any(xhr, fetch, "a,b"):js>'],
        ["/min/<int(min=1):n>"],
        ["/max/<int(min=1, max=9):n>"],
        ["/digits/<int(fixed_digits=4):n>"],
        ["/signed/<int(signed=True):n>"],
        ["/lang/<string(length=2):lang>"],
        ["/text/<string(minlength=2, maxlength=4):t>"],
        ["/float/<float(signed=True, max=2.5):x>"],
        ["/star*"],
        ["/colon/:x"],
        ["/plus+/(a)/[b]"],
        ["/p/<path:rest>"],
        ["/p/<path:rest>/edit"],
        ["/uuid/<uuid:id>"],
      ],
      [
        ..."/@ada /@ /v1/x /vx/x /pre-12-x /pre-12- /file/a.txt /file/a.b.c /file/a /2026-11 /2026-x".split(" "),
        ..."/any/xhr /any/a,b /any/other /min/5 /min/0 /max/9 /max/10 /digits/0042 /digits/42".split(" "),
        ..."/signed/-7 /signed/7 /signed/--7 /lang/de /lang/deu /text/a /text/abcd /text/abcde".split(" "),
        ..."/float/1.5 /float/-1.5 /float/2.6 /float/1 /star* /starfish /colon/:x /colon/zzz /plus+/(a)/[b]".split(" "),
        ..."/plus/(a)/[b] /p/a /p/a/b /p/a/b/edit /p/edit /p/ /p /p/a/ /uuid/12345678-1234-5678-1234-567812345678".split(
          " ",
        ),
        "/uuid/1",
      ],
    );
  });

  test("F4: slashes at the end, and double ones", async () => {
    await expectAlike(
      [
        ["/blog/"],
        ["/page"],
        ["/a/b"],
        ["/loose/", { strictSlashes: false }, "strict_slashes=False"],
        ["/loose2", { strictSlashes: false }, "strict_slashes=False"],
        ["/kept/<path:x>", { mergeSlashes: false }, "merge_slashes=False"],
        ["/dir/<path:x>/"],
        ["/user/<name>/"],
      ],
      [
        ..."/blog /blog/ /blog?a=1&b=%20 /blog// /page /page/ /a/b /a//b /a///b?x=1 /loose /loose/ /loose2".split(" "),
        ..."/loose2/ /kept/a//b /dir/a/b /dir/a/b/ /user/ada /user/a%20b /user/%C3%A4 /a//c".split(" "),
        { path: "/blog", method: "POST" },
        { path: "/blog", method: "HEAD" },
      ],
    );
    const ours = createApp([["/a/b"]]);
    ours.errorHandler(404, () => "the page for 404");
    expect((await ours.fetch(new Request("http://localhost//a/b"))).status).toBe(200);
  });

  test("F4: a handler for 404 does not see the redirect, and hooks of the end do", async () => {
    const app = createApp([["/blog/"]]);
    app.errorHandler(404, () => "the page for 404");
    app.afterRequest((response) => {
      response.headers.set("X-After", "1");
      return response;
    });
    const [answer] = await askOurs(app, [{ path: "/blog" }]);
    expect(answer).toMatchObject({ status: 308, headers: { location: "/blog/", "x-after": "1" } });
  });

  test("F12: numbers that JavaScript cannot express are another page, never another row", async () => {
    const app = createApp([["/id/<int:n>"]]);
    const answers = await askOurs(app, [
      { path: "/id/9007199254740991" },
      { path: "/id/9007199254740993" },
      { path: "/id/123456789012345678901234567890" },
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 404, 404]);
    expect(answers[0]!.text).toContain("9007199254740991");
  });

  test("G12, G26: methods, defaults, redirectTo, and one address for two rules", async () => {
    const rules: readonly RuleOf[] = [
      ["/m", { methods: ["GET", "post"] }, "methods=['GET', 'post']"],
      ["/post", { methods: ["POST"] }, "methods=['POST']"],
      ["/own", { methods: ["GET", "OPTIONS"] }, "methods=['GET', 'OPTIONS']"],
      ["/quiet", { provideAutomaticOptions: false }, "provide_automatic_options=False"],
      ["/all/", { defaults: { page: 1 }, endpoint: "all" }, "defaults={'page': 1}"],
      ["/old/<int:id>", { redirectTo: "/new/<id>" }, "redirect_to='/new/<id>'"],
      ["/new/<int:id>"],
    ];
    const asks = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE"].flatMap((method) =>
      ["/m", "/post", "/own", "/quiet", "/all/", "/new/7", "/nowhere"].map((path) => ({ path, method })),
    );
    await expectAlike(rules, [...asks, "/old/7", "/old/x"]);
  });

  test("G26: defaults make the shorter address the only one", async () => {
    const code = `
app = Flask('application')
@app.route('/users/', defaults={'page': 1})
@app.route('/users/page/<int:page>')
def users(page):
  return f'{page} {url_for("users", page=1)} {url_for("users", page=2)}'
`;
    const app = new Flask("/tmp");
    const users = ({ page }: { readonly page: number }): string =>
      `${page} ${urlFor("users", { page: 1 })} ${urlFor("users", { page: 2 })}`;
    app.route("/users/page/<int:page>", users);
    app.route("/users/", { defaults: { page: 1 } }, users);
    const asks = ["/users/", "/users/page/1", "/users/page/2?q=1", "/users/page/1?q=1"].map((path) => ({ path }));
    expect(essence(await askOurs(app, asks))).toEqual(essence(await real.ask(code, asks)));
  });

  test("the order of rules is Werkzeug's", async () => {
    const rules: readonly RuleOf[] = [
      ["/<path:rest>"],
      ["/<a>/<b>"],
      ["/<a>/x"],
      ["/x/<b>"],
      ["/x/<int:b>"],
      ["/x/<b>.html"],
      ["/x/page-<b>"],
      ["/x/p<b>"],
      ["/x/<any(one, two):b>"],
      ["/<int:a>/<int:b>"],
      ["/<path:rest>/end"],
      ["/x/y"],
    ];
    const paths =
      "/x/y /x/7 /x/one /x/a.html /x/page-1 /x/pa /a/x /a/b /7/8 /a/b/c /a/b/end /x/end /x/page-.html".split(" ");
    await expectAlike(rules, paths);
    await expectAlike(rules.toReversed(), paths);
  });

  test("F7, G22: urlFor and its options", async () => {
    const values = [
      ["x", {}],
      ["x", { _external: true }],
      ["x", { _scheme: "https", _external: true }],
      ["x", { _scheme: "https" }],
      ["x", { _anchor: "to p?" }],
      ["x", { _method: "DELETE" }],
      ["x", { q: [1, 2], a: null }],
      ["x", { q: "R&B + ä/?" }],
      [".x", {}],
      ["int", { n: 7, tab: "a b" }],
      ["int", { n: "7" }],
      ["float", { x: 1 }],
      ["float", { x: 1.5 }],
      ["name", { name: "a b@c:d;e=f" }],
      ["name", { name: "ä" }],
      ["path", { rest: "a b/c" }],
      ["lang", { lang: "de" }],
    ] as const;
    const literal = (value: unknown): string =>
      JSON.stringify(value).replaceAll("true", "True").replaceAll("null", "None");
    const code = `
app = Flask('application')
for rule, name in [('/x', 'x'), ('/int/<int:n>', 'int'), ('/float/<float:x>', 'float'), ('/name/<name>', 'name'), ('/path/<path:rest>', 'path'), ('/lang/<any(de, en):lang>', 'lang')]:
  app.add_url_rule(rule, name, lambda **values: '')
app.add_url_rule('/x/delete', 'x', methods=['DELETE'], view_func=app.view_functions['x'])
with app.test_request_context('/'):
  value = [url_for(name, **values) for name, values in ${literal(values)}]
`;
    const app = createApp([]);
    const view = (): string => "";
    for (const [rule, endpoint] of [
      ["/x", "x"],
      ["/int/<int:n>", "int"],
      ["/float/<float:x>", "float"],
      ["/name/<name>", "name"],
      ["/path/<path:rest>", "path"],
      ["/lang/<any(de, en):lang>", "lang"],
    ] as const)
      app.route(rule, { endpoint }, view);
    app.route("/x/delete", { endpoint: "x", methods: ["DELETE"] }, view);
    const ours = await app.testRequestContext("/").run(() => values.map(([name, each]) => urlFor(name, each)));
    expect(ours).toEqual(await real.evaluate(code));
  });
});

test("F3, F22: what a rule cannot say is an error when it is added", () => {
  const app = new Flask("/tmp");
  const view = (): string => "";
  for (const [rule, message] of [
    ["/<int:>", /cannot be read from "<int:>" on/],
    ["/< int:a >", /without blanks/],
    ["/<open", /cannot be read/],
    ["/<a>/<a>", /has the variable "a" twice/],
    ["/<int(maxx=3):a>", /converter int has no argument "maxx"/],
    ["/<any():a>", /takes a list of words/],
    ["/<string(length=x):a>", /takes whole numbers/],
    ["/<nope:a>", /unknown converter "nope"/],
  ] as const)
    expect(() => app.route(rule, { endpoint: rule }, view)).toThrow(message);
  expect(() => app.route("/h", { host: "a.test" }, view)).toThrow(/hostMatching: true/);
  expect(() => app.route("/h", { subdomain: "a" }, view)).toThrow(/subdomainMatching: true/);
});

test("F7: an endpoint, a value or an option that is wrong is an error that names it", async () => {
  const app = new Flask("/tmp");
  app.route("/int/<int:n>", { endpoint: "int" }, () => "");
  app.route("/lang/<any(de, en):lang>", { endpoint: "lang" }, () => "");
  await app.testRequestContext("/").run(() => {
    expect(() => urlFor("int", { n: "abc" })).toThrow(/is a number\. It got "abc"/);
    expect(() => urlFor("int")).toThrow(/needs a value for "n"/);
    expect(() => urlFor("lang", { lang: "fr" })).toThrow(/"fr" is not one of "de", "en"/);
    expect(() => urlFor("nope")).toThrow(/There is no endpoint "nope"\. There are: static, int, lang/);
    expect(() => urlFor("int", { n: 1, _extern: true })).toThrow(/no option "_extern"/);
    expect(() => urlFor("int", { n: 1, _scheme: "https", _external: false })).toThrow(/_external: true/);
    // As Flask writes them.
    expect(urlFor("int", { n: 1, b: true, c: null })).toBe("/int/1?b=True");
  });
});

test("F6, F7: outside of a request, addresses come from SERVER_NAME", async () => {
  const app = new Flask("/tmp");
  app.route("/x", { endpoint: "x" }, () => "");
  await expect(app.appContext().run(() => urlFor("x"))).rejects.toThrow(
    /^Unable to build URLs outside an active request without 'SERVER_NAME' configured\./,
  );
  Object.assign(app.config, { SERVER_NAME: "shop.test:8000", APPLICATION_ROOT: "/app", PREFERRED_URL_SCHEME: "https" });
  expect(await app.appContext().run(() => urlFor("x", { q: 1 }))).toBe("https://shop.test:8000/app/x?q=1");
});

test("G13: converters of the application's own", async () => {
  class ListConverter extends BaseConverter {
    readonly #separator: string;
    constructor(map: object, separator = "+") {
      super(map);
      this.#separator = separator;
    }
    override toPython(text: string): readonly string[] {
      if (text.includes("!")) throw new ValidationError();
      return text.split(this.#separator);
    }
    override toUrl(value: unknown): string {
      return (value as readonly string[]).map((each) => super.toUrl(each)).join(this.#separator);
    }
  }
  const app = new Flask("/tmp");
  app.urlMap.converters["list"] = ListConverter;
  app.route(
    "/plus/<list:names>",
    { endpoint: "plus" },
    ({ names }) => `${JSON.stringify(names)} ${urlFor("plus", { names })}`,
  );
  app.route('/comma/<list(","):names>', { endpoint: "comma" }, ({ names }) => JSON.stringify(names));
  const answers = await askOurs(app, [{ path: "/plus/a+b" }, { path: "/comma/a,b" }, { path: "/plus/a!" }]);
  expect(answers.map(({ status, text }) => [status, status === 200 ? text : ""])).toEqual([
    [200, '["a","b"] /plus/a+b'],
    [200, '["a","b"]'],
    [404, ""],
  ]);
});

test("G12: an endpoint without a view, put, patch and delete", async () => {
  const app = new Flask("/tmp");
  expect(() => app.addUrlRule("/nothing", {})).toThrow(/neither a view nor an endpoint/);
  app.addUrlRule("/first", { endpoint: "index" });
  app.endpoint("index", () => `index ${request.urlRule?.rule}`);
  app.put("/thing", function put() {
    return "put";
  });
  app.patch("/thing", function patch() {
    return "patch";
  });
  app.delete("/thing", function remove() {
    return "delete";
  });
  const asks = ["PUT", "PATCH", "DELETE"].map((method) => ({ path: "/thing", method }));
  const answers = await askOurs(app, [{ path: "/first" }, ...asks]);
  expect(answers.map(({ text }) => text)).toEqual(["index /first", "put", "patch", "delete"]);
});

test("G26: hosts and sub-domains", async () => {
  const byHost = new Flask("/tmp", { hostMatching: true, staticFolder: null });
  byHost.route("/", { host: "one.test", endpoint: "one" }, () => urlFor("two"));
  byHost.route("/", { host: "<name>.test", endpoint: "named" }, (values) => JSON.stringify(values));
  byHost.route("/two", { host: "two.test", endpoint: "two" }, () => "two");
  const at = async (app: Flask, url: string): Promise<readonly [number, string]> => {
    const response = await app.fetch(new Request(url));
    return [response.status, response.status === 200 ? await response.text() : ""];
  };
  expect(await at(byHost, "http://one.test/")).toEqual([200, "http://two.test/two"]);
  expect(await at(byHost, "http://other.test/")).toEqual([200, '{"name":"other"}']);
  expect(await at(byHost, "http://one.test/two")).toEqual([404, ""]);
  const bySubdomain = new Flask("/tmp", { subdomainMatching: true });
  bySubdomain.config["SERVER_NAME"] = "shop.test";
  bySubdomain.route("/", { endpoint: "home" }, () => urlFor("user", { name: "ada" }));
  bySubdomain.route(
    "/",
    { endpoint: "user", subdomain: "<name>" },
    (values) => `${JSON.stringify(values)} ${urlFor("home")}`,
  );
  expect(await at(bySubdomain, "http://shop.test/")).toEqual([200, "http://ada.shop.test/"]);
  expect(await at(bySubdomain, "http://ada.shop.test/")).toEqual([200, '{"name":"ada"} http://shop.test/']);
  expect(await at(bySubdomain, "http://elsewhere.test/")).toEqual([404, ""]);
});
