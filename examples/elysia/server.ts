import { Elysia, redirect, sse, status } from "elysia";
import { sessionOf } from "latchkey/web";
import { manager, withSession, withToolbar } from "./session.ts";

const app = new Elysia()
  // `session` is in the context of every handler.
  .derive(({ request }) => ({ session: sessionOf(manager, request) }))
  .get("/", ({ session, set }) => {
    session.data.visits = (session.data.visits ?? 0) + 1;
    const messages = session.flashes().map(({ message }) => `<p><strong>${message}</strong></p>`);
    const [path, label] = session.subject === undefined ? ["/login", "Log in"] : ["/logout", "Log out"];
    set.headers["content-type"] = "text/html; charset=utf-8";
    return `<!doctype html><html><head><title>Latchkey</title></head><body>${messages.join("")}
      <p>Visit ${session.data.visits}</p>
      <form method="post" action="${path}"><button>${label}</button></form></body></html>`;
  })
  .post("/login", ({ session }) => {
    // A real application checks a password here.
    session.login("ada");
    session.flash("Welcome, Ada.");
    return redirect("/", 303);
  })
  .post("/logout", ({ session }) => {
    session.logout();
    return redirect("/", 303);
  })
  .get("/me", ({ session }) => (session.subject === undefined ? status(401) : `You are ${session.subject}.`))
  .get("/error", ({ session }) => {
    session.data.visits = (session.data.visits ?? 0) + 1;
    throw new Error("An error of the handler. The session is saved.");
  })
  .get("/clock", async function* ({ session }) {
    session.data.visits = (session.data.visits ?? 0) + 1;
    while (true) {
      yield sse({ data: new Date().toISOString() });
      await Bun.sleep(250);
    }
  });

// Around all of Elysia, its error handling too.
app.wrap((handle) => async (request) => {
  const visitor = app.server?.requestIP(request);
  return await withToolbar(
    request,
    (asked) => withSession(asked, async () => (await handle(asked)) as Response, visitor),
    visitor,
  );
});

app.listen(process.env["PORT"] ?? 3000);
