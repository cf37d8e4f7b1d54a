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
  makeResponse,
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
    expect(given.map((each) => `${escape(each)}`)).toEqual(theirs);
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

test("G35: JSON that another program writes is a response of its own", async () => {
  const app = new Flask(folder);
  const dumps = (value: unknown): string => JSON.stringify(value, Object.keys(value as object).sort(), 2);
  app.get("/", () => makeResponse(dumps({ b: 1, a: 2 }), { "Content-Type": "application/json" }));
  const [answer] = await askOurs(app, [{ path: "/" }]);
  expect(answer).toMatchObject({
    status: 200,
    text: '{\n  "a": 2,\n  "b": 1\n}',
    headers: { "content-type": "application/json" },
  });
});

test("G36: an endpoint can have a name that JavaScript reserves", async () => {
  const app = new Flask(folder);
  app.route("/delete", { endpoint: "delete" }, function remove() {
    return `${urlFor("delete")} ${request.endpoint}`;
  });
  expect(texts(await askOurs(app, [{ path: "/delete" }]))).toEqual([[200, "/delete delete"]]);
});
