import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  copyCurrentRequestContext,
  currentApp,
  FileStorage,
  float,
  Flask,
  g,
  hasAppContext,
  hasRequestContext,
  int,
  jsonify,
  request,
} from "latchkey/flask";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askOurs, pythonWithFlask, RealFlask, type Answer, type Ask } from "../support/real-flask.ts";

let real: RealFlask;
beforeAll(() => {
  if (pythonWithFlask !== undefined) real = new RealFlask(pythonWithFlask);
});
afterAll(() => real?.close());

const QUERIES = [
  "",
  ..."?n=7 ?n=x ?n=1.5 ?n=7&n=8&n=x&m= ?n ?n=%20 ?n=-3 ?n=1e3 ?n=1_000 ?n=0x10".split(" "),
  ..."?n=0b1 ?n=1__0 ?n=1_ ?n=.5 ?n=5. ?n=. ?n=%2B7 ?n=1_0.5e1_0 ?n=007 ?n=%201%0A".split(" "),
];
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };
const JSON_TYPE = { "Content-Type": "application/json" };
const parsed = ({ status, text }: Answer): unknown => [status, status === 200 ? (JSON.parse(text) as unknown) : ""];

describe.skipIf(pythonWithFlask === undefined)("as the real Flask", () => {
  test("G14, G16, F17: arguments, forms, lists, types and what is missing", async () => {
    const code = `
app = Flask('application')
@app.route('/get')
def get():
  a = request.args
  return jsonify([a.get('n'), a.get('n', 1), a.get('n', 1, type=int), a.get('n', type=float), a.getlist('n'), a.getlist('n', type=int), 'n' in a, list(a), a.to_dict(), a.to_dict(flat=False), len(list(a.items(multi=True)))])
@app.route('/key')
def key(): return request.args['n']
@app.route('/form', methods=['GET', 'POST'])
def form():
  f = request.form
  return jsonify([f.get('a'), f.getlist('a'), f['a'], request.values.getlist('a'), request.values.get('q')])
@app.route('/cookie')
def cookie(): return jsonify([request.cookies.get('a'), request.cookies.get('b'), request.cookies.get('c', 'none'), dict(request.cookies)])
`;
    const app = new Flask("/tmp");
    app.get("/get", () => {
      const { args: a } = request;
      return jsonify([
        a.get("n"),
        a.get("n", 1),
        a.get("n", 1, { type: int }),
        a.get("n", null, { type: float }),
        a.getlist("n"),
        a.getlist("n", { type: int }),
        "n" in a,
        [...a.keys()],
        a.toDict(),
        a.toDict({ flat: false }),
        a.items({ multi: true }).length,
      ]);
    });
    app.get("/key", () => request.args["n"]!);
    app.route("/form", { methods: ["GET", "POST"] }, () => {
      const { form: f, values } = request;
      return jsonify([f.get("a"), f.getlist("a"), f["a"], values.getlist("a"), values.get("q")]);
    });
    app.get("/cookie", () =>
      jsonify([
        request.cookies.get("a"),
        request.cookies.get("b"),
        request.cookies.get("c", "none"),
        { ...request.cookies },
      ]),
    );
    const asks: readonly Ask[] = [
      ...QUERIES.map((query) => ({ path: `/get${query}` })),
      { path: "/key?n=7" },
      { path: "/key" },
      { path: "/form?q=1&a=0", method: "POST", headers: FORM, body: "a=1&a=2&b=%C3%A4+x" },
      { path: "/form?q=1", method: "POST", headers: FORM, body: "b=1" },
      ...['a=1; b="x y\\"z\\073"; a=2', 'a="1"', "a; b=1", "a=1=2;;b= 2 ", "=x; b=%20"].map((Cookie) => ({
        path: "/cookie",
        headers: { Cookie },
      })),
    ];
    expect((await askOurs(app, asks)).map(parsedOrText)).toEqual((await real.ask(code, asks, false)).map(parsedOrText));
  });

  test("G15, F17: JSON", async () => {
    const code = `
app = Flask('application')
@app.route('/json', methods=['GET', 'POST'])
def plain(): return jsonify(request.json)
@app.route('/silent', methods=['GET', 'POST'])
def silent(): return jsonify([request.get_json(silent=True), request.is_json])
@app.route('/force', methods=['GET', 'POST'])
def force(): return jsonify(request.get_json(force=True))
`;
    const app = new Flask("/tmp");
    const both = { methods: ["GET", "POST"] };
    app.route("/json", both, () => jsonify(request.json));
    app.route("/silent", both, () => jsonify([request.getJson({ silent: true }), request.isJson]));
    app.route("/force", both, () => jsonify(request.getJson({ force: true })));
    const asks = ["/json", "/silent", "/force"].flatMap((path): Ask[] => [
      { path },
      ...['{"a":[1]}', "{bad", "", "null", '"x"'].map((body) => ({ path, method: "POST", headers: JSON_TYPE, body })),
      { path, method: "POST", headers: { "Content-Type": "text/plain" }, body: "[1]" },
      { path, method: "POST", headers: { "Content-Type": "application/problem+json; charset=utf-8" }, body: "[1]" },
    ]);
    expect((await askOurs(app, asks)).map(parsed)).toEqual((await real.ask(code, asks)).map(parsed));
  });

  test("G17, G27: the members of request", async () => {
    const code = `
app = Flask('application')
@app.route('/user/<int:id>', methods=['GET', 'POST'])
def user(id):
  r = request
  return jsonify([r.method, r.path, r.full_path, r.url, r.base_url, r.url_root, r.host_url, r.host, r.scheme, r.is_secure, r.is_json, r.mimetype, r.content_length, r.endpoint, r.blueprint, r.view_args, r.url_rule.rule, r.referrer, r.user_agent.string, r.authorization and [r.authorization.type, r.authorization.username, r.authorization.password, r.authorization.token], r.query_string.decode(), r.access_route, r.get_data(as_text=True)])
`;
    const app = new Flask("/tmp");
    app.route("/user/<int:id>", { methods: ["GET", "POST"], endpoint: "user" }, () => {
      const r = request;
      const { authorization: a } = r;
      const members = [
        [r.method, r.path, r.fullPath, r.url, r.baseUrl, r.urlRoot, r.hostUrl, r.host, r.scheme, r.isSecure],
        [r.isJson, r.mimetype, r.contentLength, r.endpoint, r.blueprint, r.viewArgs, r.urlRule?.rule, r.referrer],
        [r.userAgent.string, a && [a.type, a.username, a.password, a.token], r.queryString, r.accessRoute],
        [r.getData({ asText: true })],
      ].flat(1);
      return jsonify(members.map((value) => value ?? null));
    });
    const asks: readonly Ask[] = [
      { path: "/user/7", headers: { "User-Agent": "" } },
      { path: "/user/7?a=1&b=%20", headers: { Referer: "http://localhost/", "User-Agent": "Test/1" } },
      { path: "/user/7", headers: { Authorization: `Basic ${btoa("ada:a:b")}`, "User-Agent": "x" } },
      { path: "/user/7", headers: { Authorization: "Bearer abc.def", "User-Agent": "x" } },
      {
        path: "/user/7",
        method: "POST",
        headers: { "Content-Type": "Text/Plain; charset=utf-8", "User-Agent": "x", "Content-Length": "3" },
        body: "abc",
      },
    ];
    // The address of the visitor is not known without a server; see the next test.
    const withoutRoute = (answer: Answer): unknown => (JSON.parse(answer.text) as unknown[]).toSpliced(21, 1);
    expect((await askOurs(app, asks)).map(withoutRoute)).toEqual((await real.ask(code, asks)).map(withoutRoute));
  });

  test("F5: the body is read when it is asked for, inside of handlers and hooks", async () => {
    const code = `
app = Flask('application')
app.config['MAX_CONTENT_LENGTH'] = 100
app.config['MAX_FORM_PARTS'] = 2
app.config['MAX_FORM_MEMORY_SIZE'] = 80
app.add_url_rule('/unread', 'unread', lambda: 'unread', methods=['POST'])
app.add_url_rule('/form', 'form', lambda: jsonify(request.form.to_dict()), methods=['POST'])
app.add_url_rule('/json', 'json', lambda: jsonify(request.json), methods=['POST'])
app.errorhandler(413)(lambda e: ('own 413', 413))
app.errorhandler(400)(lambda e: ('own 400', 400))
@app.after_request
def after(response):
  response.headers['X-After'] = '1'
  return response
`;
    const app = new Flask("/tmp");
    app.config.MAX_CONTENT_LENGTH = 100;
    app.config.MAX_FORM_PARTS = 2;
    app.config.MAX_FORM_MEMORY_SIZE = 80;
    app.post("/unread", () => "unread");
    app.post("/form", () => jsonify(request.form.toDict()));
    app.post("/json", () => jsonify(request.json));
    app.errorHandler(413, () => "own 413");
    app.errorHandler(400, () => "own 400");
    app.afterRequest((response) => {
      response.headers.set("X-After", "1");
      return response;
    });
    const multipart = (fields: Readonly<Record<string, string>>): Pick<Ask, "headers" | "body"> => ({
      headers: { "Content-Type": "multipart/form-data; boundary=b" },
      body: `${Object.entries(fields)
        .map(([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
        .join("")}--b--\r\n`,
    });
    const bodies: readonly Pick<Ask, "headers" | "body">[] = [
      { headers: JSON_TYPE, body: "{bad" },
      { headers: JSON_TYPE, body: `"${"x".repeat(200)}"` },
      { headers: FORM, body: `a=${"x".repeat(200)}` },
      { headers: FORM, body: "a=1" },
      { headers: FORM, body: `a=${"x".repeat(90)}` },
      multipart({ a: "1" }),
    ];
    const asks = ["/unread", "/form", "/json", "/unknown"].flatMap((path) =>
      bodies.map((body) => ({ path, method: "POST", ...body })),
    );
    const essence = ({ status, text, headers }: Answer): unknown => [
      status,
      status === 415 || status === 404 ? "" : text,
      headers["x-after"],
    ];
    expect((await askOurs(app, asks)).map(essence)).toEqual((await real.ask(code, asks)).map(essence));
    // Three parts are more than MAX_FORM_PARTS.
    app.config.MAX_CONTENT_LENGTH = null;
    const [parts, field] = await askOurs(app, [
      { path: "/form", method: "POST", ...multipart({ a: "1", b: "2", c: "3" }) },
      { path: "/form", method: "POST", ...multipart({ a: "x".repeat(90) }) },
    ]);
    expect([parts!.text, field!.text]).toEqual(["own 413", "own 413"]);
  });
});

function parsedOrText({ status, text }: Answer): unknown {
  if (status !== 200) return [status];
  try {
    return [status, JSON.parse(text) as unknown];
  } catch {
    return [status, text];
  }
}

test("F8, G16: all files of a field, and how they are saved", async () => {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-files-"));
  const app = new Flask("/tmp");
  app.testing = true;
  app.post("/", async () => {
    const files = request.files.getlist("f");
    await files[1]!.save(join(folder, "saved.txt"));
    const [first] = files;
    return {
      names: files.map(({ filename }) => filename),
      first: [first!.mimetype, first!.field, String(await first!.read()), first instanceof FileStorage],
      missing: request.files.get("g"),
      text: request.form["word"]!,
    };
  });
  const response = await app.testClient().post("/", {
    data: {
      word: "x",
      f: ["a.txt", "b.txt", "c.txt"].map((name) => new File([`in ${name}`], name, { type: "text/plain" })),
    },
  });
  expect(response.json).toEqual({
    names: ["a.txt", "b.txt", "c.txt"],
    first: ["text/plain", "f", "in a.txt", true],
    missing: null,
    text: "x",
  });
  expect(readFileSync(join(folder, "saved.txt"), "utf8")).toBe("in b.txt");
});

test("G17: remoteAddr is that of the connection", async () => {
  const app = new Flask("/tmp");
  app.get("/", () => [request.remoteAddr, request.accessRoute.join()].join(" "));
  const server = await app.run({ port: 0 });
  const headers = { "X-Forwarded-For": "203.0.113.7, 198.51.100.1" };
  const text = await (await fetch(server.url, { headers })).text();
  await server.close();
  expect(text).toBe("127.0.0.1 203.0.113.7,198.51.100.1");
});

test("F5: after an answer that did not wait for the body, the connection is not used again", async () => {
  const app = new Flask("/tmp");
  app.post("/unread", () => "unread");
  app.post("/read", () => String(request.data.byteLength));
  const server = await app.run({ port: 0 });
  const seen: string[] = [];
  for (let round = 0; round < 5; round++)
    for (const [path, size] of [
      ["/unread", 3_000_000],
      ["/nowhere", 3_000_000],
      ["/read", 3_000_000],
      ["/read", 1_000],
    ] as const) {
      const response = await fetch(server.url + path, { method: "POST", body: "x".repeat(size) });
      await response.text();
      seen.push(`${path} ${response.status} ${response.headers.get("connection")}`);
    }
  await server.close();
  expect([...new Set(seen)]).toEqual([
    "/unread 200 close",
    "/nowhere 404 close",
    "/read 413 close",
    "/read 200 keep-alive",
  ]);
});

test("F8: a missing field names itself, and objects of JavaScript do not stumble over it", async () => {
  const app = new Flask("/tmp");
  app.post("/", () => request.form["nothing"]!);
  app.post("/await", async () => ({ ...(await Promise.resolve(request.form)), json: JSON.stringify(request.form) }));
  const asks = ["/", "/await"].map((path) => ({ path, method: "POST", headers: FORM, body: "a=1&a=2" }));
  const [missing, other] = await askOurs(app, asks);
  expect([missing!.status, missing!.text]).toEqual([
    400,
    expect.stringContaining("no &#34;nothing&#34; in request.form"),
  ]);
  expect(JSON.parse(other!.text)).toEqual({ a: "1", json: '{"a":"1"}' });
});

test("G2, G20, G31: contexts, currentApp and g", async () => {
  const app = new Flask("/tmp");
  expect([hasAppContext(), hasRequestContext()]).toEqual([false, false]);
  expect(() => request.path).toThrow(/^Working outside of request context\./);
  expect(() => currentApp.name).toThrow(/^Working outside of application context\./);
  expect(() => g["a"]).toThrow(/^Working outside of application context\./);
  app.config["SHOP"] = "corner";
  await app.appContext().run(async () => {
    expect([hasAppContext(), hasRequestContext()]).toEqual([true, false]);
    expect([currentApp.config["SHOP"], currentApp.name, currentApp.debug]).toEqual(["corner", "tmp", false]);
    expect(() => request.path).toThrow(/^Working outside of request context\./);
    g["user"] = "ada";
    expect([g.get("user"), g.get("none"), g.get("none", 1), "user" in g, "get" in g]).toEqual([
      "ada",
      undefined,
      1,
      true,
      false,
    ]);
    expect([g.setdefault("user", "bob"), g.setdefault("n", 7), g.pop("n"), g.pop("n", 1)]).toEqual(["ada", 7, 7, 1]);
    expect(() => g.pop("n")).toThrow(/there is no such value/);
    expect(Object.keys(g)).toEqual(["user"]);
  });
  let later = (): string => "";
  app.get("/", () => {
    later = copyCurrentRequestContext(() => request.path);
    return String("user" in g);
  });
  expect((await askOurs(app, [{ path: "/" }]))[0]!.text).toBe("false");
  expect(later()).toBe("/");
});
