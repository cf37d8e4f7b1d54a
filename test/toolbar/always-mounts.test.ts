import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer, get as httpsGet } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { debugToolbar as expressToolbar } from "latchkey/express";
import { debugToolbar as fastifyToolbar } from "latchkey/fastify";
import { debugToolbar as honoToolbar } from "latchkey/hono";
import { generateSecretKey } from "latchkey/keys";
import { debugToolbar as koaToolbar } from "latchkey/koa";
import { debugToolbar as nodeToolbar } from "latchkey/node";
import { Toolbar, type ToolbarOptions } from "latchkey/toolbar";
import { afterEach, describe, expect, test } from "vitest";
import { makeCertificate, opensslPath } from "../support/certificate.ts";
import { served } from "../support/frameworks.ts";
import { NAVIGATES, recordedAt, runScript, scriptIn, visit, type Application } from "../support/toolbar-client.ts";

const PAGE = '<!doctype html><html><head><base href="https://cdn.example/x/"></head><body>hello</body></html>';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function makeToolbar(options: Partial<ToolbarOptions> = {}): Toolbar {
  const toolbar = new Toolbar({ keys: generateSecretKey(), ...options });
  ends.push(() => toolbar.close());
  return toolbar;
}

async function listen(listener: Application): Promise<string> {
  const { url, close } = await served(createHttpServer(listener).listen(0, "127.0.0.1"));
  ends.push(close);
  return url;
}

/** Applications that have the toolbar under a path, and their page at /app/page. */
const MOUNTED: Readonly<Record<string, (toolbar: Toolbar) => Application | Promise<Application>>> = {
  "a sub-application of Express": (toolbar) => {
    const sub = express().use(expressToolbar(toolbar));
    sub.get("/page", (_, response) => void response.type("html").send(PAGE));
    return express().use("/app", sub) as Application;
  },
  "a router of Express with a parameter": (toolbar) => {
    const router = express.Router().use(expressToolbar(toolbar));
    router.get("/page", (_, response) => void response.type("html").send(PAGE));
    return express().use("/:name", router) as Application;
  },
  "middleware of Express under a path": (toolbar) =>
    express()
      .use("/app", expressToolbar(toolbar))
      .get("/app/page", (_, response) => void response.type("html").send(PAGE)) as Application,
  "a plugin of Fastify with a prefix": async (toolbar) => {
    const app = Fastify();
    await app.register(
      async (sub) => {
        await sub.register(fastifyToolbar(toolbar));
        sub.get("/page", async (_, reply) => await reply.type("text/html").send(PAGE));
      },
      { prefix: "/app" },
    );
    await app.ready();
    ends.push(async () => await app.close());
    return (request, response) => app.routing(request, response);
  },
  "a route of Hono": (toolbar) => {
    const sub = new Hono().use(honoToolbar(toolbar)).get("/page", (c) => c.html(PAGE));
    return getRequestListener(new Hono().route("/app", sub).fetch);
  },
  "a route of Hono with a parameter": (toolbar) => {
    const sub = new Hono().use(honoToolbar(toolbar)).get("/page", (c) => c.html(PAGE));
    return getRequestListener(new Hono().route("/:name", sub).fetch);
  },
  "a base path of Hono": (toolbar) =>
    getRequestListener(
      new Hono()
        .basePath("/app")
        .use(honoToolbar(toolbar))
        .get("/page", (c) => c.html(PAGE)).fetch,
    ),
  "Koa, which cuts off a part of the path": (toolbar) => {
    const app = new Koa();
    // As koa-mount does it.
    app.use(async (ctx, next) => {
      ctx.path = ctx.path.replace(/^\/app/, "") || "/";
      await next();
    });
    app.use(koaToolbar(toolbar)).use((ctx) => {
      ctx.type = "html";
      ctx.body = PAGE;
    });
    return app.callback();
  },
  "middleware as connect mounts it": (toolbar) => {
    const show = nodeToolbar(toolbar);
    return (request, response) => {
      Object.assign(request, { originalUrl: request.url, url: request.url!.replace(/^\/app/, "") });
      show(request, response, () => void response.setHeader("Content-Type", "text/html").end(PAGE));
    };
  },
};

describe.each(Object.entries(MOUNTED))("B8: %s", (_, mount) => {
  test("shows the toolbar from its own address, and records none of its requests", async () => {
    const toolbar = makeToolbar();
    const url = await listen(await mount(toolbar));
    const { script } = await visit(`${url}/app/page?q=1`);
    expect(script).toMatch(new RegExp(`^${url}/app/_latchkey/toolbar\\.js\\?`));
    expect((await runScript(script!)).summary.path).toBe("/app/page");
    const own = await visit(`${url}/app/_latchkey/`);
    expect(own.status).toBe(200);
    expect(own.script).toMatch(new RegExp(`^${url}/app/_latchkey/toolbar\\.js\\?`));
    await visit(`${url}/app/page?last`);
    await expect.poll(() => toolbar.exchanges.length).toBe(2);
    expect(toolbar.exchanges.map(({ path }) => path)).toEqual(["/app/page", "/app/page"]);
  });
});

describe("B8: the address of the script", () => {
  test("names this server, whatever <base> says", async () => {
    const url = await listen(MOUNTED["a base path of Hono"]!(makeToolbar()) as Application);
    const { script } = await visit(`${url}/app/page`);
    expect(new URL(script!, "https://cdn.example/x/").origin).toBe(url);
  });

  test.skipIf(opensslPath === undefined)("has the scheme of the connection", async () => {
    const certificate = makeCertificate();
    ends.push(() => certificate.remove());
    const show = nodeToolbar(makeToolbar());
    const server: Server = createHttpsServer({ key: certificate.key, cert: certificate.cert }, (request, response) =>
      show(request, response, () => void response.setHeader("Content-Type", "text/html").end(PAGE)),
    ) as unknown as Server;
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    ends.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const text = await new Promise<string>((resolve, reject) => {
      const options = { port, host: "127.0.0.1", rejectUnauthorized: false, agent: false } as const;
      httpsGet({ ...options, headers: { ...NAVIGATES, host: `localhost:${port}` } }, (response) => {
        let page = "";
        response.setEncoding("utf8").on("data", (part: string) => (page += part));
        response.on("end", () => resolve(page));
      }).on("error", reject);
    });
    expect(scriptIn(text)).toMatch(new RegExp(`^https://localhost:${port}/_latchkey/`));
  });

  const PROXY = { allow: ["127.0.0.1"] };
  /** What a proxy that is allowed says of the visitor. */
  const FORWARDED = { "x-forwarded-for": "127.0.0.1" };
  const pathAt = async (
    options: Partial<ToolbarOptions>,
    headers: Readonly<Record<string, string>>,
  ): Promise<string | undefined> => {
    const show = nodeToolbar(makeToolbar(options));
    const url = await listen((request, response) =>
      show(request, response, () => void response.setHeader("Content-Type", "text/html").end(PAGE)),
    );
    const text = await (await fetch(url, { headers: { ...NAVIGATES, ...headers } })).text();
    return /src="([^"?]+)\?/.exec(text)?.[1]?.replace(url, "ORIGIN");
  };

  test.each<[string, Partial<ToolbarOptions>, Readonly<Record<string, string>>, string | undefined]>([
    ["nothing said", {}, {}, "ORIGIN/_latchkey/toolbar.js"],
    ["the option base as a path", { base: "/shop" }, {}, "ORIGIN/shop/_latchkey/toolbar.js"],
    [
      "the option base as an address",
      { base: "https://dev.example.test/shop" },
      {},
      "https://dev.example.test/shop/_latchkey/toolbar.js",
    ],
    ["an allowed proxy without a prefix", PROXY, FORWARDED, "/_latchkey/toolbar.js"],
    [
      "an allowed proxy with a prefix",
      PROXY,
      { ...FORWARDED, "x-forwarded-prefix": "/shop/" },
      "/shop/_latchkey/toolbar.js",
    ],
    [
      "two proxies with a prefix each",
      PROXY,
      { ...FORWARDED, "x-forwarded-prefix": "/all, /shop" },
      "/all/shop/_latchkey/toolbar.js",
    ],
    [
      "a prefix that is another host",
      PROXY,
      { ...FORWARDED, "x-forwarded-prefix": "//evil.example" },
      "/_latchkey/toolbar.js",
    ],
    [
      "a prefix with a quotation mark",
      PROXY,
      { ...FORWARDED, "x-forwarded-prefix": '/"><script>' },
      "/_latchkey/toolbar.js",
    ],
    ["a prefix of a stranger", {}, { "x-forwarded-prefix": "/shop" }, undefined],
  ])("with %s", async (_, options, headers, expected) => {
    expect(await pathAt(options, headers)).toBe(expected);
  });

  test("behind a proxy that cuts off a prefix, is served through it", async () => {
    const show = nodeToolbar(makeToolbar(PROXY));
    const upstream = await listen((request, response) =>
      show(request, response, () => void response.setHeader("Content-Type", "text/html").end(PAGE)),
    );
    // A proxy as nginx with `location /shop/ { proxy_pass http://upstream/; }` and two headers.
    const proxy = await listen(async (request, response) => {
      if (!request.url!.startsWith("/shop/")) return response.writeHead(404).end();
      const headers = { ...(request.headers as Record<string, string>), ...FORWARDED, "x-forwarded-prefix": "/shop" };
      const answer = await fetch(upstream + request.url!.slice("/shop".length), { headers });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
      return response.end(await answer.text());
    });
    const { text } = await visit(`${proxy}/shop/page`);
    const script = new URL(scriptIn(text)!, proxy).href;
    expect(script).toMatch(new RegExp(`^${proxy}/shop/_latchkey/`));
    expect((await runScript(script)).summary.path).toBe("/page");
  });

  test("a mount that begins with two slashes is not taken for a host", async () => {
    const show = nodeToolbar(makeToolbar({ ...PROXY }));
    const url = await listen((request, response) => {
      Object.assign(request, { baseUrl: "//evil.example", originalUrl: "//evil.example/page", url: "/page" });
      show(request, response, () => void response.setHeader("Content-Type", "text/html").end(PAGE));
    });
    const { text } = await visit(`${url}/page`, FORWARDED);
    expect(text).toContain('src="/_latchkey/toolbar.js?');
  });
});

test("B8: the path of a page under a mount is recorded as the browser sees it", async () => {
  const toolbar = makeToolbar();
  const url = await listen(MOUNTED["a sub-application of Express"]!(toolbar) as Application);
  await visit(`${url}/app/page`);
  expect((await recordedAt(toolbar, "/app/page")).status).toBe(200);
});
