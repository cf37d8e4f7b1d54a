import { H3, html, HTTPError, iterable, redirect, serve } from "h3";
import { sessionOf } from "latchkey/web";
import { handle, manager } from "./session.ts";
import { visitorOf } from "./visitor.ts";

const app = new H3()
  .get("/", (event) => {
    const session = sessionOf(manager, event.req);
    session.data.visits = (session.data.visits ?? 0) + 1;
    const messages = session.flashes().map(({ message }) => message);
    const [path, label] = session.subject === undefined ? ["/login", "Log in"] : ["/logout", "Log out"];
    return html`<!doctype html>
      <html>
        <head>
          <title>Latchkey</title>
        </head>
        <body>
          <p><strong>${messages.join(" ")}</strong></p>
          <p>Visit ${session.data.visits}</p>
          <form method="post" action="${path}"><button>${label}</button></form>
        </body>
      </html>`;
  })
  .post("/login", (event) => {
    const session = sessionOf(manager, event.req);
    // A real application checks a password here.
    session.login("ada");
    session.flash("Welcome, Ada.");
    return redirect("/", 303);
  })
  .post("/logout", (event) => {
    sessionOf(manager, event.req).logout();
    return redirect("/", 303);
  })
  .get("/me", (event) => {
    const { subject } = sessionOf(manager, event.req);
    if (subject === undefined) throw new HTTPError({ status: 401, message: "Log in first." });
    return `You are ${subject}.`;
  })
  .get("/error", (event) => {
    const { data } = sessionOf(manager, event.req);
    data.visits = (data.visits ?? 0) + 1;
    throw new Error("An error of the handler. The session is saved.");
  })
  .get("/clock", (event) => {
    const { data } = sessionOf(manager, event.req);
    data.visits = (data.visits ?? 0) + 1;
    event.res.headers.set("Content-Type", "text/event-stream");
    return iterable(clock());
  });

/** The time, four times a second, for as long as somebody reads it. */
async function* clock(): AsyncGenerator<string> {
  while (true) {
    yield `data: ${new Date().toISOString()}\n\n`;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

serve(app, {
  port: process.env["PORT"] ?? 3000,
  // Around all of h3, its error handling too.
  middleware: [(request, next) => handle(request, next, visitorOf(request))],
});
