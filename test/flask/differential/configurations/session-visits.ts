import { abort, redirect, request, session, urlFor } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { form } from "../requests.ts";
import { show } from "../show.ts";

/** Sessions over several requests: a login, a permanent session, pages that do not touch it. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.config.update({ PERMANENT_SESSION_LIFETIME: 3600, SESSION_COOKIE_SAMESITE: "Lax" });
    app.route("/", function home() {
      return `hello ${String(session.get("name", "stranger"))}`;
    });
    app.route("/login", { methods: ["GET", "POST"] }, function login() {
      if (request.method === "POST") {
        session.clear();
        session["name"] = request.form["name"];
        if (request.form.get("remember")) session.permanent = true;
        return redirect(urlFor("home"));
      }
      return "a form";
    });
    app.route("/logout", function logout() {
      session.pop("name", null);
      return redirect(urlFor("home"));
    });
    app.route("/count", function count() {
      session["count"] = Number(session.get("count", 0)) + 1;
      return String(session["count"]);
    });
    app.route("/untouched", function untouched() {
      return "untouched";
    });
    app.route("/forbidden", function forbidden() {
      session["seen"] = true;
      return abort(403);
    });
    app.route("/crash", function crash() {
      session["crash"] = true;
      throw new Error("crash");
    });
    app.route("/cart/<item>", function cart({ item }) {
      const items = session.get("cart", []) as string[];
      items.push(item);
      session["cart"] = items;
      return show(items);
    });
    return app;
  },
  requests: [
    ["GET /", "GET /login", form("/login", "name=ada"), "GET /", "GET /untouched", "GET /logout", "GET /"],
    [
      form("/login", "name=ada&remember=1"),
      "GET /",
      "GET /untouched",
      "GET /nowhere",
      "GET /static/style.css",
      "POST /untouched",
      "OPTIONS /untouched",
      "HEAD /",
      "GET /count",
      "GET /logout",
      "GET /",
      "GET /count",
    ],
    ["GET /count", "GET /count", "GET /count", "GET /forbidden", "GET /crash", "GET /count"],
    [form("/login", "x=1"), "GET /"],
    ["GET /cart/a", "GET /cart/b", "GET /cart/c"],
    [form("/login", "name=ada"), form("/login", "name=eve", "Sec-Fetch-Site: same-site"), "GET /"],
    [form("/login", "name=ada"), form("/login", "name=eve", "Sec-Fetch-Site: same-origin"), "GET /"],
  ],
};
