// A visit counter, a login and a flashed message on Koa. Run: NODE_ENV=development node
// examples/koa/app.ts
import type { AddressInfo } from "node:net";
import Koa from "koa";
import { SessionManager } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { debugToolbar, session, type SessionContext } from "latchkey/koa";
import { Toolbar } from "latchkey/toolbar";

interface Data {
  visits: number;
}

const { env } = process;
const keys = loadKeyRing({ env });
const manager = new SessionManager<Data>({ keys });

// A proxy in front that ends TLS: new Koa({ proxy: true })
const app = new Koa<Koa.DefaultState, SessionContext<Data>>();
// Off unless NODE_ENV is development.
app.use(debugToolbar(new Toolbar({ keys })));
app.use(session(manager));

app.use((ctx) => {
  const current = ctx.session;
  switch (`${ctx.method} ${ctx.path}`) {
    case "GET /": {
      const visits = (current.data.visits = (current.data.visits ?? 0) + 1);
      const messages = current.flashes().map(({ message }) => `<p><strong>${message}</strong></p>`);
      const action = current.subject === undefined ? "login" : "logout";
      ctx.body = `<!doctype html><title>Koa</title>${messages.join("")}
        <p>Visit ${visits}</p><form method="post" action="/${action}"><button>${action}</button></form>`;
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
      return;
  }
  ctx.redirect("/");
  ctx.status = 303;
});

const host = env["HOST"] ?? "127.0.0.1";
const server = app.listen(Number(env["PORT"] ?? 3000), host, () => {
  console.log(`Listening on http://${host}:${(server.address() as AddressInfo).port}`);
});
