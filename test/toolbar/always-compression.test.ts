import { createServer } from "node:http";
import { Readable } from "node:stream";
import { fastifyCompress } from "@fastify/compress";
import { getRequestListener } from "@hono/node-server";
import compression from "compression";
// @ts-expect-error -- its types are those of version 1.7, under the name of that
import compression18 from "compression-1.8";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import { compress as honoCompress } from "hono/compress";
import Koa from "koa";
import koaCompress from "koa-compress";
import { debugToolbar as expressToolbar } from "latchkey/express";
import { debugToolbar as fastifyToolbar } from "latchkey/fastify";
import { debugToolbar as honoToolbar } from "latchkey/hono";
import { generateSecretKey } from "latchkey/keys";
import { debugToolbar as koaToolbar } from "latchkey/koa";
import { Toolbar } from "latchkey/toolbar";
import { afterEach, describe, expect, test } from "vitest";
import { served } from "../support/frameworks.ts";
import { firstEvent, recordedAt, runScript, visit, type Application } from "../support/toolbar-client.ts";

const PAGE = `<!doctype html><html><body><p>${"Grüße ".repeat(2_000)}</p></body></html>`;
const BROWSER = { "accept-encoding": "gzip, deflate, br" };
/** The paths of the page: sent at once, as bytes, and as a stream. */
const BODIES = ["/text", "/bytes", "/stream"];

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function makeToolbar(): Toolbar {
  const toolbar = new Toolbar({ keys: generateSecretKey() });
  ends.push(() => toolbar.close());
  return toolbar;
}

const bodyOf = (path: string): string | Buffer | Readable =>
  path === "/stream"
    ? Readable.from([PAGE.slice(0, 100), PAGE.slice(100)])
    : path === "/bytes"
      ? Buffer.from(PAGE)
      : PAGE;

function expressApp(compress: express.RequestHandler): (toolbar: Toolbar, isOutside: boolean) => Application {
  return (toolbar, isOutside) => {
    const app = express();
    const both = [compress, expressToolbar(toolbar)];
    app.use(...(isOutside ? both : both.reverse()));
    app.use((request, response) => {
      response.type("html");
      const body = bodyOf(request.path);
      if (body instanceof Readable) body.pipe(response);
      else response.send(body);
    });
    return app as Application;
  };
}

const APPLICATIONS: Readonly<
  Record<string, (toolbar: Toolbar, isOutside: boolean) => Application | Promise<Application>>
> = {
  "Express with compression 1.7": expressApp(compression() as express.RequestHandler),
  "Express with compression 1.8": expressApp(compression18() as express.RequestHandler),
  "Fastify with @fastify/compress": async (toolbar, isOutside) => {
    const app = Fastify();
    // It compresses in hooks of the routes, which run after those of plugins: it is always outside.
    if (!isOutside) await app.register(fastifyCompress);
    await app.register(fastifyToolbar(toolbar));
    if (isOutside) await app.register(fastifyCompress);
    app.get("/*", async (request, reply) => await reply.type("text/html").send(bodyOf(request.url)));
    await app.ready();
    ends.push(async () => await app.close());
    return (request, response) => app.routing(request, response);
  },
  "Koa with koa-compress": (toolbar, isOutside) => {
    const app = new Koa();
    const both = [koaCompress(), koaToolbar(toolbar)];
    for (const middleware of isOutside ? both : both.reverse()) app.use(middleware);
    app.use((ctx) => {
      ctx.type = "html";
      ctx.body = bodyOf(ctx.path);
    });
    return app.callback();
  },
  "Hono with hono/compress": (toolbar, isOutside) => {
    const app = new Hono();
    const both = [honoCompress(), honoToolbar(toolbar)];
    for (const middleware of isOutside ? both : both.reverse()) app.use(middleware);
    app.get("*", (c) => {
      const body = bodyOf(c.req.path);
      c.header("Content-Type", "text/html");
      return body instanceof Readable
        ? c.body(Readable.toWeb(body) as ReadableStream<Uint8Array>)
        : c.body(new Uint8Array(Buffer.from(body)));
    });
    return getRequestListener(app.fetch);
  },
};

async function start(name: string, toolbar: Toolbar, isOutside: boolean): Promise<string> {
  const { url, close } = await served(
    createServer(await APPLICATIONS[name]!(toolbar, isOutside)).listen(0, "127.0.0.1"),
  );
  ends.push(close);
  return url;
}

describe.each(Object.keys(APPLICATIONS))("%s", (name) => {
  test.each(BODIES)("B5: outside of the toolbar, the page %s is compressed, and shows it", async (path) => {
    const toolbar = makeToolbar();
    const url = await start(name, toolbar, true);
    const { headers, text, script } = await visit(url + path, BROWSER);
    expect(headers["content-encoding"]).toMatch(/^(?:gzip|br|deflate)$/);
    expect(text.startsWith(PAGE)).toBe(true);
    expect((await runScript(script!)).summary.path).toBe(path);
    const shown = await recordedAt(toolbar, path);
    expect(shown.notShown).toBeUndefined();
    // The record has the headers as the browser sent them.
    expect(JSON.stringify(toolbar.page(shown.id))).toContain("gzip, deflate, br");
  });

  test.each(BODIES)("B5: inside of the toolbar, it leaves the page %s as it is, which shows it", async (path) => {
    const toolbar = makeToolbar();
    const { headers, text, script } = await visit((await start(name, toolbar, false)) + path, BROWSER);
    expect(headers["content-encoding"]).toBe(name.startsWith("Fastify") ? "br" : undefined);
    expect(text.startsWith(PAGE)).toBe(true);
    expect((await runScript(script!)).summary.path).toBe(path);
  });

  test.each([true, false])("compresses what is no page as before; outside: %s", async (isOutside) => {
    const toolbar = makeToolbar();
    const url = await start(name, toolbar, isOutside);
    const fetched = { ...BROWSER, "sec-fetch-dest": "empty", "sec-fetch-mode": "cors" };
    const { headers, text } = await visit(`${url}/text`, fetched);
    expect(headers["content-encoding"]).toMatch(/^(?:gzip|br|deflate)$/);
    expect(text).toBe(PAGE);
  });

  test.each([true, false])("B2: each event arrives at once; outside: %s", async (isOutside) => {
    const url = await start(name, makeToolbar(), isOutside);
    const { script } = await visit(`${url}/text`, BROWSER);
    const { text, headers } = await firstEvent(script!, async () => await visit(`${url}/text?again`));
    expect(text).toMatch(/data: \{"id".*"path":"\/text"/);
    expect(headers).toMatchObject({ "cache-control": "no-store, no-transform", "x-accel-buffering": "no" });
    expect(headers["content-encoding"]).toBeUndefined();
  });
});

test("B5: a handler that compresses by itself is told the way out", async () => {
  const toolbar = makeToolbar();
  const app = express().use(expressToolbar(toolbar));
  app.get("/", (_, response) => void response.type("html").set("Content-Encoding", "br").send("not really"));
  const { url, close } = await served(createServer(app as Application).listen(0, "127.0.0.1"));
  ends.push(close);
  await (await fetch(url, { headers: { "sec-fetch-dest": "document" } })).text().catch(() => "");
  expect((await recordedAt(toolbar, "/")).notShown).toMatch(
    /^the answer is already compressed\. Fix: .*should not do so without Accept-Encoding/,
  );
});
