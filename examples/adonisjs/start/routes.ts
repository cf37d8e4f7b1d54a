import { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import router from "@adonisjs/core/services/router";
import { latchkey } from "../app/session.ts";

router.get("/", (context) => {
  const session = latchkey(context);
  session.data.visits = (session.data.visits ?? 0) + 1;
  const messages = session.flashes().map(({ message }) => `<p><strong>${message}</strong></p>`);
  const [path, label] = session.subject === undefined ? ["/login", "Log in"] : ["/logout", "Log out"];
  context.response.header("Content-Type", "text/html; charset=utf-8");
  return `<!doctype html><html><head><title>Latchkey</title></head><body>${messages.join("")}
    <p>Visit ${session.data.visits}</p>
    <form method="post" action="${path}"><button>${label}</button></form></body></html>`;
});

router.post("/login", (context) => {
  const session = latchkey(context);
  // A real application checks a password here.
  session.login("ada");
  session.flash("Welcome, Ada.");
  context.response.redirect().status(303).toPath("/");
});

router.post("/logout", (context) => {
  latchkey(context).logout();
  context.response.redirect().status(303).toPath("/");
});

router.get("/me", (context) => {
  const { subject } = latchkey(context);
  if (subject === undefined) return context.response.unauthorized("Log in first.");
  return `You are ${subject}.`;
});

router.get("/error", (context) => {
  const { data } = latchkey(context);
  data.visits = (data.visits ?? 0) + 1;
  throw new Error("An error of the handler. The session is saved.");
});

router.get("/clock", (context) => {
  const { data } = latchkey(context);
  data.visits = (data.visits ?? 0) + 1;
  context.response.header("Content-Type", "text/event-stream");
  context.response.stream(Readable.from(clock()));
});

async function* clock(): AsyncGenerator<string> {
  while (true) {
    yield `data: ${new Date().toISOString()}\n\n`;
    await setTimeout(250);
  }
}
