import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import type { SessionManager } from "latchkey";
import * as forExpress from "latchkey/express";
import * as forFastify from "latchkey/fastify";
import * as forHono from "latchkey/hono";
import * as forKoa from "latchkey/koa";
import * as forNode from "latchkey/node";
import type { Toolbar } from "latchkey/toolbar";
import * as forWeb from "latchkey/web";
import { served } from "./frameworks.ts";

type Data = Record<string, unknown>;

/** A server with the toolbar around a session, whose every address sets a cookie. */
export type ToolbarServer = (
  toolbar: Toolbar,
  manager: SessionManager<Data>,
  page: () => string,
) => Promise<{ readonly url: string; readonly close: () => Promise<void> }>;

const count = (data: Data): void => void (data["visits"] = Number(data["visits"] ?? 0) + 1);

/** By the names of their frameworks. */
export const TOOLBAR_SERVERS: Readonly<Record<string, ToolbarServer>> = {
  "node:http": async (toolbar, manager, page) => {
    const [show, open] = [forNode.debugToolbar(toolbar), forNode.session(manager)];
    const server = createServer((request, response) =>
      show(request, response, () =>
        open(request, response, () => {
          count((request as forNode.SessionRequest<Data>).session.data);
          response.setHeader("Content-Type", "text/html").end(page());
        }),
      ),
    );
    return await served(server.listen(0, "127.0.0.1"));
  },
  Express: async (toolbar, manager, page) => {
    const app = express().use(forExpress.debugToolbar(toolbar)).use(forExpress.session(manager));
    app.use((request, response) => {
      count((request as unknown as forNode.SessionRequest<Data>).session.data);
      response.type("html").send(page());
    });
    return await served(createServer(app).listen(0, "127.0.0.1"));
  },
  Fastify: async (toolbar, manager, page) => {
    const app = Fastify();
    await app.register(forFastify.debugToolbar(toolbar));
    await app.register(forFastify.session(manager));
    app.addContentTypeParser("*", (_, __, done) => done(null));
    app.all("/*", async (request, reply) => {
      count((request as unknown as forNode.SessionRequest<Data>).session.data);
      return await reply.type("text/html").send(page());
    });
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    return { url, close: async () => await app.close() };
  },
  Koa: async (toolbar, manager, page) => {
    const app = new Koa();
    app.silent = true;
    app.use(forKoa.debugToolbar(toolbar)).use(forKoa.session(manager));
    app.use((ctx) => {
      count((ctx as unknown as forNode.SessionRequest<Data>).session.data);
      ctx.type = "html";
      ctx.body = page();
    });
    const answer = app.callback();
    return await served(createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1"));
  },
  Hono: async (toolbar, manager, page) => {
    const app = new Hono<forHono.SessionEnv<Data>>();
    app.use(forHono.debugToolbar(toolbar)).use(forHono.session(manager));
    app.all("*", (c) => {
      count(c.get("session").data);
      return c.html(page());
    });
    const answer = getRequestListener(app.fetch);
    return await served(createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1"));
  },
  "the fetch interface": async (toolbar, manager, page) => {
    const [withToolbar, withSession] = [forWeb.debugToolbar(toolbar), forWeb.session(manager)];
    const answer = getRequestListener(async (raw, { incoming }) => {
      const { socket, httpVersion } = incoming as IncomingMessage;
      const visitor = { address: socket.remoteAddress, httpVersion };
      return await withToolbar(
        raw,
        async (request) =>
          await withSession(
            request,
            ({ data }) => {
              count(data);
              return new Response(page(), { headers: { "Content-Type": "text/html" } });
            },
            visitor,
          ),
        visitor,
      );
    });
    return await served(createServer((request, response) => void answer(request, response)).listen(0, "127.0.0.1"));
  },
};

/** A request, as bytes: nothing on the way makes it more orderly. */
export interface RawRequest {
  readonly method?: string;
  readonly target: string;
  readonly version?: string;
  /** Host is the server's own, unless it is among these. Null leaves it out. */
  readonly host?: string | null;
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** An answer, as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Everything before the body. */
  readonly head: string;
  readonly body: string;
}

/** Asks on a connection of its own, and reads until the server closes it. */
export async function askRaw(url: string, request: RawRequest): Promise<RawAnswer> {
  const { method = "GET", target, version = "1.1", headers = [], body = "" } = request;
  const { hostname, port, host: own } = new URL(url);
  const host = request.host === undefined ? own : request.host;
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, "connect");
  const lines = [
    `${method} ${target} HTTP/${version}`,
    ...(host === null ? [] : [`Host: ${host}`]),
    ...headers,
    ...(body === "" ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    "Connection: close",
    "",
    body,
  ];
  socket.write(lines.join("\r\n"), "latin1");
  let text = "";
  try {
    for await (const chunk of socket) text += (chunk as Buffer).toString("latin1");
  } catch {
    // Node closes what it cannot read.
  }
  const end = text.indexOf("\r\n\r\n");
  const head = end === -1 ? text : text.slice(0, end);
  return { status: Number(head.split(" ")[1] ?? 0), head, body: end === -1 ? "" : text.slice(end + 4) };
}
