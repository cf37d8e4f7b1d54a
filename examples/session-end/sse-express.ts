// Server-sent events on Express, which end when their session ends.
// Run: NODE_ENV=development node examples/session-end/sse-express.ts
import express, { type Request, type Response } from "express";
import { session, sessionOf } from "latchkey/express";
import { ACTIONS, openManager, port, report } from "./open-manager.ts";

const manager = await openManager();
const app = express().use(session(manager));

app.post("/:action", async (request: Request, response: Response) => {
  await ACTIONS[request.path]?.(manager, sessionOf(manager, request));
  response.send("done");
});

app.get("/events", (request: Request, response: Response) => {
  const current = sessionOf(manager, request);
  if (current.subject === undefined) return void response.status(401).send("not logged in");
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  response.write(`event: hello\ndata: ${current.subject}\n\n`);
  const stop = manager.onEnd(current, ({ reason }) => response.end(`event: end\ndata: ${reason}\n\n`));
  response.on("close", stop);
});

report(app.listen(port, "127.0.0.1"));
