import { join } from "node:path";
import { abort, Blueprint, g, request, urlFor } from "latchkey/flask";
import { FOLDER, newApp, type Configuration } from "../configuration.ts";
import { show } from "../show.ts";

/** Blueprints: prefixes, nesting, handlers, hooks, folders and names of their own. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    const auth = new Blueprint("auth", FOLDER, { urlPrefix: "/auth" });
    const blog = new Blueprint("blog", FOLDER);
    const admin = new Blueprint("admin", FOLDER, { urlPrefix: "/admin" });
    const users = new Blueprint("users", FOLDER, { urlPrefix: "/users" });
    const files = new Blueprint("files", FOLDER, {
      urlPrefix: "/files",
      staticFolder: join(FOLDER, "static"),
      staticUrlPath: "/assets",
    });
    const addToTrail = (name: string): void => {
      g["trail"] = [...((g["trail"] as string[] | undefined) ?? []), name];
    };

    auth.route("/login", { methods: ["GET", "POST"] }, function login() {
      return show([
        request.method,
        request.endpoint,
        request.blueprint,
        request.blueprints,
        urlFor(".logout"),
        urlFor("blog.index"),
        urlFor("auth.login"),
      ]);
    });
    auth.route("/logout", function logout() {
      return "out";
    });
    auth.beforeRequest(() => {
      addToTrail("auth");
      return request.args.get("stop") ? "stopped" : undefined;
    });
    auth.afterRequest((response) => {
      response.headers.set("X-Trail", (g["trail"] as string[]).join(","));
      return response;
    });
    auth.errorHandler(404, () => ["no such page of auth", 404]);
    auth.route("/missing", function gone() {
      return abort(404);
    });
    auth.appErrorHandler(410, () => ["gone everywhere", 410]);
    auth.route("/teapot", function teapot() {
      return abort(418);
    });

    blog.route("/", function index() {
      return `the blog ${request.blueprint}`;
    });
    blog.route("/gone", function away() {
      return abort(410);
    });
    blog.route("/post/<int:id>", function post({ id }) {
      return show([id, urlFor(".post", { id: id + 1 }), urlFor("blog.post", { id: 1 })]);
    });

    app.beforeRequest(() => addToTrail("app"));
    app.route("/plain", function plain() {
      return show([request.blueprint, request.blueprints, g["trail"]]);
    });

    users.route("/", function listing() {
      return show([
        request.endpoint,
        request.blueprint,
        request.blueprints,
        g["trail"],
        urlFor(".listing"),
        urlFor("admin.users.one", { id: 3 }),
      ]);
    });
    users.route("/<int:id>", function one({ id }) {
      if (id === 0) throw new RangeError("nobody");
      return String(id);
    });

    admin.beforeRequest(() => addToTrail("admin"));
    admin.errorHandler(RangeError, (error) => [`admin says: ${error.message}`, 404]);
    admin.route("/", function dashboard() {
      return urlFor(".users.listing");
    });
    files.route("/where", function where() {
      return show([urlFor(".static", { filename: "style.css" }), urlFor("static", { filename: "style.css" })]);
    });

    admin.registerBlueprint(users);
    app.registerBlueprint(auth);
    app.registerBlueprint(blog, { urlPrefix: "/blog" });
    app.registerBlueprint(blog, { urlPrefix: "/news", name: "news" });
    app.registerBlueprint(admin);
    app.registerBlueprint(files);
    app.addUrlRule("/index", { endpoint: "blog.index" });
    app.errorHandler(418, () => ["short and stout", 418]);
    return app;
  },
  requests: [
    "GET /auth/login",
    "POST /auth/login",
    "PUT /auth/login",
    "GET /auth/logout",
    "GET /auth/login?stop=1",
    "GET /auth/missing",
    "GET /auth/nothing",
    "GET /auth/teapot",
    "GET /auth",
    "GET /blog/",
    "GET /blog",
    "GET /blog/gone",
    "GET /blog/post/7",
    "GET /news/",
    "GET /news/gone",
    "GET /news/post/7",
    "GET /plain",
    "GET /admin/",
    "GET /admin",
    "GET /admin/users/",
    "GET /admin/users",
    "GET /admin/users/7",
    "GET /admin/users/0",
    "GET /admin/users/x",
    "GET /users/",
    "GET /files/where",
    "GET /files/assets/style.css",
    "GET /files/assets/none.css",
    "GET /static/style.css",
    "GET /index",
    "OPTIONS /auth/login",
  ],
};
