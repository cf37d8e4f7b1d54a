// A visit counter, a login and a flashed message on node:http alone. Run: NODE_ENV=development node
// examples/node/app.ts With SECRET_KEY_FILE the key is watched: replace the file, or send SIGHUP
// after writing it, and nobody is logged out.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { SessionManager, type Session } from "latchkey";
import { loadKeyRing, watchKeyFile } from "latchkey/keys";
import { debugToolbar, session, type SessionRequest } from "latchkey/node";
import { Toolbar } from "latchkey/toolbar";

interface Data {
  visits: number;
}

const { env } = process;
const keys = loadKeyRing({ env });
const manager = new SessionManager<Data>({ keys });

const keyFile = env["SECRET_KEY_FILE"];
if (keyFile !== undefined) {
  const watch = watchKeyFile(keys, keyFile, { onReload: () => console.log("The keys were read again.") });
  process.on("SIGHUP", () => watch.reload());
}

function answer({ method, url }: SessionRequest<Data>, current: Session<Data>, response: ServerResponse): void {
  switch (`${method} ${url}`) {
    case "GET /": {
      const visits = (current.data.visits = (current.data.visits ?? 0) + 1);
      const messages = current.flashes().map(({ message }) => `<p><strong>${message}</strong></p>`);
      const action = current.subject === undefined ? "login" : "logout";
      response.setHeader("Content-Type", "text/html; charset=utf-8");
      response.end(`<!doctype html><title>node:http</title>${messages.join("")}
        <p>Visit ${visits}</p><form method="post" action="/${action}"><button>${action}</button></form>`);
      return;
    }
    case "POST /login":
      // A real application checks a password here.
      current.login("ada");
      current.flash("Welcome, Ada.");
      break;
    case "POST /logout":
      current.logout();
      break;
    default:
      response.writeHead(404).end("Not found\n");
      return;
  }
  response.writeHead(303, { Location: "/" }).end();
}

const openSession = session(manager);
// Off unless NODE_ENV is development.
const showToolbar = debugToolbar(new Toolbar({ keys }));

const server = createServer((request, response) => {
  showToolbar(request, response, () => {
    openSession(request, response, () => answer(request as SessionRequest<Data>, (request as SessionRequest<Data>).session, response));
  });
});

const host = env["HOST"] ?? "127.0.0.1";
server.listen(Number(env["PORT"] ?? 3000), host, () => {
  console.log(`Listening on http://${host}:${(server.address() as AddressInfo).port}`);
});
