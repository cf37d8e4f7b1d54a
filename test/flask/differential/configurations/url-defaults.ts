import { Blueprint, g, redirect, urlFor } from "latchkey/flask";
import { FOLDER, newApp, type Configuration } from "../configuration.ts";
import { show } from "../show.ts";

/** A language in each address: url_value_preprocessor and url_defaults. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    const pages = new Blueprint("pages", FOLDER, { urlPrefix: "/<lang>" });
    pages.urlValuePreprocessor((_endpoint, values) => {
      g["lang"] = values?.["lang"] ?? "en";
      delete values?.["lang"];
    });
    pages.urlDefaults((_endpoint, values) => {
      values["lang"] ??= g["lang"] ?? "en";
    });
    pages.route("/", function index() {
      return show([g["lang"], urlFor(".about"), urlFor(".about", { lang: "fr" }), urlFor("plain")]);
    });
    pages.route("/about", function about() {
      return `about in ${String(g["lang"])}`;
    });
    app.route("/plain/x", function plain() {
      return urlFor("pages.about", { lang: "it" });
    });
    app.route("/", function root() {
      return redirect(urlFor("pages.index", { lang: "de" }));
    });
    app.registerBlueprint(pages);
    return app;
  },
  requests: ["GET /", "GET /de/", "GET /de", "GET /de/about", "GET /plain/x", "GET /fr/nothing"],
};
