import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { abort, Blueprint, Flask, g, renderTemplate, request, signals, urlFor } from "latchkey/flask";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askOurs, pythonWithFlask, RealFlask } from "../support/real-flask.ts";

let real: RealFlask;
beforeAll(() => {
  if (pythonWithFlask !== undefined) real = new RealFlask(pythonWithFlask);
});
afterAll(() => real?.close());

const CODE = `
app = Flask('application')
log = []
def note(word):
  def run(*args):
    log.append(word)
    return args[0] if args and hasattr(args[0], 'headers') else None
  return run
def ended(word):
  def run(error): log.append(word)
  return run
outer = Blueprint('outer', 'outer', url_prefix='/outer')
inner = Blueprint('inner', 'inner', url_prefix='/inner')
for thing, name in [(app, 'app'), (outer, 'outer'), (inner, 'inner')]:
  for n in '12':
    thing.before_request(note(f'before {name} {n}'))
    thing.after_request(note(f'after {name} {n}'))
    thing.teardown_request(ended(f'teardown {name} {n}'))
outer.before_app_request(note('before_app'))
app.teardown_appcontext(ended('appcontext'))
@app.route('/')
def index():
  return url_for('.index') + ' ' + url_for('outer.page') + ' ' + url_for('outer.inner.page', id=7)
@outer.route('/page')
def page():
  return f"{url_for('.page')} {url_for('.inner.page', id=1)} {url_for('index')} {request.blueprint} {request.blueprints} {request.endpoint}"
@outer.route('')
def bare(): return 'bare'
@inner.route('/page/<int:id>')
def page(id): return f"{url_for('.page', id=id)} {request.blueprint} {request.blueprints}"
@inner.route('/missing')
def missing(): abort(404)
@inner.route('/conflict')
def conflict(): abort(409)
@outer.route('/missing')
def missing(): abort(404)
@app.errorhandler(404)
def app404(e): return 'app 404', 404
@outer.errorhandler(404)
def outer404(e): return 'outer 404', 404
@inner.errorhandler(409)
def inner409(e): return 'inner 409', 409
@app.route('/log')
def get_log():
  text = ' '.join(log).replace('\\n', '')
  log.clear()
  return text
outer.register_blueprint(inner)
app.register_blueprint(outer)
app.register_blueprint(outer, name='again', url_prefix='/again')
`;

function createApp(): Flask {
  const app = new Flask("/tmp");
  const log: string[] = [];
  const outer = new Blueprint("outer", "/tmp", { urlPrefix: "/outer" });
  const inner = new Blueprint("inner", "/tmp", { urlPrefix: "/inner" });
  for (const [thing, name] of [
    [app, "app"],
    [outer, "outer"],
    [inner, "inner"],
  ] as const)
    for (const n of "12") {
      thing.beforeRequest(() => void log.push(`before ${name} ${n}`));
      thing.afterRequest((response) => {
        log.push(`after ${name} ${n}`);
        return response;
      });
      thing.teardownRequest(() => void log.push(`teardown ${name} ${n}`));
    }
  outer.beforeAppRequest(() => void log.push("before_app"));
  app.teardownAppcontext(() => void log.push("appcontext"));
  const list = (names: readonly string[]): string => `[${names.map((name) => `'${name}'`).join(", ")}]`;
  app.route("/", function index() {
    return `${urlFor(".index")} ${urlFor("outer.page")} ${urlFor("outer.inner.page", { id: 7 })}`;
  });
  outer.route("/page", function page() {
    return `${urlFor(".page")} ${urlFor(".inner.page", { id: 1 })} ${urlFor("index")} ${request.blueprint} ${list(request.blueprints)} ${request.endpoint}`;
  });
  outer.route("", function bare() {
    return "bare";
  });
  inner.route("/page/<int:id>", function page({ id }) {
    return `${urlFor(".page", { id })} ${request.blueprint} ${list(request.blueprints)}`;
  });
  inner.route("/missing", function missing() {
    return abort(404);
  });
  inner.route("/conflict", function conflict() {
    return abort(409);
  });
  outer.route("/missing", function missing() {
    return abort(404);
  });
  app.errorHandler(404, () => "app 404");
  outer.errorHandler(404, () => "outer 404");
  inner.errorHandler(409, () => "inner 409");
  app.route("/log", function getLog() {
    return log.splice(0).join(" ");
  });
  outer.registerBlueprint(inner);
  app.registerBlueprint(outer);
  app.registerBlueprint(outer, { name: "again", urlPrefix: "/again" });
  return app;
}

test.skipIf(pythonWithFlask === undefined)(
  "G1, F15: blueprints, nested, with hooks, handlers and endpoints, are as in the real Flask",
  async () => {
    const asks = [
      "/",
      "/log",
      "/outer/page",
      "/log",
      "/outer",
      "/outer/",
      "/outer/inner/page/7",
      "/log",
      "/outer/inner/missing",
      "/outer/inner/conflict",
      "/outer/missing",
      "/outer/nowhere",
      "/nowhere",
      "/log",
      "/again/page",
      "/again/inner/page/1",
      "/log",
    ].map((path) => ({ path }));
    const theirs = await real.ask(CODE, asks);
    const ours = await askOurs(createApp(), asks);
    expect(ours.map(({ status, text }, index) => [asks[index]!.path, status, text])).toEqual(
      // Its page for 404 of `/outer/` is the application's, as ours.
      theirs.map(({ status, text }, index) => [asks[index]!.path, status, text]),
    );
  },
);

describe("a blueprint", () => {
  test("G1, G23: has static files, templates, commands and values of its own", async () => {
    const folder = mkdtempSync(join(tmpdir(), "latchkey-blueprint-"));
    for (const name of ["templates", "static", "pages", "files"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "templates/shared.html"), "application");
    writeFileSync(join(folder, "pages/shared.html"), "blueprint");
    writeFileSync(join(folder, "pages/own.html"), "own {{ word }} {{ other }}");
    writeFileSync(join(folder, "files/a.css"), "a {}");
    const app = new Flask(folder);
    const shop = new Blueprint("shop", folder, {
      urlPrefix: "/<lang>/shop",
      templateFolder: "pages",
      staticFolder: "files",
    });
    shop.urlValuePreprocessor((_, values) => {
      g["lang"] = values?.["lang"];
      delete values?.["lang"];
    });
    shop.urlDefaults((_, values) => {
      values["lang"] ??= g["lang"];
    });
    shop.contextProcessor(() => ({ word: "word" }));
    shop.appContextProcessor(() => ({ other: "everywhere" }));
    shop.get("/", function index(values) {
      return `${String(g["lang"])} ${Object.keys(values).join()} ${urlFor(".index")} ${urlFor(".static", { filename: "a.css" })}`;
    });
    shop.get("/shared", function shared() {
      return renderTemplate("shared.html");
    });
    shop.get("/own", function own() {
      return renderTemplate("own.html");
    });
    shop.cli.command("restock <count>", (count: string) => process.stdout.write(`restocked ${count}\n`));
    app.registerBlueprint(shop);
    app.get("/elsewhere", () => renderTemplate("own.html"));
    const answers = await askOurs(
      app,
      ["/de/shop/", "/de/shop/shared", "/de/shop/own", "/de/shop/files/a.css", "/elsewhere"].map((path) => ({ path })),
    );
    expect(answers.map(({ text }) => text)).toEqual([
      "de  /de/shop/ /de/shop/files/a.css",
      "application",
      "own word everywhere",
      "a {}",
      "own  everywhere",
    ]);
    expect(await app.testCliRunner().invoke(["shop", "restock", "7"])).toMatchObject({
      exitCode: 0,
      output: "restocked 7\n",
    });
  });

  test("G1: what comes too late, twice or with a wrong name is refused", () => {
    const app = new Flask("/tmp");
    const shop = new Blueprint("shop", "/tmp");
    app.registerBlueprint(shop);
    expect(() => shop.get("/late", () => "")).toThrow(/after it had been registered/);
    expect(() => app.registerBlueprint(shop)).toThrow(/The name "shop" is that of this blueprint.*\{ name: /);
    expect(() => app.registerBlueprint(new Blueprint("shop", "/tmp"))).toThrow(/of another blueprint/);
    expect(() => new Blueprint("a.b", "/tmp")).toThrow(/has no dot/);
    expect(() => new Blueprint("a", "/tmp").get("/", { endpoint: "a.b" }, () => "")).toThrow(/has a dot/);
    expect(() => new Blueprint("a", "/tmp").registerBlueprint({} as never)).toThrow(/takes a Blueprint/);
  });
});

test("G33: signals are channels of Flask's names", async () => {
  const seen: string[] = [];
  const listeners = Object.entries(signals).map(([name, channel]) => {
    const listen = (): void => void seen.push(name);
    channel.subscribe(listen);
    return () => channel.unsubscribe(listen);
  });
  const app = new Flask("/tmp");
  app.get("/", () => "");
  app.get("/boom", () => {
    throw new Error("boom");
  });
  await askOurs(app, [{ path: "/" }, { path: "/boom" }]);
  for (const stop of listeners) stop();
  const around = (middle: readonly string[]): readonly string[] => [
    "appcontextPushed",
    "requestStarted",
    ...middle,
    "requestTearingDown",
    "appcontextTearingDown",
    "appcontextPopped",
  ];
  expect(seen).toEqual([...around(["requestFinished"]), ...around(["gotRequestException", "requestFinished"])]);
});
