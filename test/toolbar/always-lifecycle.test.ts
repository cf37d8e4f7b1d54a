import { hasSubscribers, subscribe, unsubscribe, channel } from "node:diagnostics_channel";
import { createServer } from "node:http";
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
import { Toolbar, type ToolbarOptions } from "latchkey/toolbar";
import { afterEach, describe, expect, test, vi } from "vitest";
import { served } from "../support/frameworks.ts";
import { recordedAt, runScript, visit, type Application } from "../support/toolbar-client.ts";

const PAGE = "<!doctype html><html><body>hello</body></html>";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function makeToolbar(options: Partial<ToolbarOptions> = {}): Toolbar {
  const toolbar = new Toolbar({ keys: generateSecretKey(), ...options });
  ends.push(() => toolbar.close());
  return toolbar;
}

/** Applications with these toolbars, the first outermost. */
const APPLICATIONS: Readonly<Record<string, (...toolbars: readonly Toolbar[]) => Application | Promise<Application>>> =
  {
    Express: (...toolbars) => {
      const app = express();
      for (const toolbar of toolbars) app.use(expressToolbar(toolbar));
      app.get("/boom", () => {
        throw new RangeError("thrown once");
      });
      app.get("/redirect", (request, response) => response.redirect(request.query["to"] as string));
      return app.use((_, response) => void response.type("html").send(PAGE)) as Application;
    },
    Fastify: async (...toolbars) => {
      const app = Fastify();
      for (const toolbar of toolbars) await app.register(fastifyToolbar(toolbar));
      app.get("/*", async (_, reply) => await reply.type("text/html").send(PAGE));
      await app.ready();
      ends.push(async () => await app.close());
      return (request, response) => app.routing(request, response);
    },
    Hono: (...toolbars) => {
      const app = new Hono();
      for (const toolbar of toolbars) app.use(honoToolbar(toolbar));
      return getRequestListener(app.get("*", (c) => c.html(PAGE)).fetch);
    },
    Koa: (...toolbars) => {
      const app = new Koa();
      for (const toolbar of toolbars) app.use(koaToolbar(toolbar));
      app.use((ctx) => {
        ctx.type = "html";
        ctx.body = PAGE;
      });
      return app.callback();
    },
  };

async function start(name: string, ...toolbars: readonly Toolbar[]): Promise<string> {
  const { url, close } = await served(createServer(await APPLICATIONS[name]!(...toolbars)).listen(0, "127.0.0.1"));
  ends.push(close);
  return url;
}

const scripts = (text: string): number => text.split("<script").length - 1;

describe.each(Object.keys(APPLICATIONS))("B18: %s", (name) => {
  test("the same toolbar mounted twice puts one script into the page", async () => {
    const toolbar = makeToolbar();
    const { text, script } = await visit(`${await start(name, toolbar, toolbar)}/`);
    expect(scripts(text)).toBe(1);
    expect((await runScript(script!)).summary.path).toBe("/");
  });

  test("of two toolbars the outer one is shown, and the other says why not", async () => {
    const warnings: string[] = [];
    const listener = ({ message }: Error): void => void warnings.push(message);
    process.on("warning", listener);
    ends.push(() => process.off("warning", listener));
    const [outer, inner] = [makeToolbar(), makeToolbar()];
    const { text, script } = await visit(`${await start(name, outer, inner)}/`);
    expect(scripts(text)).toBe(1);
    expect((await runScript(script!)).summary.id).toBe((await recordedAt(outer, "/")).id);
    expect((await recordedAt(inner, "/")).notShown).toBe(
      "another Toolbar is mounted outside of this one. Fix: make one Toolbar, and mount it once.",
    );
    await expect.poll(() => warnings.join()).toContain("another Toolbar is mounted outside of this one");
  });

  test("after close() no page changes, nothing is answered under the prefix, and nothing is recorded", async () => {
    const toolbar = makeToolbar();
    const url = await start(name, toolbar);
    expect((await visit(`${url}/`)).script).toBeDefined();
    await recordedAt(toolbar, "/");
    toolbar.close();
    const { text, headers } = await visit(`${url}/`);
    expect(text).toBe(PAGE);
    expect(headers["cache-control"]).toBeUndefined();
    expect((await visit(`${url}/_latchkey/`)).text).toBe(PAGE);
    expect(toolbar.exchanges).toHaveLength(1);
  });
});

describe("B18: close()", () => {
  const CHANNELS = [
    "http.server.request.start",
    "tracing:express.router.request:error",
    "console.log",
    "latchkey:session.load",
  ];

  test("leaves no subscription behind, of as many adapters as there were", () => {
    const before = CHANNELS.map((name) => hasSubscribers(name));
    const toolbar = makeToolbar();
    for (let count = 0; count < 5; count++) expressToolbar(toolbar);
    expect(CHANNELS.map((name) => hasSubscribers(name))).toContain(true);
    toolbar.close();
    expect(CHANNELS.map((name) => hasSubscribers(name))).toEqual(before);
  });

  test("lets a request end that was running", async () => {
    const toolbar = makeToolbar();
    const app = express().use(expressToolbar(toolbar));
    app.get("/", (_, response) => {
      response.type("html").write("<!doctype html>");
      toolbar.close();
      response.end("<p>end");
    });
    app.get("/late", (_, response) => {
      toolbar.close();
      response.type("html").send(PAGE);
    });
    const { url, close } = await served(createServer(app as Application).listen(0, "127.0.0.1"));
    ends.push(close);
    expect((await visit(`${url}/`)).text).toMatch(/^<!doctype html><p>end/);
    expect((await visit(`${url}/late`)).text).toBe(PAGE);
  });
});

describe("B18: a redirect", () => {
  test.each([
    ["within this server", (url: string) => `${url}/next`, true],
    ["by its path", () => "/next", true],
    ["to another server with the same path", () => "https://accounts.example/next", false],
    ["to another port with the same path", () => "http://127.0.0.1:9/next", false],
  ])("%s is linked only if it led here", async (_, to, isLinked) => {
    const toolbar = makeToolbar();
    const url = await start("Express", toolbar);
    await visit(`${url}/redirect?to=${encodeURIComponent(to(url))}`);
    const { id } = await recordedAt(toolbar, "/redirect");
    await visit(`${url}/next`);
    expect((await recordedAt(toolbar, "/next")).redirectedFrom).toBe(isLinked ? id : undefined);
  });
});

describe("B12: code of the application that throws", () => {
  test("authorize: the page is answered without the toolbar, and the record says why", async () => {
    const authorize = vi.fn<() => boolean>(() => {
      throw new Error("auth db down");
    });
    const toolbar = makeToolbar({ authorize });
    const url = await start("Express", toolbar);
    const { status, text } = await visit(`${url}/`);
    expect([status, text]).toEqual([200, PAGE]);
    expect(authorize).toHaveBeenCalled();
    expect((await recordedAt(toolbar, "/")).notShown).toBe("The option authorize failed.");
    // Under the prefix it is a plain 404 of the toolbar, not a failure.
    expect((await visit(`${url}/_latchkey/`)).status).toBe(404);
  });

  test("authorize is asked once for a page that shows the toolbar", async () => {
    const authorize = vi.fn<() => boolean>(() => true);
    const url = await start("Express", makeToolbar({ authorize }));
    expect((await visit(`${url}/`)).script).toBeDefined();
    expect(authorize).toHaveBeenCalledOnce();
  });

  test("a panel: its listener and its collect have a counter each, and off means off", async () => {
    const heard = vi.fn<() => void>(() => {
      throw new Error("deaf");
    });
    const collect = vi.fn<() => number>(() => 1);
    let isBroken = false;
    const toolbar = makeToolbar({
      panels: [
        {
          id: "broken",
          title: "Broken",
          channels: { "test:always": heard },
          collect: () => {
            if (isBroken) throw new Error("no data");
            return collect();
          },
          view: () => [{ kind: "text", text: "all is there" }],
        },
      ],
    });
    const app = express().use(expressToolbar(toolbar));
    app.use((_, response) => {
      for (let count = 0; count < 10; count++) channel("test:always").publish({});
      response.type("html").send(PAGE);
    });
    const { url, close } = await served(createServer(app as Application).listen(0, "127.0.0.1"));
    ends.push(close);
    const panelAt = async (path: string): Promise<string> => {
      await visit(url + path);
      const { id } = await recordedAt(toolbar, path);
      return JSON.stringify(toolbar.page(id)!.panels.find((panel) => panel.id === "broken"));
    };
    // The listener is off after five times, and what is collected is shown with a word about it.
    const first = await panelAt("/1");
    expect(heard).toHaveBeenCalledTimes(5);
    expect(first).toContain("all is there");
    expect(first).toContain("The toolbar's listener of panel broken failed 5 times and was switched off: Error: deaf");
    isBroken = true;
    for (let count = 2; count < 7; count++) expect(await panelAt(`/${count}`)).toContain("no data");
    isBroken = false;
    collect.mockClear();
    expect(await panelAt("/7")).toContain("The toolbar's panel broken failed 5 times and was switched off");
    expect(collect).not.toHaveBeenCalled();
  });
});

test("subscribers of others stay", () => {
  const own = (): void => {};
  subscribe("http.server.request.start", own);
  makeToolbar().close();
  expect(unsubscribe("http.server.request.start", own)).toBe(true);
});
