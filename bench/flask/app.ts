/**
 * The application that is measured, in TypeScript; app.py is the same. Started by run.ts with the
 * number of processes and the port: one process makes the others, as gunicorn does.
 */
import cluster from "node:cluster";
import { Build, OWN_DIST } from "../build.ts";

const [processes, port] = process.argv.slice(2).map(Number) as [number, number];

if (cluster.isPrimary) {
  for (let count = 0; count < processes; count++) cluster.fork();
} else {
  const { Flask, renderTemplate, session } = await new Build(OWN_DIST).entry("latchkey/flask");
  const app = new Flask(import.meta.url);
  app.config["SECRET_KEY"] = "4e1c9a07d3b65f8209ecd4175ab3f6083dd7c2e95b40168f";

  const hello = ({ name }: { readonly name?: string }): string =>
    renderTemplate("hello.html", { person: name ?? null });
  app.route("/", { endpoint: "hello" }, hello);
  app.route("/hello/<name>", { endpoint: "hello" }, hello);
  app.route("/start", function start() {
    session["user"] = { id: 7, name: "Ada Lovelace", roles: ["editor", "reader"] };
    session["visits"] = 0;
    return { ok: true };
  });
  app.route("/read", function read() {
    return { ok: (session["user"] as { name: string }).name === "Ada Lovelace" };
  });
  app.route("/write", function write() {
    session["visits"] = Number(session["visits"]) + 1;
    return { ok: true };
  });
  await app.run({ port });
}
