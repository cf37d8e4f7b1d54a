import { currentApp, g, hasAppContext, hasRequestContext, request } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { get } from "../requests.ts";
import { show } from "../show.ts";

/** g, currentApp, and the functions that ask for a context. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.beforeRequest(() => {
      g["user"] = request.headers.get("X-User");
    });
    app.route("/g", { endpoint: "over_g" }, () => {
      g["a"] = 1;
      return show([
        g["a"],
        g.get("a"),
        g.get("z"),
        g.get("z", 2),
        "a" in g,
        "z" in g,
        g.setdefault("b", 3),
        g.setdefault("a", 9),
        g.pop("a"),
        g.pop("a", "gone"),
        Object.keys(g).sort(),
      ]);
    });
    app.route("/user", { endpoint: "user" }, () => show(g["user"]));
    app.route("/missing", { endpoint: "missing" }, () => g["nothing"] as string);
    app.route("/popmissing", { endpoint: "popmissing" }, () => g.pop("nothing") as string);
    app.route("/context", { endpoint: "context" }, () =>
      show([hasRequestContext(), hasAppContext(), currentApp.debug, currentApp.testing]),
    );
    app.route("/inner", { endpoint: "inner" }, async () => {
      g["word"] = "outer";
      const inside = await app.appContext().run(() => {
        g["word"] = "inner";
        return g["word"];
      });
      return show([inside, g["word"]]);
    });
    app.route("/other", { endpoint: "other" }, async () => {
      const inside = await app
        .testRequestContext("/x?y=1", { method: "POST", data: { a: "b" } })
        .run(() => [request.path, request.method, request.args["y"], request.form["a"]]);
      return show([inside, request.path]);
    });
    app.route("/client", { endpoint: "client" }, async () => {
      const response = await app.testClient().get("/user", { headers: { "X-User": "inner" } });
      return show([response.statusCode, response.text]);
    });
    return app;
  },
  requests: [
    "GET /g",
    get("/user", "X-User: ada"),
    "GET /user",
    "GET /missing",
    "GET /popmissing",
    "GET /context",
    "GET /inner",
    "GET /other",
    get("/client", "X-User: outer"),
  ],
};
