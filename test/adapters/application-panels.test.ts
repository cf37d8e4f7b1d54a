import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { bodyParser } from "@koa/bodyparser";
import { Router } from "@koa/router";
import { serve } from "@hono/node-server";
import express, { type NextFunction } from "express";
import express4 from "express4";
import Fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import multer from "multer";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import * as forExpress from "../../src/adapters/express/toolbar.ts";
import * as forFastify from "../../src/adapters/fastify/toolbar.ts";
import * as forHono from "../../src/adapters/hono/toolbar.ts";
import * as forKoa from "../../src/adapters/koa/toolbar.ts";
import { DebugToolbarExtension, Flask, request as flaskRequest } from "../../src/flask/index.ts";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { Toolbar, type Exchange, type Panel } from "../../src/toolbar/index.ts";

const KEY = generateSecretKey();

/**
 * What the panels have of each request, by its path; a panel of the test's own keeps the exchange.
 */
class Watched {
  readonly exchanges: Exchange[] = [];
  readonly toolbar: Toolbar;

  constructor() {
    const keep: Panel = {
      id: "keep",
      title: "Keep",
      begin: (recording) => void this.exchanges.push(recording as Exchange),
      collect: () => 0,
      view: () => [],
    };
    this.toolbar = new Toolbar({ keys: KEY, panels: [keep], redactNames: ["creditLimit"] });
  }

  async finished(path: string): Promise<Exchange> {
    const find = (): Exchange | undefined => this.exchanges.find((each) => each.path === path);
    await vi.waitUntil(() => find()?.finished === true, { timeout: 60_000 });
    return find()!;
  }

  panel(exchange: Exchange, id: string): string {
    return JSON.stringify(this.toolbar.page(exchange.id)!.panels.find((panel) => panel.id === id)!.blocks);
  }
}

interface Application {
  readonly watched: Watched;
  readonly url: string;
  readonly close: () => Promise<void> | void;
}

async function listening(server: Server, watched: Watched): Promise<Application> {
  if (!server.listening) await once(server, "listening");
  return {
    watched,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const STREAM = async function* (): AsyncGenerator<string> {
  for (let part = 0; part < 10; part++) yield "x".repeat(1_000);
};

/** What Koa's parser adds to the types. */
type Parsed = { readonly request: { readonly body?: unknown } };

async function onExpress(framework: typeof express): Promise<Application> {
  const watched = new Watched();
  const app = framework().set("shop key", KEY).set("shop secret", "hunter2");
  app.use(forExpress.debugToolbar(watched.toolbar));
  app.use(framework.json(), framework.urlencoded({ extended: true }));
  const router = framework.Router();
  router.get("/users/:id", function showUser(request, response) {
    response.json({ id: request.params.id });
  });
  router.get("/reset/:token", function reset(_, response) {
    response.json({});
  });
  router.get("/fail/:id", function failing() {
    throw new Error("no such user");
  });
  app.use("/api", router);
  // The router forgets what it has read from the path before this is called.
  app.use(function answerError(_: unknown, __: express.Request, response: express.Response, ___: NextFunction) {
    response.status(500).json({});
  });
  app.post("/form", function readForm(_, response) {
    response.json({});
  });
  app.post("/upload", multer().array("photo"), (_, response) => void response.json({}));
  app.get("/stream", (_, response) => {
    void (async () => {
      for await (const part of STREAM()) response.write(part);
      response.end();
    })();
  });
  return await listening(app.listen(0, "127.0.0.1"), watched);
}

const APPLICATIONS: Readonly<Record<string, () => Promise<Application>>> = {
  Express: async () => await onExpress(express),
  "Express 4": async () => await onExpress(express4 as unknown as typeof express),
  Fastify: async () => {
    const watched = new Watched();
    const app = Fastify({ bodyLimit: 12_345 });
    app.register(forFastify.debugToolbar(watched.toolbar));
    app.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (_, body, done) =>
      done(null, Object.fromEntries(new URLSearchParams(String(body)))),
    );
    app.register(
      (api, _, done) => {
        api.get("/users/:id", async function showUser(request) {
          return request.params as object;
        });
        api.get("/reset/:token", async () => ({}));
        api.get("/fail/:id", async function failing() {
          throw new Error("no such user");
        });
        done();
      },
      { prefix: "/api" },
    );
    app.post("/form", async function readForm() {
      return {};
    });
    app.get("/stream", async (_, reply) => {
      const { Readable } = await import("node:stream");
      return await reply.send(Readable.from(STREAM()));
    });
    await app.listen({ port: 0, host: "127.0.0.1" });
    return { ...(await listening(app.server, watched)), close: async () => await app.close() };
  },
  Koa: async () => {
    const watched = new Watched();
    const app = new Koa();
    app.use(forKoa.debugToolbar(watched.toolbar));
    app.use(bodyParser());
    const router = new Router({ prefix: "/api" });
    router.get("showUser", "/users/:id", (ctx) => void (ctx.body = { id: ctx.params["id"] }));
    router.get("/reset/:token", (ctx) => void (ctx.body = {}));
    app.silent = true;
    router.get("failing", "/fail/:id", () => {
      throw new Error("no such user");
    });
    app.use(router.routes());
    const other = new Router();
    other.post(
      "readForm",
      "/form",
      (ctx) => void (ctx.body = Object.keys((ctx as unknown as Parsed).request.body ?? {})),
    );
    other.get("/stream", async (ctx) => {
      const { Readable } = await import("node:stream");
      ctx.body = Readable.from(STREAM());
    });
    app.use(other.routes());
    return await listening(app.listen(0, "127.0.0.1"), watched);
  },
  Hono: async () => {
    const watched = new Watched();
    const app = new Hono();
    app.use(forHono.debugToolbar(watched.toolbar, app));
    app.get("/api/users/:id", function showUser(c) {
      return c.json({ id: c.req.param("id") });
    });
    app.get("/api/reset/:token", (c) => c.json({}));
    app.onError((_, c) => c.json({}, 500));
    app.get("/api/fail/:id", function failing() {
      throw new Error("no such user");
    });
    app.post("/form", async function readForm(c) {
      if (c.req.header("content-type") === "application/json") await c.req.json();
      else await c.req.parseBody();
      return c.json({});
    });
    app.post("/upload", async (c) => c.json(Object.keys(await c.req.parseBody({ all: true }))));
    app.post("/unread", (c) => c.json({}));
    app.get("/stream", (c) => c.body(ReadableStream.from(STREAM()).pipeThrough(new TextEncoderStream())));
    return await listening(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server, watched);
  },
};

describe.each(Object.keys(APPLICATIONS))("what the panels say of a request on %s", (framework) => {
  let app: Application;
  beforeAll(async () => {
    app = await APPLICATIONS[framework]!();
  });
  afterAll(async () => {
    await app.close();
    app.watched.toolbar.close();
  });

  test("X6: route, handler and arguments, and the size of the answer", async () => {
    const answer = await fetch(`${app.url}/api/users/41?tab=orders`);
    const body = await answer.text();
    const exchange = await app.watched.finished("/api/users/41");
    expect(exchange).toMatchObject({
      route: "/api/users/:id",
      handler: "showUser",
      params: [["id", "41"]],
      httpVersion: "1.1",
      responseSize: { body: Buffer.byteLength(body), isExact: true, added: 0 },
    });
    expect(app.watched.panel(exchange, "request")).toContain("showUser(id: 41)");
    expect(app.watched.panel(exchange, "response")).toContain(`${Buffer.byteLength(body)} bytes`);
  });

  test("X6: the arguments of a handler that throws", async () => {
    await (await fetch(`${app.url}/api/fail/41`)).text();
    expect(await app.watched.finished("/api/fail/41")).toMatchObject({
      route: "/api/fail/:id",
      handler: "failing",
      params: [["id", "41"]],
    });
  });

  test("X6: the fields of a form, redacted by name", async () => {
    const form = new URLSearchParams({
      name: "Ada",
      password: "hunter2",
      credit_limit: "nine thousand",
      code: "4/0AX",
      long: "z".repeat(3_000),
    });
    await (await fetch(`${app.url}/form`, { method: "POST", body: form })).text();
    const exchange = await app.watched.finished("/form");
    expect(exchange.body).toMatchObject({ kind: "form", omitted: 0, files: [] });
    const fields = Object.fromEntries(exchange.body!.fields);
    expect(fields).toMatchObject({ name: "Ada", password: "••••••••", credit_limit: "••••••••", code: "••••••••" });
    expect(fields["long"]!.length).toBeLessThan(1_050);
    const page = JSON.stringify(app.watched.toolbar.page(exchange.id));
    expect(["hunter2", "nine thousand", "4/0AX"].filter((secret) => page.includes(secret))).toEqual([]);
    app.watched.exchanges.splice(0);
  });

  test("X6: the members of a JSON body, and no more than 100", async () => {
    const members = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`m${n}`, n]));
    const body = JSON.stringify({ user: { name: "Ada", apiKey: "s3cret" }, ...members });
    await (
      await fetch(`${app.url}/form`, { method: "POST", body, headers: { "Content-Type": "application/json" } })
    ).text();
    const exchange = await app.watched.finished("/form");
    expect(exchange.body).toMatchObject({ kind: "json", omitted: 51 });
    expect(exchange.body!.fields).toHaveLength(100);
    expect(exchange.body!.fields[0]).toEqual(["user", '{"name":"Ada","apiKey":"••••••••"}']);
    expect(app.watched.panel(exchange, "request")).toContain(
      `${Buffer.byteLength(body).toLocaleString("en-US")} bytes`,
    );
    app.watched.exchanges.splice(0);
  });

  test("the size of a stream is what was sent", async () => {
    const answer = await fetch(`${app.url}/stream`);
    expect((await answer.text()).length).toBe(10_000);
    const { responseSize } = await app.watched.finished("/stream");
    expect(responseSize!.isExact).toBe(false);
    expect(responseSize!.body).toBeGreaterThanOrEqual(10_000);
    expect(responseSize!.body).toBeLessThan(10_400);
  });

  test("B13: a token in the path is hidden everywhere, because its parameter is called one", async () => {
    await (await fetch(`${app.url}/api/reset/f00ba5e7c0ffee`)).text();
    await expect.poll(() => app.watched.toolbar.exchanges.some(({ path }) => path.startsWith("/api/reset"))).toBe(true);
    const { id } = app.watched.toolbar.exchanges.find(({ path }) => path.startsWith("/api/reset"))!;
    expect(JSON.stringify([app.watched.toolbar.page(id), app.watched.toolbar.exchanges])).not.toContain("f00ba5e7");
  });

  test("X10: the routes, with the one that answered", async () => {
    await (await fetch(`${app.url}/api/users/42`)).text();
    const routes = app.watched.panel(await app.watched.finished("/api/users/42"), "routes");
    for (const text of ["/api/reset/:token", "/form", "/stream", "showUser", "POST"]) expect(routes).toContain(text);
    const rows = JSON.parse(routes) as readonly { readonly rows?: readonly unknown[] }[];
    const marked = rows
      .flatMap(({ rows: list = [] }) => list)
      .filter((row) => JSON.stringify(row).includes("this one"));
    expect(marked).toHaveLength(1);
    expect(JSON.stringify(marked)).toContain("/api/users/:id");
  });
});

describe("files", () => {
  test.each(["Express", "Hono"])("X6: %s: by field, name and size, and never their content", async (framework) => {
    const app = await APPLICATIONS[framework]!();
    const form = new FormData();
    form.append("title", "Holidays");
    for (const name of ["a.txt", "b.txt"]) form.append("photo", new File(["the content of the file"], name));
    await (await fetch(`${app.url}/upload`, { method: "POST", body: form })).text();
    const exchange = await app.watched.finished("/upload");
    expect(exchange.body!.files).toEqual([
      { field: "photo", name: "a.txt", bytes: 23 },
      { field: "photo", name: "b.txt", bytes: 23 },
    ]);
    expect(exchange.body!.fields).toEqual([["title", "Holidays"]]);
    expect(JSON.stringify(app.watched.toolbar.page(exchange.id))).not.toContain("the content");
    await app.close();
  });
});

describe("a body that nobody has read", () => {
  test("is not read by the toolbar", async () => {
    const app = await APPLICATIONS["Hono"]!();
    await (await fetch(`${app.url}/unread`, { method: "POST", body: new URLSearchParams({ a: "1" }) })).text();
    const exchange = await app.watched.finished("/unread");
    expect(exchange.body).toBeUndefined();
    expect(app.watched.panel(exchange, "request")).toContain("has not parsed the body");
    await app.close();
  });
});

describe("the panel Config", () => {
  const config = async (framework: string): Promise<string> => {
    const app = await APPLICATIONS[framework]!();
    await (await fetch(`${app.url}/api/users/1`)).text();
    const text = app.watched.panel(await app.watched.finished("/api/users/1"), "config");
    await app.close();
    return text;
  };

  test("X10: has Express's settings, without keys", async () => {
    const text = await config("Express");
    for (const name of ["views", "trust proxy", "shop secret"]) expect(text).toContain(name);
    for (const secret of [KEY, "hunter2"]) expect(text).not.toContain(secret);
  });

  test("X10: has Fastify's settings", async () => {
    expect(await config("Fastify")).toContain("12345");
  });

  test("X10: has Koa's settings", async () => {
    expect(await config("Koa")).toContain("subdomainOffset");
  });
});

describe("latchkey/flask", () => {
  test("X6, X10: form, view, arguments, rules and config", async () => {
    const app = new Flask(fileURLToPath(new URL(".", import.meta.url)));
    app.debug = true;
    app.config["SECRET_KEY"] = KEY;
    app.config["SHOP_NAME"] = "Corner shop";
    app.config["MY_THING"] = KEY;
    app.config["STRIPE"] = `sk_live_${"a1B2".repeat(8)}`;
    const extension = new DebugToolbarExtension(app);
    app.post("/user/<int:id>", function edit() {
      return `hello ${flaskRequest.form.get("name")}`;
    });
    app.get("/", () => "home");
    const running = await app.run({ port: 0 });
    const form = new FormData();
    form.append("name", "Ada");
    form.append("password", "hunter2");
    form.append("photo", new File(["0123456789"], "me.png"));
    expect(await (await fetch(`${running.url}/user/7`, { method: "POST", body: form })).text()).toBe("hello Ada");
    const page = await (await fetch(`${running.url}/_latchkey/`)).text();
    const token = new URLSearchParams(/toolbar\.js\?([^"]+)"/.exec(page)![1]!.replaceAll("&amp;", "&")).get("token")!;
    const read = async (path: string): Promise<string> =>
      await (await fetch(`${running.url}/_latchkey${path}?token=${encodeURIComponent(token)}`)).text();
    await expect.poll(async () => await read("/exchanges")).toContain("/user/7");
    const { exchanges } = JSON.parse(await read("/exchanges")) as { exchanges: { id: string; path: string }[] };
    const record = await read(`/exchanges/${exchanges.find(({ path }) => path === "/user/7")!.id}`);
    for (const text of [
      "edit(id: 7)",
      "/user/<int:id>",
      "Ada",
      "me.png",
      "Corner shop",
      "PERMANENT_SESSION_LIFETIME",
      "this one",
    ])
      expect(record).toContain(text);
    for (const secret of [KEY, "hunter2", "sk_live_", "0123456789"]) expect(record).not.toContain(secret);
    extension.close();
    await running.close();
  });
});
