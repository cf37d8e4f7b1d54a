import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve, type ServerType } from "@hono/node-server";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { SessionManager, type KeyRing, type Session } from "latchkey";
import {
  debugToolbar as expressToolbar,
  session as expressSession,
  sessionOf as expressSessionOf,
} from "latchkey/express";
import {
  debugToolbar as fastifyToolbar,
  session as fastifySession,
  sessionOf as fastifySessionOf,
} from "latchkey/fastify";
import { debugToolbar as honoToolbar, session as honoSession, type SessionEnv } from "latchkey/hono";
import { debugToolbar as koaToolbar, session as koaSession, type SessionContext } from "latchkey/koa";
import { debugToolbar as nodeToolbar, session as nodeSession, type SessionRequest } from "latchkey/node";
import { Toolbar } from "latchkey/toolbar";

/** An application on a port of this machine. */
export interface Upstream {
  readonly port: number;
  close(): Promise<void>;
}

type Start = (manager: SessionManager, toolbar: Toolbar) => Promise<Upstream>;

/**
 * `/login` and `/logout` do so; every other path is a page that says who the visitor is. Undefined:
 * there is no such page.
 */
function page(session: Session, path: string): string | undefined {
  if (path.startsWith("/_latchkey")) return undefined;
  if (path === "/login") session.login("ada");
  if (path === "/logout") session.logout();
  return `<!doctype html><title>A page</title><p>You are ${session.subject ?? "nobody"}.</p>`;
}

/** Every framework, as its page in docs/ has it, with its toolbar outside of the session. */
export const FRAMEWORKS: Readonly<Record<string, Start>> = {
  node: async (manager, toolbar) => {
    const [show, open] = [nodeToolbar(toolbar), nodeSession(manager)];
    const server = createServer((request, response) =>
      show(request, response, () =>
        open(request, response, () => {
          const body = page((request as SessionRequest).session, request.url!);
          response.writeHead(body === undefined ? 404 : 200, { "Content-Type": "text/html" }).end(body ?? "Not found");
        }),
      ),
    );
    return await listening(server.listen(0, "127.0.0.1"));
  },
  Express: async (manager, toolbar) => await onExpress(express(), manager, toolbar),
  "Express with trust proxy": async (manager, toolbar) =>
    await onExpress(express().set("trust proxy", 1), manager, toolbar),
  Fastify: async (manager, toolbar) => await onFastify(false, manager, toolbar),
  "Fastify with trustProxy": async (manager, toolbar) => await onFastify(true, manager, toolbar),
  Koa: async (manager, toolbar) => await onKoa(false, manager, toolbar),
  "Koa with proxy": async (manager, toolbar) => await onKoa(true, manager, toolbar),
  Hono: async (manager, toolbar) => {
    const app = new Hono<SessionEnv>();
    app.use(honoToolbar(toolbar));
    app.use(honoSession(manager));
    app.get("*", (c) => {
      const body = page(c.get("session"), c.req.path);
      return body === undefined ? c.notFound() : c.html(body);
    });
    return await listening(serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }));
  },
};

async function onExpress(app: express.Express, manager: SessionManager, toolbar: Toolbar): Promise<Upstream> {
  app.use(expressToolbar(toolbar), expressSession(manager));
  app.get(/.*/, (request, response, next) => {
    const body = page(expressSessionOf(manager, request), request.path);
    if (body === undefined) next();
    else response.send(body);
  });
  return await listening(app.listen(0, "127.0.0.1"));
}

async function onFastify(trustProxy: boolean, manager: SessionManager, toolbar: Toolbar): Promise<Upstream> {
  const app = Fastify({ trustProxy });
  app.register(fastifyToolbar(toolbar));
  app.register(fastifySession(manager));
  app.get("/*", async (request, reply) => {
    const body = page(fastifySessionOf(manager, request), request.url);
    return await (body === undefined ? reply.callNotFound() : reply.type("text/html").send(body));
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  return { port: (app.server.address() as AddressInfo).port, close: async () => await app.close() };
}

async function onKoa(proxy: boolean, manager: SessionManager, toolbar: Toolbar): Promise<Upstream> {
  const app = new Koa<Koa.DefaultState, SessionContext>({ proxy });
  app.use(koaToolbar(toolbar));
  app.use(koaSession(manager));
  app.use((ctx) => {
    const body = page(ctx.session, ctx.path);
    if (body !== undefined) ctx.body = body;
  });
  return await listening(app.listen(0, "127.0.0.1"));
}

async function listening(server: Server | ServerType): Promise<Upstream> {
  if (!server.listening) await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
    },
  };
}

/** Starts a framework with a ring's own mode, and a toolbar that is told nothing else. */
export async function startUpstream(framework: string, keys: KeyRing): Promise<Upstream> {
  const toolbar = new Toolbar({ keys });
  const upstream = await FRAMEWORKS[framework]!(new SessionManager({ keys }), toolbar);
  return {
    port: upstream.port,
    close: async () => {
      toolbar.close();
      await upstream.close();
    },
  };
}
