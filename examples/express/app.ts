// A visit counter, a login and a flashed message on Express 5. Run: NODE_ENV=development node
// examples/express/app.ts
import type { AddressInfo } from "node:net";
import express from "express";
import { SessionManager } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { debugToolbar, session, sessionOf } from "latchkey/express";
import { Toolbar } from "latchkey/toolbar";

interface Data {
  visits: number;
}

const { env } = process;
const keys = loadKeyRing({ env });
const manager = new SessionManager<Data>({ keys });

const app = express();
// A proxy in front that ends TLS: app.set("trust proxy", 1);
// Off unless NODE_ENV is development.
app.use(debugToolbar(new Toolbar({ keys })));
app.use(session(manager));

app.get("/", (request, response) => {
  const current = sessionOf(manager, request);
  const visits = (current.data.visits = (current.data.visits ?? 0) + 1);
  const messages = current.flashes().map(({ message }) => `<p><strong>${message}</strong></p>`);
  const action = current.subject === undefined ? "login" : "logout";
  response.send(`<!doctype html><title>Express</title>${messages.join("")}
    <p>Visit ${visits}</p><form method="post" action="/${action}"><button>${action}</button></form>`);
});

app.post("/login", (request, response) => {
  // A real application checks a password here.
  sessionOf(manager, request).login("ada");
  sessionOf(manager, request).flash("Welcome, Ada.");
  response.redirect(303, "/");
});

app.post("/logout", (request, response) => {
  sessionOf(manager, request).logout();
  response.redirect(303, "/");
});

const host = env["HOST"] ?? "127.0.0.1";
const server = app.listen(Number(env["PORT"] ?? 3000), host, () => {
  console.log(`Listening on http://${host}:${(server.address() as AddressInfo).port}`);
});
