import { createServer, type Server } from "node:http";
import { fileURLToPath } from "node:url";
import express from "express";
import { generateSecretKey } from "latchkey/keys";
import { debugToolbar } from "latchkey/express";
import { Toolbar } from "latchkey/toolbar";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chromiumPath, complaintsOf, launchBrowser, screenshot, ToolbarView } from "../support/browser.ts";
import { served } from "../support/frameworks.ts";
import { pay } from "./exception-shop/routes/pay.ts";

const ATTACK = "<img src=x onerror=\"document.title='attacked'\"><script>document.title='attacked'</script>";
const directory = fileURLToPath(new URL("exception-shop/", import.meta.url));

describe.skipIf(chromiumPath === undefined)("the page of an exception in Chromium", () => {
  let toolbar: Toolbar;
  let server: { readonly url: string; readonly close: () => Promise<void> };
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: readonly string[];

  beforeAll(async () => {
    toolbar = new Toolbar({ keys: generateSecretKey(), directory });
    const app = express();
    app.set("env", "test");
    app.use(debugToolbar(toolbar));
    app.get(
      "/",
      (_, response) => void response.send('<form method="post" action="/carts/7/pay"><button>Pay</button></form>'),
    );
    app.all("/carts/:id/pay", pay);
    app.get("/carts/none", () => {
      throw new RangeError("There is no cart with this number.\nIt may have been paid.");
    });
    app.get("/attack/:name", (request) => {
      throw Object.assign(new Error(request.params.name, { cause: new TypeError(ATTACK) }), {
        code: ATTACK,
        name: ATTACK,
      });
    });
    const listening: Server = createServer(app).listen(0, "127.0.0.1");
    server = await served(listening);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    toolbar?.close();
    await server?.close();
  });
  const openPage = async (options: Parameters<Browser["newContext"]>[0] = {}): Promise<void> => {
    await context?.close();
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    page = await context.newPage();
    complaints = complaintsOf(page);
  };
  beforeEach(async () => await openPage());
  afterEach(async () => await context.close());

  // The browser itself reports the status of the page.
  const others = (): readonly string[] => complaints.filter((text) => !/status of 500/.test(text));

  test.each(["light", "dark"] as const)("is a readable page with the toolbar on it, %s", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${server.url}/carts/7/pay?coupon=SPRING`);
    const view = new ToolbarView(page);
    await view.waitFor(/500/);
    const text = await page.innerText("body");
    for (const shown of [
      "The bank did not charge 84 €",
      "routes/pay.ts:",
      "in payCart",
      "Caused by TypeError",
      "bank/charge.ts:",
    ])
      expect(text).toContain(shown);
    expect(await page.evaluate("getComputedStyle(document.querySelector('.hit')).boxShadow")).not.toBe("none");
    await screenshot(page, `exception-page-${colorScheme}`);
    await page.evaluate("scrollTo(0, document.body.scrollHeight)");
    await screenshot(page, `exception-page-${colorScheme}-end`);
    expect(others()).toEqual([]);
  });

  test("opens the record from its link", async () => {
    await page.goto(`${server.url}/carts/7/pay`);
    await page.click("a.record");
    const text = await new ToolbarView(page).waitFor(/Exceptions/);
    expect(text).toContain("Caused by TypeError");
  });

  test("shows the same without scripts, and folds what is not the application's", async () => {
    await openPage({ javaScriptEnabled: false });
    await page.goto(`${server.url}/carts/none`);
    expect(await page.isVisible("text=There is no cart")).toBe(true);
    expect(await page.isVisible("text=/node:internal|node_modules/")).toBe(false);
    await page.click("text=/\\d+ calls? outside of your code/");
    expect(await page.isVisible("text=/node:internal|node_modules/")).toBe(true);
    await page.click("text=/\\d+ headers/");
    await screenshot(page, "exception-page-no-script");
  });

  test("answers a form that was posted, and has the toolbar there too", async () => {
    await page.goto(server.url);
    await page.click("button");
    await page.waitForSelector("h1");
    expect(await page.innerText(".request")).toContain("POST /carts/7/pay");
    await new ToolbarView(page).waitFor(/POST|500/);
  });

  test("shows hostile texts as text", async () => {
    await page.goto(
      `${server.url}/attack/${encodeURIComponent(ATTACK)}?${encodeURIComponent(ATTACK)}=${encodeURIComponent(ATTACK)}`,
    );
    await new ToolbarView(page).waitFor(/500/);
    expect(await page.innerText(".message")).toBe(ATTACK);
    expect(await page.title()).not.toBe("attacked");
    expect(await page.evaluate("document.images.length")).toBe(0);
    expect(others()).toEqual([]);
  });

  test("fits a phone", async () => {
    await openPage({ viewport: { width: 390, height: 844 } });
    await page.goto(`${server.url}/carts/7/pay`);
    await page.waitForSelector("h1");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
    await screenshot(page, "exception-page-phone");
  });
});
