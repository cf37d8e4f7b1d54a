import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chromiumPath, complaintsOf, launchBrowser, ToolbarView } from "../support/browser.ts";
import { RUNTIMES, startOn } from "../support/runtime-program.ts";

/** Each answers /page with a page, and throws at /fails. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "node:http": `import { createServer } from "node:http";
import { debugToolbar } from "../../src/adapters/node/index.ts";
const show = debugToolbar(toolbar);
const server = createServer((request, response) =>
  show(request, response, async () => {
    if (request.url === "/fails") throw new RangeError("Nothing is left.");
    console.log("The page is shown.");
    response.setHeader("content-type", "text/html").end(page);
  }),
).listen(0, "127.0.0.1", () => say(server.address()));`,
  Express: `import express from "express";
import { debugToolbar } from "../../src/adapters/express/index.ts";
const server = express()
  .use(debugToolbar(toolbar))
  .get("/fails", async () => {
    throw new RangeError("Nothing is left.");
  })
  .get("/*path", (_, response) => {
    console.log("The page is shown.");
    response.send(page);
  })
  .listen(0, "127.0.0.1", () => say(server.address()));`,
  "the runtime's own server with Hono": `import { Hono } from "hono";
import { debugToolbar } from "../../src/adapters/hono/index.ts";
const app = new Hono()
  .use(debugToolbar(toolbar))
  .get("/fails", async () => {
    throw new RangeError("Nothing is left.");
  })
  .get("*", (c) => {
    console.log("The page is shown.");
    return c.html(page);
  });
if (globalThis.Bun !== undefined) say(Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: app.fetch }));
else Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: say }, app.fetch);`,
};

describe.skipIf(chromiumPath === undefined)("the toolbar in Chromium, served by another runtime", () => {
  let browser: Browser;
  let context: BrowserContext;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => await browser?.close());
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  });
  afterEach(async () => await context.close());

  describe.each(RUNTIMES)("B6: on %s", (runtime) => {
    test.each(Object.keys(PROGRAMS))("%s: shows the request, and the page of an error", async (name) => {
      const running = await startOn(runtime, `in a browser ${name}`, PROGRAMS[name]!);
      try {
        const page = await context.newPage();
        const complaints = complaintsOf(page);
        const view = new ToolbarView(page);
        await page.goto(`${running.url}/page`);
        await view.waitFor(/Open the debug toolbar: .*200/);
        await page.keyboard.press("Shift+Alt+D");
        // All tabs are there when the last one is.
        await view.waitFor(/200 GET \/page.*Versions/);
        await view.click("tab", /^Request/);
        await view.waitFor(/Method GET Path \/page|GET \/page/);

        // Neither runtime publishes what is written to its console.
        await view.click("tab", /^Logs/);
        await view.waitFor(`${runtime} does not report what is written to console.`);
        await view.click("tab", /^Outgoing/);
        await view.waitFor(`${runtime} does not report requests of fetch, only those of node:http.`);

        await page.goto(`${running.url}/fails`);
        expect(await page.innerText("body")).toContain("Nothing is left.");
        await view.waitFor(/500 GET \/fails.*Versions/);
        await view.click("tab", /Exceptions/);
        await view.waitFor(/RangeError.*Nothing is left\./);
        // The browser itself reports the status of the page.
        expect(complaints.filter((text) => !/status of 500/.test(text))).toEqual([]);
      } finally {
        await running.stop();
      }
    });
  });
});
