// A server with the debug toolbar, as a process of its own. TOOLBAR holds options as JSON.
import cluster from "node:cluster";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { debugToolbar, session, type SessionRequest } from "../../src/adapters/node/index.ts";
import { SessionManager } from "../../src/index.ts";
import { Toolbar, type ToolbarOptions } from "../../src/toolbar/index.ts";

const { WORKERS, PORT, SECRET_KEY, TOOLBAR } = process.env;

if (WORKERS !== undefined && cluster.isPrimary) {
  // One after the other, so that each worker gets its turn in the order of the requests.
  cluster.schedulingPolicy = cluster.SCHED_RR;
  for (let count = 0; count < Number(WORKERS); count++) cluster.fork();
  let listening = 0;
  cluster.on("listening", (_, { port }) => {
    if (++listening === Number(WORKERS)) console.log(`Listening on http://127.0.0.1:${port}`);
  });
} else {
  const options = { keys: SECRET_KEY!, ...(JSON.parse(TOOLBAR ?? "{}") as Partial<ToolbarOptions>) };
  const toolbar = new Toolbar(options);
  const showToolbar = debugToolbar(toolbar);
  const openSession = session(new SessionManager<{ visits?: number }>({ keys: SECRET_KEY! }));
  const server = createServer((request, response) => {
    // A connection for each request, so that a cluster spreads them over its workers.
    response.shouldKeepAlive = false;
    showToolbar(request, response, () => {
      openSession(request, response, () => {
        const url = new URL(request.url!, "http://localhost");
        const secret = url.searchParams.get("token") ?? "";
        if (secret !== "") console.log({ password: secret }, SECRET_KEY);
        if (url.pathname === "/close") toolbar.close();
        if (url.pathname === "/boom") response.statusCode = 500;
        const to = url.searchParams.get("to");
        if (to !== null) {
          response.statusCode = 302;
          response.setHeader("Location", to);
        }
        if (url.pathname === "/visit") {
          const { data } = (request as SessionRequest<{ visits?: number }>).session;
          data.visits = (data.visits ?? 0) + 1;
        }
        response.setHeader("X-Process", String(process.pid));
        response.setHeader("Content-Type", url.pathname === "/json" ? "application/json" : "text/html");
        setTimeout(
          () => response.end(url.pathname === "/json" ? "{}" : "<p>x</p>"),
          Number(url.searchParams.get("wait") ?? 0),
        );
      });
    });
  });
  server.listen(Number(PORT ?? 0), "127.0.0.1", () => {
    if (cluster.isPrimary) console.log(`Listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
}
