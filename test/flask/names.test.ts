import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Markup } from "latchkey";
import {
  Blueprint,
  escape,
  float,
  Flask,
  g,
  jsonify,
  JSONProvider,
  renderTemplate,
  renderTemplateString,
  request,
  session,
  urlFor,
} from "latchkey/flask";
import { generateSecretKey } from "latchkey/keys";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askOurs, pythonWithFlask, RealFlask, type Ask, type Answer } from "../support/real-flask.ts";

const folder = mkdtempSync(join(tmpdir(), "latchkey-names-"));
const FILES = {
  "page.html": "{% extends 'frame.html' %}{% block body %}{{ word }} {{ own }}{% endblock %}",
  "frame.html":
    "<title>{{ site }}</title>{% block body %}{% endblock %}{% from 'macros.html' import footer with context %}{{ footer() }}",
  "macros.html": "{% macro footer() %}<i>{{ site }}</i>{% endmacro %}",
  "sum.html":
    "<title>{{ kind }}</title><script>send({{ url_for('add')|tojson }}, {{ note|tojson }});</script>{% for each in kinds %}<a href=\"{{ url_for('index', kind=each) }}\">{% if each == kind %}<b>{{ each }}</b>{% endif %}</a>{% endfor %}",
};

let real: RealFlask;
beforeAll(() => {
  mkdirSync(join(folder, "templates"));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, "templates", name), text);
  if (pythonWithFlask !== undefined) real = new RealFlask(pythonWithFlask);
});
afterAll(() => {
  real?.close();
  rmSync(folder, { recursive: true });
});

const ROOT = JSON.stringify(folder);
const texts = (answers: readonly Answer[]): unknown => answers.map(({ status, text }) => [status, text]);
async function expectAlike(app: Flask, python: string, asks: readonly (string | Ask)[]): Promise<void> {
  const all = asks.map((ask) => (typeof ask === "string" ? { path: ask } : ask));
  expect(texts(await askOurs(app, all))).toEqual(texts(await real.ask(python, all)));
}

describe.skipIf(pythonWithFlask === undefined)("as the real Flask", () => {
  test("G3: context processors give variables to pages, error pages and macros, and views win", async () => {
    const app = new Flask(folder);
    const shop = new Blueprint("shop", folder, { urlPrefix: "/shop" });
    app.contextProcessor(() => ({ site: "Site <1>", word: "app" }));
    app.contextProcessor(() => ({ own: request.path }));
    shop.contextProcessor(() => ({ word: "shop" }));
    app.get("/", () => renderTemplate("page.html"));
    app.get("/given", () => renderTemplate("page.html", { word: "given" }));
    shop.get("/", () => renderTemplate("page.html"));
    app.errorHandler(404, () => [renderTemplate("page.html"), 404]);
    app.registerBlueprint(shop);
    await expectAlike(
      app,
      `
app = Flask('application', root_path=${ROOT})
shop = Blueprint('shop', 'shop', url_prefix='/shop')
app.context_processor(lambda: {'site': 'Site <1>', 'word': 'app'})
app.context_processor(lambda: {'own': request.path})
shop.context_processor(lambda: {'word': 'shop'})
app.add_url_rule('/', 'a', lambda: render_template('page.html'))
app.add_url_rule('/given', 'b', lambda: render_template('page.html', word='given'))
shop.add_url_rule('/', 'c', lambda: render_template('page.html'))
app.register_error_handler(404, lambda error: (render_template('page.html'), 404))
app.register_blueprint(shop)
`,
      ["/", "/given", "/shop/", "/nowhere"],
    );
  });

  test("G4: renderTemplateString escapes, and knows the names of a template", async () => {
    const app = new Flask(folder);
    app.get("/<name>", { endpoint: "hello" }, ({ name }) =>
      renderTemplateString(
        "Hello {{ name }} {{ url_for('hello', name='x') }} {% include 'macros.html' %}{{ request.method }}",
        {
          name: `<${name}>`,
        },
      ),
    );
    await expectAlike(
      app,
      `
app = Flask('application', root_path=${ROOT})
@app.get('/<name>')
def hello(name):
  return render_template_string("Hello {{ name }} {{ url_for('hello', name='x') }} {% include 'macros.html' %}{{ request.method }}", name=f'<{name}>')
`,
      ["/ada", "/%3Cb%3E"],
    );
  });

  test("G6: filters, tests and functions of the application's own", async () => {
    const app = new Flask(folder);
    const shop = new Blueprint("shop", folder);
    app.templateFilter("backwards", (text: string) => [...text].reverse().join(""));
    app.templateFilter("times", (text: string, { n = 2 }: { n?: number } = {}) => text.repeat(n));
    app.templateTest("late", (hour: number) => hour > 20);
    app.templateGlobal("bold", (text: string) => new Markup(`<b>${text}</b>`));
    app.templateGlobal("version", 7);
    shop.appTemplateFilter("loud", (text: string) => text.toUpperCase());
    app.registerBlueprint(shop);
    const text =
      "{{ 'ab<'|backwards }} {{ 'x'|times }} {{ 'x'|times(n=3) }} {{ 21 is late }} {{ 7 is late }} {{ bold('a') }} {{ version }} {{ 'a'|loud }}";
    app.get("/", () => renderTemplateString(text));
    await expectAlike(
      app,
      `
from markupsafe import Markup
app = Flask('application', root_path=${ROOT})
shop = Blueprint('shop', 'shop')
app.add_template_filter(lambda text: text[::-1], 'backwards')
@app.template_filter()
def times(text, n=2): return text * n
@app.template_test()
def late(hour): return hour > 20
@app.template_global()
def bold(text): return Markup(f'<b>{text}</b>')
app.jinja_env.globals['version'] = 7
shop.add_app_template_filter(lambda text: text.upper(), 'loud')
app.register_blueprint(shop)
app.add_url_rule('/', 'index', lambda: render_template_string(${JSON.stringify(text)}))
`,
      ["/"],
    );
  });

  test("escape is that of MarkupSafe", async () => {
    const given = ["<b>'\"&</b>", "plain", "&amp;", "ä 🐎", "", 7, 1.5, true, null];
    const theirs = await real.evaluate<string[]>(
      `from markupsafe import escape\nvalue = [str(escape(each)) for each in json.loads(${JSON.stringify(JSON.stringify(given))})]`,
    );
    expect(given.map((each) => escape(each).toString())).toEqual(theirs);
    expect(escape(escape("<b>")).html).toBe("&lt;b&gt;");
  });

  test("G34: urlDefaults fills in what the rule needs", async () => {
    const app = new Flask(folder);
    app.urlValuePreprocessor((_, values) => {
      g["lang"] = values?.["lang"];
      delete values?.["lang"];
    });
    app.urlDefaults((endpoint, values) => {
      if (endpoint !== "static") values["lang"] ??= g["lang"] ?? "en";
    });
    app.get("/<lang>/", function index() {
      return `${urlFor("about")} ${urlFor("about", { lang: "fr" })} ${urlFor("static", { filename: "a.css" })}`;
    });
    app.get("/<lang>/about", { endpoint: "about" }, () => String(g["lang"]));
    await expectAlike(
      app,
      `
app = Flask('application', root_path=${ROOT})
@app.url_value_preprocessor
def pull(endpoint, values): g.lang = (values or {}).pop('lang', None)
@app.url_defaults
def add(endpoint, values):
  if endpoint != 'static': values.setdefault('lang', g.lang or 'en')
@app.get('/<lang>/')
def index(): return f"{url_for('about')} {url_for('about', lang='fr')} {url_for('static', filename='a.css')}"
@app.get('/<lang>/about')
def about(): return g.lang
`,
      ["/de/", "/de/about"],
    );
  });

  test("F22, G13, G14: a page with a script, a choice in its address, and numbers of a form", async () => {
    const app = new Flask(folder);
    const kinds = ["fetch", "xhr"];
    const index = ({ kind }: { kind: string }): string =>
      renderTemplate("sum.html", { kind, kinds, note: "</script><b>'\"&" });
    app.route("/<any(xhr, fetch):kind>", { endpoint: "index" }, index);
    app.route("/", { endpoint: "index", defaults: { kind: "fetch" } }, index);
    app.post("/add", { endpoint: "add" }, () => {
      const [a, b] = ["a", "b"].map((name) => request.form.get(name, 0, { type: float }));
      return jsonify(a! + b! > 5.25);
    });
    const add = (body: string): Ask => ({
      path: "/add",
      method: "POST",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body,
    });
    await expectAlike(
      app,
      `
app = Flask('application', root_path=${ROOT})
@app.route('/', defaults={'kind': 'fetch'})
@app.route('/<any(xhr, fetch):kind>')
def index(kind): return render_template('sum.html', kind=kind, kinds=['fetch', 'xhr'], note='</script><b>\\'"&')
@app.post('/add')
def add():
  a = request.form.get('a', 0, type=float)
  b = request.form.get('b', 0, type=float)
  return jsonify(a + b > 5.25)
`,
      ["/", "/xhr", add("a=2.5&b=3"), add("a=2&b=x"), add(""), add("a=1e1")],
    );
  });

  test("G35: app.json says how JSON is written and read", async () => {
    class Provider extends JSONProvider {
      override default(value: unknown): unknown {
        if (value instanceof Set) return [...value];
        return value instanceof Date ? value.getTime() / 1000 : super.default(value);
      }
      override loads(text: string): unknown {
        return { read: JSON.parse(text) as unknown };
      }
    }
    const app = new Flask(folder);
    app.json = new Provider();
    app.json.sortKeys = true;
    app.json.ensureAscii = true;
    app.json.mimetype = "application/vnd.api+json";
    const value = { b: "é 🐎", a: [new Set([1]), new Date(1000)], c: { z: 1, y: null } };
    app.get("/", () => jsonify(value));
    app.get("/object", () => value);
    app.post("/", { endpoint: "post" }, () => jsonify(request.json, request.getJson({ force: true })));
    const python = `
from datetime import datetime, timezone
from flask.json.provider import DefaultJSONProvider
class Provider(DefaultJSONProvider):
  def default(self, value):
    if isinstance(value, set): return list(value)
    return int(value.timestamp()) if isinstance(value, datetime) else super().default(value)
  def loads(self, text, **options): return {'read': super().loads(text, **options)}
app = Flask('application', root_path=${ROOT})
app.json = Provider(app)
app.json.mimetype = 'application/vnd.api+json'
value = {'b': 'é 🐎', 'a': [{1}, datetime.fromtimestamp(1, timezone.utc)], 'c': {'z': 1, 'y': None}}
app.add_url_rule('/', 'get', lambda: jsonify(value))
app.add_url_rule('/object', 'object', lambda: value)
app.add_url_rule('/', 'post', lambda: jsonify(request.json, request.get_json(force=True)), methods=['POST'])
`;
    const asks: readonly Ask[] = [
      { path: "/" },
      { path: "/object" },
      { path: "/", method: "POST", headers: { "Content-Type": "application/json" }, body: '{"x":[1]}' },
      { path: "/", method: "POST", headers: { "Content-Type": "application/json" }, body: "{bad" },
    ];
    const essence = (answers: readonly Answer[]): unknown =>
      answers.map(({ status, text, headers }) => [status, ...(status === 200 ? [headers["content-type"], text] : [])]);
    expect(essence(await askOurs(app, asks))).toEqual(essence(await real.ask(python, asks)));
  });

  test("G35: the filter tojson asks the default of app.json, as in Flask", async () => {
    class Point {
      readonly x: number;
      constructor(x: number) {
        this.x = x;
      }
    }
    class Provider extends JSONProvider {
      override default(value: unknown): unknown {
        if (value instanceof Set) return [...(value as Set<string>)].sort((one, other) => (one < other ? -1 : 1));
        if (value instanceof Point) return { point: value.x };
        return value instanceof Date ? value.getTime() / 1000 : super.default(value);
      }
    }
    const page =
      "{{ value|tojson }} {{ value|tojson(indent=2) }} {{ {'a': value.b}|tojson }} {{ [1.0, 2.5]|tojson }} {{ {1: 'a'}|tojson }}";
    const app = new Flask(folder);
    app.json = new Provider();
    app.get("/", () =>
      renderTemplateString(page, {
        value: { b: new Set(["</b>", "é"]), a: [new Date(1000), new Point(1)], c: { z: 1, y: null } },
      }),
    );
    const python = `
from datetime import datetime, timezone
from flask.json.provider import DefaultJSONProvider
class Point:
  def __init__(self, x): self.x = x
class Provider(DefaultJSONProvider):
  def default(self, value):
    if isinstance(value, set): return sorted(value)
    if isinstance(value, Point): return {'point': value.x}
    return int(value.timestamp()) if isinstance(value, datetime) else super().default(value)
app = Flask('application', root_path=${ROOT})
app.json = Provider(app)
value = {'b': {'</b>', 'é'}, 'a': [datetime.fromtimestamp(1, timezone.utc), Point(1)], 'c': {'z': 1, 'y': None}}
app.add_url_rule('/', 'get', lambda: render_template_string(${JSON.stringify(page)}, value=value))
`;
    const [ours] = await askOurs(app, [{ path: "/" }]);
    const [theirs] = await real.ask(python, [{ path: "/" }]);
    expect([ours!.status, ours!.text]).toEqual([theirs!.status, theirs!.text]);
  });

  test("G35: the filter tojson uses a dumps of its own, also one that is set later", async () => {
    const page = "{{ value|tojson }}|{{ [1.0, '<i>'|safe, {2: none}]|tojson(indent=2) }}";
    const app = new Flask(folder);
    app.get("/", () => renderTemplateString(page, { value: { b: "é</b>" } }));
    const read = async (): Promise<string> => (await askOurs(app, [{ path: "/" }]))[0]!.text;
    const python = `
from flask.json.provider import DefaultJSONProvider
class Provider(DefaultJSONProvider):
  def dumps(self, value, **options): return "<'own' & " + __import__('json').dumps(value, separators=(',', ':')) + '>'
app = Flask('application', root_path=${ROOT})
OWN
app.add_url_rule('/', 'get', lambda: render_template_string(${JSON.stringify(page.replace("1.0", "1"))}, value={'b': 'é</b>'}))
`;
    const theirs = async (own: string): Promise<string> =>
      (await real.ask(python.replace("OWN", own), [{ path: "/" }]))[0]!.text;
    expect(await read()).toBe((await theirs("")).replace("\n  1,", "\n  1.0,"));
    app.json.dumps = (value) =>
      `<'own' & ${JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u00${unit.charCodeAt(0).toString(16)}`)}>`;
    expect(await read()).toBe(await theirs("app.json = Provider(app)"));
  });

  test("G35: the client for tests writes and reads JSON by app.json, as Flask's", async () => {
    class Provider extends JSONProvider {
      override dumps(value: unknown): string {
        return super.dumps({ wrapped: value });
      }
      override loads(text: string): unknown {
        return { read: JSON.parse(text) as unknown };
      }
    }
    const app = new Flask(folder);
    app.json = new Provider();
    app.post("/", () => [request.getData({ asText: true }), { "Content-Type": "application/json" }]);
    const client = app.testClient();
    expect((await client.post("/", { json: { big: 12345678901234567890n } })).json).toEqual({
      read: { wrapped: { big: expect.anything() as unknown } },
    });
    const python = `
from flask.json.provider import DefaultJSONProvider
class Provider(DefaultJSONProvider):
  def dumps(self, value, **options): return super().dumps({'wrapped': value}, **options)
  def loads(self, text, **options): return {'read': super().loads(text, **options)}
app = Flask('application', root_path=${ROOT})
app.json = Provider(app)
app.add_url_rule('/echo', 'echo', lambda: (request.get_data(), {'Content-Type': 'application/json'}), methods=['POST'])
app.add_url_rule('/', 'get', lambda: __import__('json').dumps(app.test_client().post('/echo', json={'a': 1}).json))
`;
    const [theirs] = await real.ask(python, [{ path: "/" }]);
    expect((await client.post("/", { json: { a: 1 } })).json).toEqual(JSON.parse(theirs!.text));
    const plain = new Flask(folder);
    plain.post("/", () => ({ set: request.json.at }));
    expect((await plain.testClient().post("/", { json: { at: new Date(1000) } })).json).toEqual({
      set: "1970-01-01T00:00:01.000Z",
    });
    await expect(plain.testClient().post("/", { json: new Set([1]) })).rejects.toThrow(
      /A Set cannot be written as JSON/,
    );
  });

  test("F9: a session cookie that cannot be used is left alone by a page that only reads", async () => {
    const key = generateSecretKey();
    const app = new Flask(folder);
    app.config["SECRET_KEY"] = key;
    app.get("/read", () => String(session.get("a")));
    app.get("/untouched", () => "");
    const python = `
app = Flask('application', root_path=${ROOT})
app.secret_key = ${JSON.stringify(key)}
app.add_url_rule('/read', 'read', lambda: str(session.get('a')))
app.add_url_rule('/untouched', 'untouched', lambda: '')
`;
    const foreign = "eyJhIjoxfQ.TgPVoQ.iTkidb2VdXqpfbix2ikCQpMlV-w";
    const asks = ["garbage", foreign, `${foreign}; session=garbage`].flatMap((cookie) =>
      ["/read", "/untouched"].map((path) => ({ path, headers: { Cookie: `session=${cookie}` } })),
    );
    const cookies = (answers: readonly Answer[]): unknown => answers.map(({ headers }) => headers["set-cookie"]);
    expect(cookies(await askOurs(app, asks))).toEqual(asks.map(() => undefined));
    expect(cookies(await real.ask(python, asks, false))).toEqual(asks.map(() => undefined));
  });
});

test("G35: what no JSON has is an error, unless the provider says otherwise, and the provider is checked", () => {
  const provider = new JSONProvider();
  expect(provider.dumps({ when: new Date(0), big: 2n ** 70n })).toBe(
    '{"when":"1970-01-01T00:00:00.000Z","big":1180591620717411303424}',
  );
  provider.sortKeys = true;
  expect(provider.dumps({ big: 2n ** 70n, a: [{ c: 1, b: 2 }] })).toBe(
    '{"a":[{"b":2,"c":1}],"big":1180591620717411303424}',
  );
  for (const [value, fix] of [
    [new Set([1]), "[...set]"],
    [new Map(), "Object.fromEntries(map)"],
    [Promise.resolve(1), "await it first"],
  ] as const)
    expect(() => provider.dumps({ a: [value] })).toThrow(`cannot be written as JSON. Fix: ${fix}.`);
  const app = new Flask(folder);
  expect(() => {
    app.json = { dumps: 1 } as never;
  }).toThrow("app.json is a JSONProvider. It got an object. Fix: app.json = new MyProvider()");
});

test("G36: an endpoint can have a name that JavaScript reserves", async () => {
  const app = new Flask(folder);
  app.route("/delete", { endpoint: "delete" }, function remove() {
    return `${urlFor("delete")} ${request.endpoint}`;
  });
  expect(texts(await askOurs(app, [{ path: "/delete" }]))).toEqual([[200, "/delete delete"]]);
});
