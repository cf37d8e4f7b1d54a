import {
  abort,
  afterThisRequest,
  Flask,
  HTTPException,
  jsonify,
  makeResponse,
  MethodView,
  redirect,
  request,
  streamWithContext,
  urlFor,
  View,
} from "latchkey/flask";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askOurs, pythonWithFlask, RealFlask, type Answer, type Ask } from "../support/real-flask.ts";

let real: RealFlask;
beforeAll(() => {
  if (pythonWithFlask !== undefined) real = new RealFlask(pythonWithFlask);
});
afterAll(() => real?.close());

const paths = (text: string): readonly Ask[] => text.split(" ").map((path) => ({ path }));
/** Status, text and some headers. */
const pick =
  (...names: readonly string[]) =>
  ({ status, text, headers }: Answer): unknown => [status, text, ...names.map((name) => headers[name] ?? null)];

describe.skipIf(pythonWithFlask === undefined)("as the real Flask", () => {
  test("F2: redirect does not encode twice", async () => {
    const locations = [
      "/search?q=R%26B",
      "/search?q=a%23b",
      "/search?q=a%2Bb",
      "/login?next=%2Fa%3Fb%3D1",
      "/u/AC%2FDC",
      "/a?x=1&y=%26",
      "/a b?c=d e",
      "/ä#ö",
      "/100%",
      "https://elsewhere.test/x?y=[1]",
    ];
    const code = `
app = Flask('application')
@app.route('/<int:n>')
def index(n): return redirect(${JSON.stringify(locations)}[n], 302)
@app.route('/search')
def search(): return request.args['q']
@app.route('/go')
def go(): return redirect(url_for('search', q='R&B'), 303)
`;
    const app = new Flask("/tmp");
    app.get("/<int:n>", ({ n }) => redirect(locations[n]!));
    app.get("/search", function search() {
      return request.args["q"]!;
    });
    app.get("/go", () => redirect(urlFor("search", { q: "R&B" }), 303));
    const asks = [
      ...locations.map((_, index) => ({ path: `/${index}` })),
      { path: "/go" },
      { path: "/search?q=R%26B" },
    ];
    const essence = ({ status, headers, text }: Answer): unknown => [status, headers["location"] ?? text];
    const theirs = (await real.ask(code, asks)).map(essence);
    const ours = (await askOurs(app, asks)).map(essence);
    // A lonely percent sign is encoded here: browsers cannot read it otherwise.
    expect(ours[8]).toEqual([302, "/100%25"]);
    expect(ours.toSpliced(8, 1)).toEqual(theirs.toSpliced(8, 1));
  });

  test("F13: what views return", async () => {
    const code = `
app = Flask('application')
views = [
  lambda: ('h', {'X-A': '1'}), lambda: ('x', '418 TEAPOT'), lambda: ('x', 201), lambda: ('x', 201, {'X-A': '2'}),
  lambda: ('x', 201, [('X-A', '1'), ('X-B', '2')]), lambda: {'a': 1}, lambda: [1, 404], lambda: jsonify(1, 2),
  lambda: (part for part in ['a', 'b']), lambda: make_response('m', 202), lambda: make_response(), lambda: ({'a': 1}, 201),
  lambda: ('', 304), lambda: ('', 204), lambda: ((part for part in 'ab'), {'Content-Type': 'text/csv'}),
  lambda: make_response((part for part in 'ab'), {'Content-Type': 'text/csv'}), lambda: make_response({'a': 1}, {'X-A': '1'}),
  lambda: make_response([1], 201, {'X-A': '1'}), lambda: make_response('x', [('X-A', '1')]), lambda: make_response([1]),
]
for n, view in enumerate(views): app.add_url_rule(f'/{n}', str(n), view)
`;
    const app = new Flask("/tmp");
    app.get("/0", () => ["h", { "X-A": "1" }]);
    app.get("/1", () => ["x", "418 TEAPOT"]);
    app.get("/2", () => ["x", 201]);
    app.get("/3", () => ["x", 201, { "X-A": "2" }]);
    app.get("/4", () => [
      "x",
      201,
      [
        ["X-A", "1"],
        ["X-B", "2"],
      ],
    ]);
    app.get("/5", () => ({ a: 1 }));
    app.get("/6", () => jsonify([1, 404]));
    app.get("/7", () => jsonify(1, 2));
    app.get("/8", function* parts() {
      yield "a";
      yield "b";
    });
    app.get("/9", () => makeResponse("m", 202));
    app.get("/10", () => makeResponse());
    app.get("/11", () => [{ a: 1 }, 201]);
    app.get("/12", () => ["", 304]);
    app.get("/13", () => ["", 204]);
    function* parts(): Generator<string> {
      yield "a";
      yield "b";
    }
    app.get("/14", () => [parts(), { "Content-Type": "text/csv" }]);
    app.get("/15", () => makeResponse(parts(), { "Content-Type": "text/csv" }));
    app.get("/16", () => makeResponse({ a: 1 }, { "X-A": "1" }));
    app.get("/17", () => makeResponse([1], 201, { "X-A": "1" }));
    app.get("/18", () => makeResponse("x", [["X-A", "1"]]));
    app.get("/19", () => makeResponse([1]));
    const asks = Array.from({ length: 20 }, (_, n) => ({ path: `/${n}` }));
    const essence = pick("x-a", "x-b", "content-type");
    // A list in Python is spelled with blanks by debug alone, so the texts are alike.
    expect((await askOurs(app, asks)).map(essence)).toEqual((await real.ask(code, asks)).map(essence));
  });

  test("G5: cookies are written and read as Flask does", async () => {
    const values = ["plain", "a b", 'with "quotes"', "a;b,c\\d", "ä 日本", "", "x=y", "{'a': 1}"];
    const code = `
app = Flask('application')
values = ${JSON.stringify(values)}
@app.route('/set/<int:n>')
def set_cookie(n):
  response = make_response('')
  response.set_cookie('k', values[n])
  return response
@app.route('/get')
def get_cookie(): return jsonify(request.cookies.get('k'))
@app.route('/all')
def attributes():
  response = make_response('')
  response.set_cookie('a', '1', max_age=60, path='/p', domain='example.com', secure=True, httponly=True, samesite='Lax', partitioned=True)
  response.set_cookie('b', '1', expires=0, path=None)
  response.delete_cookie('c')
  response.delete_cookie('d', path='/x', domain='example.com')
  return response
`;
    const app = new Flask("/tmp");
    app.get("/set/<int:n>", ({ n }) => {
      const response = makeResponse("");
      response.setCookie("k", values[n]);
      return response;
    });
    app.get("/get", () => jsonify(request.cookies.get("k")));
    app.get("/all", () => {
      const response = makeResponse("");
      response.setCookie("a", "1", {
        maxAge: 60,
        path: "/p",
        domain: "example.com",
        secure: true,
        httpOnly: true,
        sameSite: "Lax",
        partitioned: true,
      });
      response.setCookie("b", "1", { expires: 0, path: null });
      response.deleteCookie("c");
      response.deleteCookie("d", { path: "/x", domain: "example.com" });
      return response;
    });
    const asks = [...values.flatMap((_, n) => [{ path: `/set/${n}` }, { path: "/get" }]), { path: "/all" }];
    const essence = ({ status, headers, text }: Answer): unknown => [
      status,
      // The time of the end is that of each side's clock.
      headers["set-cookie"]?.replaceAll(/Expires=(?!Thu, 01 Jan 1970)[^;]*/g, "Expires=later") ?? JSON.parse(text),
    ];
    expect((await askOurs(app, asks)).map(essence)).toEqual((await real.ask(code, asks)).map(essence));
  });

  test("F14, G11: handlers of statuses and classes, and their order", async () => {
    const code = `
app = Flask('application')
class Base(Exception): pass
class Child(Base): pass
class Other(Exception): pass
def fail(error): raise error
app.add_url_rule('/base', 'base', lambda: fail(Base()))
app.add_url_rule('/child', 'child', lambda: fail(Child()))
app.add_url_rule('/other', 'other', lambda: fail(Other('hidden')))
app.add_url_rule('/404', '404', lambda: abort(404, 'gone away'))
app.add_url_rule('/403', '403', lambda: abort(403))
app.add_url_rule('/409', '409', lambda: abort(409))
app.add_url_rule('/response', 'response', lambda: abort(make_response('ready', 202)))
app.errorhandler(Base)(lambda e: (f'base {type(e).__name__}', 400))
app.errorhandler(404)(lambda e: (f'404 {e.description[:3]}', 404))
app.errorhandler(werkzeug.exceptions.HTTPException)(lambda e: (f'http {e.code}', e.code))
app.errorhandler(403)(lambda e: ('explicit', 200))
app.errorhandler(500)(lambda e: (f'500 {type(e.original_exception).__name__}', 500))
`;
    class Base extends Error {}
    class Child extends Base {}
    class Other extends Error {}
    const app = new Flask("/tmp");
    const fail = (error: Error): never => {
      throw error;
    };
    app.get("/base", () => fail(new Base()));
    app.get("/child", () => fail(new Child()));
    app.get("/other", () => fail(new Other("hidden")));
    app.get("/404", () => abort(404, "gone away"));
    app.get("/403", () => abort(403));
    app.get("/409", () => abort(409));
    app.get("/response", () => abort(makeResponse("ready", 202)));
    app.errorHandler(Base, (error) => [`base ${error.constructor.name}`, 400]);
    app.errorHandler(404, (error) => `404 ${error.description.slice(0, 3)}`);
    app.errorHandler(HTTPException, (error) => `http ${error.code}`);
    app.errorHandler(403, () => ["explicit", 200]);
    app.errorHandler(500, (error) => `500 ${(error.cause as Error).constructor.name}`);
    const asks = paths("/base /child /other /404 /403 /409 /response /nowhere");
    const essence = pick();
    expect((await askOurs(app, asks)).map(essence)).toEqual((await real.ask(code, asks)).map(essence));
  });

  test("F14: titles of error pages", async () => {
    const statuses = [
      [400, 401, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421, 422, 423, 424],
      [428, 429, 431, 451, 500, 501, 502, 503, 504, 505],
    ].flat();
    const theirs = await real.evaluate<readonly string[]>(
      `value = [werkzeug.exceptions.default_exceptions[code]().name for code in ${JSON.stringify(statuses)}]`,
    );
    expect(statuses.map((status) => new HTTPException(status).title)).toEqual(theirs);
  });

  test("F15: the hook that was added last runs first, and static files have hooks", async () => {
    const code = `
app = Flask('application', root_path=${JSON.stringify(new URL("app", import.meta.url).pathname)})
def hook(n):
  def run(response):
    response.headers['X-Order'] = response.headers.get('X-Order', '') + n
    return response
  return run
for n in '12': app.after_request(hook(n))
@app.route('/')
def index():
  @after_this_request
  def first(response): return hook('t')(response)
  return ''
`;
    const app = new Flask(new URL("app/x", import.meta.url).href);
    const hook =
      (n: string) =>
      (response: Response): Response => {
        response.headers.set("X-Order", (response.headers.get("X-Order") ?? "") + n);
        return response;
      };
    for (const n of "12") app.afterRequest(hook(n));
    app.get("/", () => {
      afterThisRequest(hook("t"));
      return "";
    });
    const asks = paths("/ /static/style.css /static/nothing.css /nowhere");
    const essence = ({ status, headers }: Answer): unknown => [status, headers["x-order"]];
    expect((await askOurs(app, asks)).map(essence)).toEqual((await real.ask(code, asks)).map(essence));
  });

  test("G30: views as classes", async () => {
    const code = `
from flask.views import View, MethodView
app = Flask('application')
class Page(View):
  methods = ['GET', 'PUT']
  def __init__(self, word): self.word = word
  def dispatch_request(self, id): return f'{self.word} {id} {request.method}'
class Api(MethodView):
  def get(self, id): return f'get {id}'
  def delete(self, id): return '', 204
app.add_url_rule('/page/<int:id>', view_func=Page.as_view('page', 'hello'))
app.add_url_rule('/api/<int:id>', view_func=Api.as_view('api'))
@app.route('/urls')
def urls(): return url_for('page', id=1) + url_for('api', id=2)
`;
    class Page extends View {
      static override methods = ["GET", "PUT"];
      readonly #word: string;
      constructor(word: string) {
        super();
        this.#word = word;
      }
      override dispatchRequest({ id }: { readonly id: number }): string {
        return `${this.#word} ${id} ${request.method}`;
      }
    }
    class Api extends MethodView {
      get({ id }: { readonly id: number }): string {
        return `get ${id}`;
      }
      delete(): readonly [string, number] {
        return ["", 204];
      }
    }
    const app = new Flask("/tmp");
    app.addUrlRule("/page/<int:id>", { viewFunc: Page.asView("page", "hello") });
    app.addUrlRule("/api/<int:id>", { viewFunc: Api.asView("api") });
    app.get("/urls", () => urlFor("page", { id: 1 }) + urlFor("api", { id: 2 }));
    const asks: readonly Ask[] = [
      ...["GET", "PUT", "POST", "HEAD"].map((method) => ({ path: "/page/7", method })),
      ...["GET", "DELETE", "POST", "HEAD"].map((method) => ({ path: "/api/7", method })),
      { path: "/urls" },
    ];
    const essence = ({ status, text, headers }: Answer): unknown => [
      status,
      status === 405 ? headers["allow"]!.split(", ").sort() : text,
    ];
    expect((await askOurs(app, asks)).map(essence)).toEqual((await real.ask(code, asks)).map(essence));
  });
});

describe("responses", () => {
  test("F13: the second argument of makeResponse is a status or headers, and never part of the body", () => {
    for (const second of [7, "created", { a: 1 }, ["x"]])
      expect(() => makeResponse("x", second as never)).toThrow(
        /^makeResponse\(body, status, headers\).*It got .* Fix: /,
      );
  });

  test("F13: what cannot be sent is an error that says so", async () => {
    const app = new Flask("/tmp");
    app.testing = true;
    app.get("/nothing", (() => undefined) as never);
    app.get("/undefined", () => jsonify(undefined));
    app.get("/set", () => jsonify({ tags: new Set(["a"]) }));
    app.get("/big", () => jsonify({ big: 12345678901234567890n }));
    await expect(app.testClient().get("/nothing")).rejects.toThrow(
      /^The view "\/nothing" did not return a valid response/,
    );
    await expect(app.testClient().get("/undefined")).rejects.toThrow(/jsonify\(value\) takes any JSON value/);
    await expect(app.testClient().get("/set")).rejects.toThrow(/A Set cannot be written as JSON\. Fix: \[\.\.\.set\]/);
    expect((await app.testClient().get("/big")).text).toBe('{"big":12345678901234567890}\n');
  });

  test("F14: the error that was not caught is the cause of the 500", async () => {
    const app = new Flask("/tmp");
    const causes: unknown[] = [];
    const failure = new Error("the database is away");
    app.get("/", () => {
      throw failure;
    });
    app.errorHandler(500, (error) => {
      causes.push(error.cause, error.originalException);
      return "sorry";
    });
    expect(await askOurs(app, [{ path: "/" }])).toMatchObject([{ status: 500, text: "sorry" }]);
    expect(causes).toEqual([failure, failure]);
  });

  test("G7: functions of the end run after errors too, and cannot take the answer away", async () => {
    const app = new Flask("/tmp");
    const seen: unknown[] = [];
    app.logger.write = () => {};
    app.teardownRequest((error) => void seen.push(error));
    app.teardownAppcontext(() => {
      seen.push("appcontext");
      throw new Error("closing failed");
    });
    const failure = new Error("boom");
    app.get("/", () => "fine");
    app.get("/boom", () => {
      throw failure;
    });
    const answers = await askOurs(app, [{ path: "/" }, { path: "/boom" }]);
    expect(answers.map(({ status }) => status)).toEqual([200, 500]);
    expect(seen).toEqual([null, "appcontext", failure, "appcontext"]);
    await app.appContext().run(() => seen.splice(0));
    expect(seen).toEqual(["appcontext"]);
  });

  test("G32: a stream has the request, part by part", async () => {
    const app = new Flask("/tmp");
    app.get("/", async function* parts() {
      yield request.path;
      await Promise.resolve();
      yield new TextEncoder().encode(request.args["q"]!);
    });
    app.get("/wrapped", () => {
      const parts = streamWithContext(
        (function* () {
          yield request.path;
        })(),
      );
      return new Response(ReadableStream.from(parts).pipeThrough(new TextEncoderStream()));
    });
    const answers = await askOurs(app, [{ path: "/?q=7" }, { path: "/wrapped" }]);
    expect(answers.map(({ text }) => text)).toEqual(["/7", "/wrapped"]);
    expect(answers[0]!.headers["content-type"]).toBe("text/html; charset=utf-8");
  });

  test("G5: status and headers of a response can be set", async () => {
    const app = new Flask("/tmp");
    app.get("/", () => {
      const response = makeResponse({ a: 1 });
      response.statusCode = 201;
      response.headers.set("X-A", "1");
      expect(response.ok).toBe(true);
      expect(() => (response.statusCode = 1)).toThrow(/from 100 to 599/);
      expect(() => response.setCookie("a b", "")).toThrow(/cannot have the name/);
      expect(() => response.setCookie("a", "", { sameSite: "Sometimes" as never })).toThrow(/It got "Sometimes"/);
      return response;
    });
    expect(await askOurs(app, [{ path: "/" }])).toMatchObject([
      { status: 201, text: '{"a":1}\n', headers: { "x-a": "1" } },
    ]);
  });
});
