import { abort, jsonify, makeResponse, redirect, renderTemplateString, request, session, urlFor } from "latchkey/flask";
import { newApp, type Configuration } from "../configuration.ts";
import { form, get, multipart } from "../requests.ts";

const PAGE =
  "<!doctype html>\n<title>Hello</title>\n{% if person %}<h1>Hello {{ person }}!</h1>{% else %}<h1>Hello, World!</h1>{% endif %}";
const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (letter) => ENTITIES[letter]!);

/** Small pages of the kind that a first application has. */
export const configuration: Configuration = {
  create() {
    const app = newApp();
    app.route("/", function index() {
      return "username" in session ? `Logged in as ${String(session["username"])}` : "You are not logged in";
    });
    app.route("/escape/<name>", function hello({ name }) {
      return `Hello, ${escape(name)}!`;
    });
    const page = ({ name = null }: { readonly name?: string | null }): string =>
      renderTemplateString(PAGE, { person: name });
    app.route("/page/", { endpoint: "page" }, page);
    app.route("/page/<name>", { endpoint: "page" }, page);
    app.route("/login", { methods: ["GET", "POST"] }, function login() {
      if (request.method === "POST") {
        session["username"] = request.form["username"];
        return redirect(urlFor("index"));
      }
      return '<form method="post"><input name="username"></form>';
    });
    app.route("/logout", function logout() {
      session.pop("username", null);
      return redirect(urlFor("index"));
    });
    app.route("/upload", { methods: ["POST"] }, async function upload() {
      return String((await request.files["the_file"]!.read()).length);
    });
    app.route("/search", function search() {
      return request.args.get("key", "")!;
    });
    app.route("/cookie", function cookie() {
      const response = makeResponse(`seen ${request.cookies.get("username", "nobody")}`);
      response.setCookie("username", "the username");
      return response;
    });
    app.route("/401", function denied() {
      return abort(401);
    });
    app.errorHandler(404, () => {
      const response = makeResponse("<h1>not here</h1>", 404);
      response.headers.set("X-Something", "A value");
      return response;
    });
    app.route("/me", function me() {
      return { username: "ada", theme: "dark" };
    });
    app.route("/users", function users() {
      return [{ name: "ada" }, { name: "bob" }];
    });
    app.route("/total", function total() {
      const [a, b] = ["a", "b"].map((name) => request.args.get(name, 0, { type: Number })) as [number, number];
      return jsonify({ result: (a + b).toFixed(2) });
    });
    return app;
  },
  requests: [
    ["GET /", "GET /login", form("/login", "username=ada"), "GET /", "GET /logout", "GET /"],
    "GET /escape/ada",
    "GET /escape/%3Cscript%3Ealert(%22bad%22)%3C%2Fscript%3E",
    "GET /page",
    "GET /page/",
    "GET /page/ada",
    "GET /page/%3Cb%3E",
    form("/login", ""),
    multipart("/upload", [{ name: "the_file", filename: "a.bin", content: "12345" }]),
    multipart("/upload", [{ name: "other", content: "1" }]),
    "GET /search?key=a%26b",
    "GET /search",
    ["GET /cookie", "GET /cookie"],
    "GET /401",
    "GET /nowhere",
    "GET /me",
    "GET /users",
    get("/total?a=1.5&b=2"),
    get("/total?a=x&b=2"),
    "GET /total",
    "DELETE /me",
  ],
};
