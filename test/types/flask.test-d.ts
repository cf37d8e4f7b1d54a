import {
  abort,
  Blueprint,
  Flask,
  flash,
  g,
  getFlashedMessages,
  int,
  jsonify,
  makeResponse,
  redirect,
  renderTemplate,
  request,
  sendFile,
  session,
  urlFor,
  type FlaskRequest,
  type MultiDict,
  type ViewArguments,
  type ViewResult,
} from "latchkey/flask";
import { expectTypeOf, test } from "vitest";

declare const app: Flask;

test("F22: the arguments of a view follow from its rule", () => {
  expectTypeOf<ViewArguments<"/user/<int:id>/<name>">>().toExtend<{ readonly id: number; readonly name: string }>();
  expectTypeOf<ViewArguments<"/<any(en, de):lang>">["lang"]>().toEqualTypeOf<"en" | "de">();
  expectTypeOf<ViewArguments<'/<any("a","b"):lang>'>["lang"]>().toEqualTypeOf<"a" | "b">();
  expectTypeOf<ViewArguments<"/<int(min=1):n>">["n"]>().toEqualTypeOf<number>();
  expectTypeOf<ViewArguments<"/<string(length=2):lang>">["lang"]>().toEqualTypeOf<string>();
  expectTypeOf<ViewArguments<"/<int:year>-<int:month>.<ext>">>().toExtend<{
    year: number;
    month: number;
    ext: string;
  }>();
  app.get("/<int:id>", { defaults: { page: 1 } }, ({ id, page }) => {
    expectTypeOf(id).toEqualTypeOf<number>();
    expectTypeOf(page).toEqualTypeOf<number>();
    return "";
  });
  // @ts-expect-error the rule has no such variable
  app.get("/<int:id>", ({ name }) => String(name));
  // @ts-expect-error a view returns something
  app.get("/", () => undefined);
});

test("F22: lines of ports that are wrong are seen", () => {
  // @ts-expect-error "POST" is a list
  app.route("/", { methods: "POST" }, () => "");
  // @ts-expect-error the setting is always on
  app.config.SESSION_COOKIE_HTTPONLY = false;
  // @ts-expect-error a list
  app.config.TRUSTED_HOSTS = "example.com";
  // @ts-expect-error a status is a number, or begins with one
  expectTypeOf<readonly [string, "created"]>().toExtend<readonly [string, 201 | `${number} ${string}`]>();
  expectTypeOf<[string, 201]>().toExtend<ViewResult>();
  expectTypeOf<[string, { "X-A": string }]>().toExtend<ViewResult>();
});

// Each line is one that somebody writes who knows Flask, or who has mistyped it. A misspelt setting
// is refused when it is set, because an application may have settings of its own.
test("F22: nearly fifty more of them are", () => {
  // @ts-expect-error
  new Flask();
  // @ts-expect-error
  new Flask(import.meta.url, { staticfolder: "x" });
  // @ts-expect-error
  app.get("/x");
  // @ts-expect-error
  app.errorHandler("404", () => "");
  // @ts-expect-error
  app.errorHandler(404);
  // @ts-expect-error
  urlFor("x", { _external: "yes" });
  // @ts-expect-error
  urlFor("x", { _anchor: 1 });
  // @ts-expect-error
  urlFor();
  // @ts-expect-error
  redirect(302);
  // @ts-expect-error
  redirect("/x", "302");
  // @ts-expect-error
  abort("404");
  // @ts-expect-error
  flash();
  // @ts-expect-error
  getFlashedMessages(true);
  // @ts-expect-error
  renderTemplate("x.html", "user");
  // @ts-expect-error
  app.config.SESSION_COOKIE_SAMESITE = "Laxx";
  // @ts-expect-error
  app.config.PERMANENT_SESSION_LIFETIME = "1 day";
  // @ts-expect-error
  app.config.SESSION_COOKIE_SECURE = "yes";
  // @ts-expect-error
  app.config.MAX_CONTENT_LENGTH = "1M";
  // @ts-expect-error
  session.modified = "yes";
  // @ts-expect-error
  session.permanent = 1;
  // @ts-expect-error
  request.args.get("n", 1, int);
  // @ts-expect-error
  request.form.getlist();
  // @ts-expect-error
  app.get("/u/<int:id>", ({ id }) => id.toUpperCase());
  // @ts-expect-error
  app.get("/", () => 7);
  // @ts-expect-error
  app.get("/", () => null);
  // @ts-expect-error
  makeResponse("x", "y").setCookie("a", 1);
  // @ts-expect-error
  makeResponse("x").setCookie("a", "b", { max_age: 1 });
  // @ts-expect-error
  app.beforeRequest("x");
  // @ts-expect-error
  new Blueprint("auth", { urlPrefix: "/x" });
  // @ts-expect-error
  app.registerBlueprint("auth");
  // @ts-expect-error
  app.registerBlueprint(new Blueprint("a", "x"), { url_prefix: "/x" });
  // @ts-expect-error
  request.method = "POST";
  // @ts-expect-error
  void app.run(8000);
  // @ts-expect-error
  void app.run({ port: "8000" });
  // @ts-expect-error
  void sendFile("x", { as_attachment: true });
  // @ts-expect-error
  app.config.SECRET_KEY = 7;
  // @ts-expect-error
  app.config.SECRET_KEY_FALLBACKS = "old";
  // @ts-expect-error
  app.templateFilter((x: string) => x);
  // @ts-expect-error
  app.cli.command("init-db");
  // @ts-expect-error
  request.getJson({ slient: true });
  // @ts-expect-error
  void app.testClient().get("/", { form: {} });
  // @ts-expect-error
  jsonify({ a: 1 }).statusCode = "201";
  // @ts-expect-error
  app.addUrlRule("/x", "index");
  // @ts-expect-error
  app.config.DEBUG = "1";
  // @ts-expect-error
  app.debug = "true";
  // @ts-expect-error
  String(request.files["a"].filname);
  // @ts-expect-error
  String(g.user.name);
});

test("G14, G19: requests and sessions have Flask's members", () => {
  expectTypeOf(request.args).toEqualTypeOf<MultiDict>();
  expectTypeOf(request.args.get("n")).toEqualTypeOf<string | null>();
  expectTypeOf(request.args.get("n", 1, { type: Number })).toEqualTypeOf<number>();
  expectTypeOf(request.form["name"]).toEqualTypeOf<string | undefined>();
  expectTypeOf<FlaskRequest["remoteAddr"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf(session.modified).toEqualTypeOf<boolean>();
});
