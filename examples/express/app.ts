// A visit counter, a login and a flashed message on Express 4 or 5.
// Run: NODE_ENV=development node examples/express/app.ts
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import express from "express";
import { debugToolbar, session, type SessionRequest } from "latchkey/express";
import { SessionManager, type Session } from "latchkey";
import { loadKeyRing, watchKeyFile } from "latchkey/keys";
import { SqliteStore } from "latchkey/stores/sqlite";
import { Toolbar } from "latchkey/toolbar";

function serve(host: string, port: number): Server {
  // Where a proxy ends TLS: app.set("trust proxy", 1)
  const app = express().use(debugToolbar(toolbar), session(manager));
  app.use((request, response) => {
    const { session } = request as unknown as SessionRequest<Data>;
    const { status, headers, body } = answer(`${request.method} ${request.path}`, session);
    response.status(status).set(headers).send(body);
  });
  return app.listen(port, host);
}

// ---- From here on the example is the same for each framework. ----

interface Data {
  visits: number;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers a request, by its method and path. */
function answer(
  route: string,
  session: Pick<Session<Data>, "data" | "subject" | "login" | "logout" | "flash" | "flashes">,
): Answer {
  switch (route) {
    case "GET /": {
      const visits = (session.data.visits = (session.data.visits ?? 0) + 1);
      const messages = session.flashes().map(({ message }) => `<p><strong>${message}</strong></p>`);
      const action = session.subject === undefined ? "login" : "logout";
      return page(`${messages.join("")}
        <p>Visit ${visits}</p><form method="post" action="/${action}"><button>${action}</button></form>`);
    }
    case "POST /login":
      // A real application checks a password here.
      session.login("ada");
      session.flash("Welcome, Ada.");
      return redirect("/");
    case "POST /logout":
      session.logout();
      return redirect("/");
    default:
      return { ...page("<p>Not found"), status: 404 };
  }
}

function page(content: string): Answer {
  const headers = { "Content-Type": "text/html; charset=utf-8" };
  return { status: 200, headers, body: `<!doctype html><title>Latchkey</title>${content}` };
}

function redirect(location: string): Answer {
  return { status: 303, headers: { Location: location }, body: "" };
}

const { env } = process;
const keys = loadKeyRing({ env });

// With SECRET_KEY_FILE the key is watched: replace the file, or send SIGHUP after writing it, and
// nobody is logged out.
const keyFile = env["SECRET_KEY_FILE"];
if (keyFile !== undefined) {
  const watch = watchKeyFile(keys, keyFile, { onReload: () => console.log("The keys were read again.") });
  process.on("SIGHUP", () => watch.reload());
}

// With DATABASE, such as DATABASE=sessions.db, the sessions are in SQLite; else each cookie holds
// its own.
const database = env["DATABASE"];
const store = database === undefined ? undefined : new SqliteStore(new DatabaseSync(database));
store?.createSchema();

const manager = new SessionManager<Data>({ keys, store });
// Off unless NODE_ENV is development.
const toolbar = new Toolbar({ keys });

const host = env["HOST"] ?? "127.0.0.1";
const server = serve(host, Number(env["PORT"] ?? 3000));
server.on("listening", () => console.log(`Listening on http://${host}:${(server.address() as AddressInfo).port}`));
