import { Blueprint, currentApp, g, renderTemplate, renderTemplateString, request } from "latchkey/flask";
import { FOLDER, newApp, type Configuration } from "../configuration.ts";
import { show } from "../show.ts";

const TEXTS: Readonly<Record<string, string>> = {
  context: "{{ brand }} {{ user }} {{ path_length }}",
  override: "{{ user }}",
  function: "{{ twice(4) }}",
  filter: "{{ 'abc'|shout }} {{ 'abc'|shout('?') }} {{ 'abc'|shout(mark='.') }} {{ 'abc'|backwards }} {{ 8|half|int }}",
  test: "{{ 'yes' if 2 is tiny else 'no' }}{{ 'yes' if 5 is not tiny else 'no' }}",
  global: "{{ add(1) }} {{ add(1, 2) }} {{ add(1, b=3) }} {{ answer() }} {{ fixed }}",
  g: "{{ g.counter }}",
};
/** A named argument comes as the last one, in an object. */
const named = (value: unknown, name: string, otherwise: unknown): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : (value ?? otherwise);

/** What an application adds to its templates. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    const shop = new Blueprint("shop", FOLDER, { urlPrefix: "/shop" });
    app.contextProcessor(() => ({ brand: "Latch", user: "nobody", twice: (x: number) => x * 2 }));
    app.contextProcessor(() => ({ path_length: request.path.length }));
    shop.contextProcessor(() => ({ brand: "Shop" }));
    app.templateFilter("shout", (text: string, mark: unknown) => text.toUpperCase() + String(named(mark, "mark", "!")));
    app.templateFilter("backwards", (text: string) => [...text].toReversed().join(""));
    app.templateTest("tiny", (number: number) => number < 3);
    app.templateGlobal("add", (a: number, b: unknown) => a + Number(named(b, "b", 10)));
    app.templateGlobal("answer", () => 42);
    app.templates.addGlobal("fixed", "global");
    app.templates.addFilter("half", (number: number) => number / 2);

    app.route("/<name>", function one({ name }) {
      g["counter"] = 7;
      return renderTemplateString(TEXTS[name]!, name === "override" ? { user: "ada" } : {});
    });
    shop.route("/<name>", function two({ name }) {
      return renderTemplateString(TEXTS[name]!);
    });
    app.route("/current/app", function current() {
      return show([currentApp.name, currentApp.config["TESTING"], currentApp.debug]);
    });
    app.errorHandler(404, (error) => [
      renderTemplateString("{{ brand }}: {{ error.code }}", { error: { code: error.code } }),
      404,
    ]);
    app.route("/file/page", function page() {
      return renderTemplate("folder/page.html", { word: "<x>" });
    });
    app.registerBlueprint(shop);
    return app;
  },
  requests: [
    ...Object.keys(TEXTS).map((name) => `GET /${name}`),
    "GET /shop/context",
    "GET /shop/filter",
    "GET /current/app",
    "GET /file/page",
    "GET /no/such/page",
  ],
};
