// A visit counter, a login and a flashed message on Hono. Run: NODE_ENV=development node
// examples/hono/app.ts
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { html } from "hono/html";
import { SessionManager } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { debugToolbar, session, type SessionEnv } from "latchkey/hono";
import { Toolbar } from "latchkey/toolbar";

interface Data {
  visits: number;
}

const { env } = process;
const keys = loadKeyRing({ env });
const manager = new SessionManager<Data>({ keys });

const app = new Hono<SessionEnv<Data>>();
// Off unless NODE_ENV is development.
app.use(debugToolbar(new Toolbar({ keys })));
app.use(session(manager));

app.get("/", (c) => {
  const current = c.get("session");
  const visits = (current.data.visits = (current.data.visits ?? 0) + 1);
  const messages = current.flashes().map(({ message }) => html`<p><strong>${message}</strong></p>`);
  const action = current.subject === undefined ? "login" : "logout";
  return c.html(
    html`<!doctype html><title>Hono</title>${messages}
      <p>Visit ${visits}</p>
      <form method="post" action="/${action}"><button>${action}</button></form>`,
  );
});

app.post("/login", (c) => {
  // A real application checks a password here.
  c.get("session").login("ada");
  c.get("session").flash("Welcome, Ada.");
  return c.redirect("/", 303);
});

app.post("/logout", (c) => {
  c.get("session").logout();
  return c.redirect("/", 303);
});

const hostname = env["HOST"] ?? "127.0.0.1";
serve({ fetch: app.fetch, hostname, port: Number(env["PORT"] ?? 3000) }, ({ port }) => {
  console.log(`Listening on http://${hostname}:${port}`);
});
