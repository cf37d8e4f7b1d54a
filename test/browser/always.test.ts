import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import compression from "compression";
import express from "express";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { debugToolbar } from "../../src/adapters/express/toolbar.ts";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { Toolbar, type ExchangeSummary } from "../../src/toolbar/index.ts";
import { chromiumPath, complaintsOf, launchBrowser, screenshot, ToolbarView } from "../support/browser.ts";

const KEYS = generateSecretKey();
const PAGE = '<!doctype html><html lang="en"><head><title>App</title></head><body><h1>App</h1></body></html>';
/** A service worker that is at work at once, and answers navigations in its own way. */
const worker = (answer: string): string => `
  addEventListener("install", () => skipWaiting());
  addEventListener("activate", (event) => event.waitUntil(clients.claim()));
  addEventListener("fetch", (event) => {
    if (event.request.mode === "navigate") event.respondWith(${answer});
  });`;
const WORKERS: Readonly<Record<string, string>> = {
  passes: worker("fetch(event.request)"),
  caches: worker(`caches.open("pages").then(async (cache) => {
    const known = await cache.match(event.request.url);
    if (known !== undefined) return known;
    const answer = await fetch(event.request);
    await cache.put(event.request.url, answer.clone());
    return answer;
  })`),
};
/** Pages with the script in a place where browsers do not run it. */
const UNSEEN: Readonly<Record<string, string>> = {
  "an unclosed comment": `${PAGE}<!-- to be continued`,
  "a frameset": '<html><frameset cols="*"><frame src="about:blank"></frameset>',
  "a policy in the page": PAGE.replace(
    "<head>",
    `<head><meta http-equiv="Content-Security-Policy" content="script-src 'none'">`,
  ),
};

describe.skipIf(chromiumPath === undefined)("the toolbar is there, in Chromium", () => {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-static-"));
  const reports: string[] = [];
  const answered: string[] = [];
  let toolbar: Toolbar;
  let server: Server;
  let origin: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let view: ToolbarView;

  function makeServer(): Server {
    toolbar = new Toolbar({ keys: KEYS });
    const app = express().use(compression() as express.RequestHandler);
    app.use((request, _, next) => {
      answered.push(`${request.path} ${request.get("sec-fetch-dest")} ${request.get("sec-fetch-mode")}`);
      next();
    });
    // A service worker needs the scope of the whole server, and is no page.
    app.get("/sw-:name", (request, response) => void response.type("js").send(WORKERS[request.params["name"]]));
    app.post("/csp", express.text({ type: () => true }), (request, response) => {
      reports.push(String(request.body));
      response.end();
    });
    app.get("/favicon.ico", (_, response) => void response.status(204).end());
    app.use(debugToolbar(toolbar));
    app.use(express.static(folder, { maxAge: "1h" }));
    app.get("/plain", (_, response) => void response.type("html").set("Cache-Control", "max-age=3600").send(PAGE));
    app.get("/base", (_, response) =>
      response.type("html").send(PAGE.replace("<head>", '<head><base href="http://localhost:9/x/">')),
    );
    app.get("/reporting", (_, response) =>
      response
        .type("html")
        .set(
          "Content-Security-Policy-Report-Only",
          "default-src 'self'; script-src 'nonce-abc123'; connect-src 'none'; report-uri /csp",
        )
        .send(PAGE),
    );
    app.get("/unseen/:name", (request, response) => void response.type("html").send(UNSEEN[request.params.name]));
    return createServer(app as RequestListener);
  }

  beforeAll(async () => {
    writeFileSync(join(folder, "index.html"), PAGE);
    server = makeServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    toolbar?.close();
    server?.close();
    server?.closeAllConnections();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
    page = await context.newPage();
    view = new ToolbarView(page);
  });
  afterEach(async () => await context.close());

  /** The id of the request that the page names as its own. */
  async function ownId(): Promise<string> {
    await view.waitFor(/\b200\b/);
    const found: unknown = await page.evaluate(
      `performance.getEntriesByType("resource").map(({ name }) => name).findLast((name) => name.includes("/toolbar.js?"))`,
    );
    return new URL(String(found)).searchParams.get("exchange") ?? "";
  }
  const newest = (path: string): ExchangeSummary | undefined =>
    toolbar.exchanges.find((exchange) => exchange.path === path);

  test("B4: a static page shows its present request: on the second load, after a reload and after a restart", async () => {
    const complaints = complaintsOf(page);
    const ids: string[] = [];
    const look = async (go: () => Promise<unknown>): Promise<void> => {
      await go();
      ids.push(await ownId());
      expect(newest("/")?.id).toBe(ids.at(-1));
    };
    await look(async () => await page.goto(origin));
    await look(async () => await page.goto(origin));
    await look(async () => await page.reload());
    const { port } = server.address() as AddressInfo;
    toolbar.close();
    await new Promise<unknown>((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    server = makeServer();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    await look(async () => await page.goto(origin));
    await look(async () => await page.reload());
    expect(new Set(ids).size).toBe(5);
    // While the server was away, the stream of events was refused; nothing else was.
    expect(complaints.filter((text) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED/.test(text))).toEqual([]);
  });

  test("B4: a page that may be cached shows its present request, also after going back", async () => {
    await page.goto(`${origin}/plain`);
    const first = await ownId();
    await page.goto(origin);
    await view.waitFor(/\b200\b/);
    await page.goto(`${origin}/plain`);
    const second = await ownId();
    expect(second).not.toBe(first);
    expect(newest("/plain")?.id).toBe(second);
    await page.goBack();
    await view.waitFor(/\b200\b/);
    await page.goForward();
    const third = await ownId();
    // From the browser's own memory it is the same page; from the server it is a new one.
    expect([second, newest("/plain")?.id]).toContain(third);
  });

  test("B8: a page with <base> loads the script from this server, and sends its token nowhere else", async () => {
    const elsewhere: string[] = [];
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== origin) elsewhere.push(request.url());
    });
    await page.goto(`${origin}/base`);
    expect(newest("/base")?.id).toBe(await ownId());
    expect(elsewhere).toEqual([]);
  });

  async function underWorker(name: string, path: string): Promise<void> {
    await page.goto(`${origin}/plain?before`);
    await page.evaluate(
      `navigator.serviceWorker.register("/sw-${name}").then(() => new Promise((resolve) =>
        navigator.serviceWorker.controller ? resolve() : navigator.serviceWorker.addEventListener("controllerchange", resolve)))`,
    );
    await page.goto(origin + path);
  }

  test("B9: behind a service worker that passes navigations on, the page shows the toolbar", async () => {
    await underWorker("passes", "/plain?passed-on");
    expect(newest("/plain")?.id).toBe(await ownId());
    // Chromium says that it was no document. So the case is the one that is meant.
    expect(answered.findLast((line) => line.startsWith("/plain"))).toBe("/plain empty navigate");
  });

  test("B4: a page from the cache of a service worker says that it is", async () => {
    await underWorker("caches", "/?cached");
    const id = await ownId();
    await page.goto(`${origin}/?cached`);
    expect(await ownId()).toBe(id);
    await page.keyboard.press("Shift+Alt+D");
    await view.click("tab", /Request/);
    expect(await view.waitFor("came from a cache")).toContain("2 times");
    await screenshot(page, "toolbar-from-a-cache");
  });

  test.each(Object.keys(UNSEEN))(
    "B9: %s: the record and the toolbar's own page say that it is not shown",
    async (name) => {
      const path = `/unseen/${encodeURIComponent(name)}`;
      await page.goto(origin + path);
      await expect.poll(() => newest(path)?.notShown).toMatch(/^the browser did not run the script/);
      expect(await view.text()).toBeUndefined();
      await page.goto(`${origin}/_latchkey/`);
      await view.waitFor("/unseen/");
      await view.click("button", /unseen/);
      await view.click("tab", /Response/);
      await view.waitFor("the browser did not run the script");
    },
  );

  test("B16: a policy that only reports gets no report", async () => {
    await page.goto(`${origin}/reporting`);
    expect(newest("/reporting")?.id).toBe(await ownId());
    await page.keyboard.press("Shift+Alt+D");
    await view.waitFor("Session & key");
    // A report is sent by the browser when it likes to. This one of our own comes after any other.
    await page.evaluate(`(() => {
      const script = document.createElement("script");
      script.src = "/own-violation.js";
      document.head.append(script);
    })()`);
    await expect.poll(() => reports.join()).toContain("own-violation");
    expect(reports.filter((report) => /_latchkey|token/.test(report))).toEqual([]);
  });
});
