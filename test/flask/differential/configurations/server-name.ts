import { redirect, request, session, urlFor } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { get } from "../requests.ts";
import { show } from "../show.ts";

/** SERVER_NAME, APPLICATION_ROOT and PREFERRED_URL_SCHEME. */
export const configuration: Configuration = {
  async create() {
    const app = newApp();
    app.config.update({ SERVER_NAME: "example.com", APPLICATION_ROOT: "/app", PREFERRED_URL_SCHEME: "https" });
    app.route("/", function home() {
      return show([
        request.path,
        request.scriptRoot,
        request.url,
        request.baseUrl,
        request.urlRoot,
        request.host,
        urlFor("user", { name: "ada" }),
        urlFor("user", { name: "ada", _external: true }),
      ]);
    });
    app.route("/user/<name>", function user({ name }) {
      session["name"] = name;
      return name;
    });
    app.route("/folder/", function folder() {
      return "folder";
    });
    app.route("/go", function go() {
      return redirect(urlFor("home"));
    });
    const addresses = await app.appContext().run(() => `${urlFor("home")} ${urlFor("user", { name: "ada" })}`);
    app.route("/outside", function outside() {
      return addresses;
    });
    return app;
  },
  requests: [
    get("/"),
    get("/", "Host: example.com"),
    get("/", "Host: example.com:8080"),
    get("/", "Host: www.example.com"),
    get("/user/ada", "Host: example.com"),
    get("/user/ada", "Host: other.test"),
    get("/app/user/ada", "Host: example.com"),
    get("/folder", "Host: example.com"),
    get("/folder", "Host: other.test"),
    get("/go", "Host: example.com"),
    get("/outside", "Host: example.com"),
    get("/outside", "Host: other.test"),
  ],
};
