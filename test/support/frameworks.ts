import { once } from "node:events";
import { createServer, type Server, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import express from "express";
import express4 from "express4";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import type { SessionManager } from "latchkey";
import * as forExpress from "latchkey/express";
import * as forFastify from "latchkey/fastify";
import * as forHono from "latchkey/hono";
import * as forKoa from "latchkey/koa";
import * as forNode from "latchkey/node";
import { CookieJar } from "./cookies.ts";
import { passingOn } from "./express-version.ts";

/** The place where a framework's people look for the session, and what `sessionOf` takes. */
export interface Place {
  readonly path: string;
  readonly carrier: object;
  get(): unknown;
  /** Assigns to the place. */
  set(value: unknown): void;
}
/** A handler without a framework: what it returns is the body. */
export type Handler = (place: Place) => string | Promise<string>;
// oxlint-disable-next-line typescript/no-explicit-any -- managers of any data are mounted beside each other
type Managers = readonly SessionManager<any>[];
/**
 * Mounts the managers one inside the other, the first outermost, and answers every path. An error
 * is answered with 500 and its code or message.
 */
export type Framework = (
  managers: Managers,
  handler: Handler,
) => Promise<{ readonly url: string; readonly close: () => Promise<void> }>;

const textOf = (error: unknown): string => {
  const { code, message } = error as { code?: string; message?: string };
  return `${code}: ${message}`;
};
const holder = (path: string, carrier: object): Place => ({
  path,
  carrier,
  get: () => (carrier as { session: unknown }).session,
  set: (value) => void ((carrier as { session: unknown }).session = value),
});

export async function served(server: Server): ReturnType<Framework> {
  if (!server.listening) await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise<unknown>((resolve) => server.close(resolve));
    },
  };
}

function onExpress(framework: typeof express): Framework {
  return async (managers, handler) => {
    const app = framework();
    for (const manager of managers) app.use(forExpress.session(manager));
    app.use(
      passingOn(async (request, response) => void response.send(await handler(holder(request.originalUrl, request)))),
    );
    app.use(
      ((error, _request, response, _next) =>
        void response.status(500).send(textOf(error))) as express.ErrorRequestHandler,
    );
    return await served(createServer(app).listen(0, "127.0.0.1"));
  };
}

export const FRAMEWORKS: Readonly<
  Record<string, { readonly serve: Framework; readonly sessionOf: typeof forNode.sessionOf }>
> = {
  "node:http": {
    sessionOf: forNode.sessionOf,
    serve: async (managers, handler) => {
      const open = managers.map((manager) => forNode.session(manager));
      const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
        try {
          response.end(await handler(holder(request.url!, request)));
        } catch (error) {
          response.writeHead(500).end(textOf(error));
        }
      };
      const run = (index: number, request: IncomingMessage, response: ServerResponse): void => {
        if (index === open.length) return void answer(request, response);
        open[index]!(request, response, (error?: unknown) => {
          if (error === undefined) run(index + 1, request, response);
          else response.writeHead(500).end(textOf(error));
        });
      };
      return await served(createServer((request, response) => run(0, request, response)).listen(0, "127.0.0.1"));
    },
  },
  Express: { sessionOf: forExpress.sessionOf, serve: onExpress(express) },
  "Express 4": { sessionOf: forExpress.sessionOf, serve: onExpress(express4 as unknown as typeof express) },
  Fastify: {
    sessionOf: forFastify.sessionOf,
    serve: async (managers, handler) => {
      const app = Fastify();
      for (const manager of managers) app.register(forFastify.session(manager));
      app.setErrorHandler(async (error, _, reply) => await reply.code(500).send(textOf(error)));
      app.get("/*", async (request, reply) => await reply.send(await handler(holder(request.originalUrl, request))));
      await app.listen({ port: 0, host: "127.0.0.1" });
      return {
        url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
        close: async () => await app.close(),
      };
    },
  },
  Koa: {
    sessionOf: forKoa.sessionOf,
    serve: async (managers, handler) => {
      const app = new Koa();
      app.use(async (ctx, next) => {
        try {
          await next();
        } catch (error) {
          ctx.status = 500;
          ctx.body = textOf(error);
        }
      });
      for (const manager of managers) app.use(forKoa.session(manager));
      app.use(async (ctx) => {
        ctx.body = await handler(holder(ctx.originalUrl, ctx));
      });
      return await served(app.listen(0, "127.0.0.1"));
    },
  },
  Hono: {
    sessionOf: forHono.sessionOf,
    serve: async (managers, handler) => {
      const app = new Hono().onError((error, c) => c.text(textOf(error), 500));
      for (const manager of managers) app.use(forHono.session(manager) as never);
      app.all("*", async (c) =>
        c.text(
          await handler({
            path: new URL(c.req.url).pathname,
            carrier: c,
            get: () => c.get("session" as never),
            set: (value) => c.set("session" as never, value as never),
          }),
        ),
      );
      return await served(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server);
    },
  },
};

/** A browser that keeps its cookies between visits. */
export function browser(url: string): (path: string, headers?: Readonly<Record<string, string>>) => Promise<string> {
  const jar = new CookieJar();
  return async (path, headers = {}) => {
    const response = await fetch(url + path, {
      headers: { ...headers, ...(jar.header === undefined ? {} : { Cookie: jar.header }) },
    });
    jar.take(response.headers.getSetCookie());
    return await response.text();
  };
}
