// A visit counter, a login and a flashed message on Fastify 5, with the sessions in SQLite. Run:
// NODE_ENV=development node examples/fastify/app.ts
import { DatabaseSync } from "node:sqlite";
import Fastify from "fastify";
import { SessionManager } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { debugToolbar, session, sessionOf } from "latchkey/fastify";
import { SqliteStore } from "latchkey/stores/sqlite";
import { Toolbar } from "latchkey/toolbar";

interface Data {
  visits: number;
}

const { env } = process;
const keys = loadKeyRing({ env });
const store = new SqliteStore(new DatabaseSync(env["DATABASE"] ?? ":memory:"));
store.createSchema();
const manager = new SessionManager<Data>({ keys, store });

// A proxy in front that ends TLS: Fastify({ trustProxy: "10.0.0.1" })
const app = Fastify();
// Off unless NODE_ENV is development.
app.register(debugToolbar(new Toolbar({ keys })));
app.register(session(manager));

app.get("/", async (request, reply) => {
  const current = sessionOf(manager, request);
  const visits = (current.data.visits = (current.data.visits ?? 0) + 1);
  const messages = current.flashes().map(({ message }) => `<p><strong>${message}</strong></p>`);
  const action = current.subject === undefined ? "login" : "logout";
  return await reply.type("text/html").send(`<!doctype html><title>Fastify</title>${messages.join("")}
    <p>Visit ${visits}</p><form method="post" action="/${action}"><button>${action}</button></form>`);
});

// The forms above have no fields; @fastify/formbody reads those that have.
app.addContentTypeParser("application/x-www-form-urlencoded", (_request, payload, done) => {
  payload.resume();
  done(null);
});

app.post("/login", async (request, reply) => {
  // A real application checks a password here.
  sessionOf(manager, request).login("ada");
  sessionOf(manager, request).flash("Welcome, Ada.");
  return await reply.redirect("/", 303);
});

app.post("/logout", async (request, reply) => {
  sessionOf(manager, request).logout();
  return await reply.redirect("/", 303);
});

const url = await app.listen({ host: env["HOST"] ?? "127.0.0.1", port: Number(env["PORT"] ?? 3000) });
console.log(`Listening on ${url}`);
