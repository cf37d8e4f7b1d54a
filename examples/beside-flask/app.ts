// The application in TypeScript. app.py is the same, line by line.
import { Blueprint, Flask, flash, redirect, renderTemplate, request, session, urlFor } from "latchkey/flask";
import { loadKeyRing, watchKeyFile } from "latchkey/keys";

const app = new Flask(import.meta.url);

const pages = new Blueprint("pages", import.meta.url, { urlPrefix: "/typescript" });

pages.route("/", function index() {
  return renderTemplate("page.html", { side: "latchkey/flask in TypeScript", other: "/python/" });
});

pages.route("/login", { methods: ["POST"] }, function login() {
  session.clear();
  session["name"] = request.form["name"];
  flash(`Welcome, ${String(session["name"])}.`);
  return redirect(urlFor("pages.index"));
});

pages.route("/note", { methods: ["POST"] }, function note() {
  flash(request.form["text"]!, "note");
  return redirect("stay" in request.form ? urlFor("pages.index") : "/python/");
});

pages.route("/logout", { methods: ["POST"] }, function logout() {
  session.clear();
  return redirect(urlFor("pages.index"));
});

app.registerBlueprint(pages);

if (import.meta.main) {
  const { env } = process;
  const keys = loadKeyRing({ env });
  app.config["SECRET_KEY"] = keys;
  // The file has the current key in its first line, and older or coming ones below.
  const watching = watchKeyFile(keys, env["SECRET_KEY_FILE"]!, {
    onReload: () => console.log("the keys were read again"),
  });
  process.on("SIGHUP", () => watching.reload());
  await app.run({ port: Number(env["PORT"] ?? 5000) });
}
