// Server-sent events on Hono, which end when their session ends.
// Run: NODE_ENV=development node examples/session-end/sse-hono.ts
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { session, sessionOf, type SessionEnv } from "latchkey/hono";
import { ACTIONS, openManager, port, report } from "./open-manager.ts";

const manager = await openManager();
const app = new Hono<SessionEnv>().use(session(manager));

app.post("/:action", async (c) => {
  await ACTIONS[c.req.path]?.(manager, sessionOf(manager, c));
  return c.text("done");
});

app.get("/events", (c) => {
  const current = sessionOf(manager, c);
  const { subject } = current;
  if (subject === undefined) return c.text("not logged in", 401);
  return streamSSE(c, async (stream) => {
    const ended = Promise.withResolvers<string>();
    const stop = manager.onEnd(current, ({ reason }) => ended.resolve(reason));
    stream.onAbort(() => ended.resolve("closed"));
    await stream.writeSSE({ event: "hello", data: subject });
    await stream.writeSSE({ event: "end", data: await ended.promise });
    stop();
  });
});

report(serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }) as Server);
