import { tracingChannel } from "node:diagnostics_channel";
import { createServer, type Server } from "node:http";
import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import express, { type Response } from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import * as forExpress from "latchkey/express";
import * as forFastify from "latchkey/fastify";
import { DebugToolbarExtension, Flask, renderTemplate } from "latchkey/flask";
import * as forHono from "latchkey/hono";
import { generateSecretKey } from "latchkey/keys";
import * as forKoa from "latchkey/koa";
import * as forNode from "latchkey/node";
import { Toolbar } from "latchkey/toolbar";
import nunjucks from "nunjucks";
import { served } from "../../support/frameworks.ts";
import { PAGES, type Render, type ShopPage, type ShopParts } from "./shop.ts";

/** A running shop with a toolbar. */
export interface ShopServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const folder = fileURLToPath(new URL("templates/", import.meta.url));
const templates = new nunjucks.Environment(new nunjucks.FileSystemLoader(folder), { autoescape: true });
const channel = tracingChannel("latchkey:template");

/**
 * Frameworks without templates: an application publishes what it renders, as docs/channels.md says.
 */
const render: Render = (name, context) =>
  channel.traceSync(() => templates.render(name, context), { name, names: Object.keys(context) });

const onExpress =
  (response: Response): Render =>
  (name, context) =>
    new Promise((resolve, reject) => {
      response.render(name, context, (error: Error | null, html) => (error === null ? resolve(html) : reject(error)));
    });

/** The page of an address, and the visitor it is for. */
function pageAt(path: string): { readonly page: ShopPage | undefined; readonly visitor: string } {
  const [, name = "", visitor = ""] = path.split("/");
  return { page: Object.hasOwn(PAGES, name) ? PAGES[name as keyof typeof PAGES] : undefined, visitor };
}

const pages = Object.entries(PAGES);

/** The shop on every framework that has a toolbar. */
export const SERVERS: Readonly<Record<string, (parts: ShopParts) => Promise<ShopServer>>> = {
  Express: async (parts) => {
    const toolbar = newToolbar();
    const app = express().use(forExpress.debugToolbar(toolbar));
    templates.express(app);
    for (const [name, page] of pages)
      app.get(`/${name}/:visitor`, async (request, response) => {
        response.send(await page(parts, request.params["visitor"] as string, onExpress(response)));
      });
    return closing(await served(createServer(app).listen(0, "127.0.0.1")), toolbar);
  },
  Fastify: async (parts) => {
    const toolbar = newToolbar();
    const app = Fastify();
    app.register(forFastify.debugToolbar(toolbar));
    for (const [name, page] of pages)
      app.get<{ Params: { visitor: string } }>(`/${name}/:visitor`, async (request, reply) => {
        const html = await page(parts, request.params.visitor, render);
        return await reply.type("text/html").send(html);
      });
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    return closing({ url, close: async () => await app.close() }, toolbar);
  },
  Hono: async (parts) => {
    const toolbar = newToolbar();
    const app = new Hono().use(forHono.debugToolbar(toolbar));
    for (const [name, page] of pages)
      app.get(`/${name}/:visitor`, async (c) => c.html(await page(parts, c.req.param("visitor")!, render)));
    return closing(await served(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server), toolbar);
  },
  Koa: async (parts) => {
    const toolbar = newToolbar();
    const app = new Koa().use(forKoa.debugToolbar(toolbar));
    app.use(async (ctx) => {
      const { page, visitor } = pageAt(ctx.path);
      if (page === undefined) return;
      ctx.body = await page(parts, visitor, render);
    });
    return closing(await served(app.listen(0, "127.0.0.1")), toolbar);
  },
  "node:http": async (parts) => {
    const toolbar = newToolbar();
    const show = forNode.debugToolbar(toolbar);
    const server = createServer((request, response) =>
      show(request, response, async () => {
        const { page, visitor } = pageAt(request.url!);
        if (page === undefined) return void response.writeHead(404).end();
        const html = await page(parts, visitor, render);
        response.setHeader("Content-Type", "text/html").end(html);
      }),
    );
    return closing(await served(server.listen(0, "127.0.0.1")), toolbar);
  },
  "latchkey/flask": async (parts) => {
    const app = new Flask(import.meta.url);
    app.debug = true;
    app.config["SECRET_KEY"] = generateSecretKey();
    const extension = new DebugToolbarExtension(app);
    for (const [name, page] of pages)
      app.get(`/${name}/<visitor>` as "/<visitor>", async ({ visitor }) => await page(parts, visitor, renderTemplate));
    return closing(await served(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server), extension);
  },
};

function newToolbar(): Toolbar {
  return new Toolbar({ keys: generateSecretKey() });
}

function closing({ url, close }: ShopServer, toolbar: { close(): void }): ShopServer {
  return {
    url,
    close: async () => {
      await close();
      toolbar.close();
    },
  };
}
