import { request, urlFor } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { show } from "../show.ts";

/** Options of rules: defaults, redirects, endpoints without a view. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    const pages = ({ page }: { readonly page: number }): string => `page ${page}`;
    app.route("/pages/", { endpoint: "pages", defaults: { page: 1 } }, pages);
    app.route("/pages/<int:page>", { endpoint: "pages" }, pages);
    const js = ({ js: way }: { readonly js: string }): string => `${way} ${request.endpoint}`;
    app.route("/js", { endpoint: "js", defaults: { js: "fetch" } }, js);
    app.route("/<any(xhr, jquery, fetch):js>", { endpoint: "js" }, js);
    app.addUrlRule("/old/<int:id>", { endpoint: "old", redirectTo: "/new/<id>" });
    app.addUrlRule("/older", { endpoint: "older", redirectTo: "new/7" });
    app.addUrlRule("/new/<int:id>", { endpoint: "new", viewFunc: ({ id }: { readonly id: number }) => `new ${id}` });
    app.addUrlRule("/index", { endpoint: "index" });
    app.endpoint("index", () => "the index");
    app.addUrlRule("/alias", { endpoint: "index" });
    app.addUrlRule("/extra", { endpoint: "extra", defaults: { a: 1, b: null }, viewFunc: (values) => show(values) });
    app.endpoint("later", () => "later");
    app.addUrlRule("/later", { endpoint: "later" });
    app.addUrlRule("/never", { endpoint: "never" });
    app.route("/urls", () =>
      show([
        urlFor("pages"),
        urlFor("pages", { page: 1 }),
        urlFor("pages", { page: 2 }),
        urlFor("js", { js: "xhr" }),
        urlFor("js", { js: "fetch" }),
        urlFor("index"),
      ]),
    );
    return app;
  },
  requests: [
    "GET /pages/",
    "GET /pages",
    "GET /pages/1",
    "GET /pages/1?x=1",
    "GET /pages/2",
    "GET /js",
    "GET /xhr",
    "GET /fetch",
    "GET /other",
    "GET /old/7",
    "GET /old/7?a=1",
    "GET /old/x",
    "GET /older",
    "GET /new/7",
    "GET /index",
    "GET /alias",
    "GET /extra",
    "GET /later",
    "GET /never",
    "GET /urls",
    "POST /old/7",
  ],
};
