import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { serve, type ServerType } from "@hono/node-server";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { SessionManager, type KeyRing, type SessionStore } from "latchkey";
import { session as expressSession, sessionOf as expressSessionOf } from "latchkey/express";
import { session as fastifySession, sessionOf as fastifySessionOf } from "latchkey/fastify";
import { Flask, request as flaskRequest, session as flaskSession } from "latchkey/flask";
import { session as honoSession, type SessionEnv } from "latchkey/hono";
import { session as koaSession } from "latchkey/koa";
import { session as nodeSession, type SessionRequest } from "latchkey/node";
import { session as webSession } from "latchkey/web";
import { answer, type SoakSession } from "./application.ts";

type Data = Record<string, unknown>;
type Start = (keys: KeyRing, store: SessionStore) => Promise<number>;

/** Seconds. Shorter than an outage of a store, so that requests time out too. */
const STORE_TIMEOUT = 2;

const managerOf = (keys: KeyRing, store: SessionStore): SessionManager<Data> =>
  new SessionManager<Data>({ keys, store, storeTimeout: STORE_TIMEOUT });

async function portOf(server: Server | ServerType): Promise<number> {
  if (!server.listening) await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Starts the application with each adapter, and gives its port. */
export const ADAPTERS: Readonly<Record<string, Start>> = {
  express: async (keys, store) => {
    const manager = managerOf(keys, store);
    const app = express();
    app.use(expressSession(manager));
    app.use(async (request, response) => {
      response.send(await answer(expressSessionOf(manager, request), request.url));
    });
    return await portOf(app.listen(0, "127.0.0.1"));
  },
  fastify: async (keys, store) => {
    const manager = managerOf(keys, store);
    const app = Fastify();
    await app.register(fastifySession(manager));
    app.all("/*", async (request) => await answer(fastifySessionOf(manager, request), request.url));
    await app.listen({ port: 0, host: "127.0.0.1" });
    return await portOf(app.server);
  },
  hono: async (keys, store) => {
    const app = new Hono<SessionEnv<Data>>();
    app.use(honoSession(managerOf(keys, store)));
    app.all("*", async (c) => c.text(await answer(c.get("session"), c.req.url)));
    return await portOf(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }));
  },
  koa: async (keys, store) => {
    const server = new Koa();
    // An error of the store is expected here, and Koa would print each.
    server.silent = true;
    const app = server.use(koaSession(managerOf(keys, store)));
    app.use(async (ctx) => void (ctx.body = await answer(ctx.session, ctx.url)));
    return await portOf(app.listen(0, "127.0.0.1"));
  },
  "node:http": async (keys, store) => {
    const open = nodeSession(managerOf(keys, store));
    const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      try {
        response.end(await answer((request as SessionRequest<Data>).session, request.url!));
      } catch {
        response.writeHead(500).end();
      }
    };
    const server = createServer((request, response) => {
      open(request, response, (error?: unknown) => {
        if (error === undefined) void respond(request, response);
        else response.writeHead(500).end();
      });
    });
    return await portOf(server.listen(0, "127.0.0.1"));
  },
  web: async (keys, store) => {
    const withSession = webSession(managerOf(keys, store));
    const fetch = async (request: Request, environment: unknown): Promise<Response> => {
      const { incoming } = environment as { incoming: IncomingMessage };
      const visitor = { address: incoming.socket.remoteAddress, httpVersion: incoming.httpVersion };
      return await withSession(request, async (session) => new Response(await answer(session, request.url)), visitor);
    };
    return await portOf(serve({ fetch, port: 0, hostname: "127.0.0.1" }));
  },
  flask: async (keys, store) => {
    const app = new Flask(import.meta.url);
    app.config["SECRET_KEY"] = keys;
    app.config["SESSION_STORE"] = store;
    const view = async (): Promise<string> => await answer(flaskSession as unknown as SoakSession, flaskRequest.url);
    app.route("/<path:path>", { methods: ["GET", "POST"], endpoint: "any" }, view);
    return await portOf(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }));
  },
};
