import { createServer } from "node:http";
import { createRequire } from "node:module";
import express from "express";
import { debugToolbar } from "latchkey/express";
import { generateSecretKey } from "latchkey/keys";
import { Toolbar } from "latchkey/toolbar";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chromiumPath, complaintsOf, launchBrowser } from "../support/browser.ts";
import { served } from "../support/frameworks.ts";
import { Inside } from "./toolbar/inside.ts";

const OPEN = "Shift+Alt+D";
const require = createRequire(import.meta.url);
const HTMX = `<nav><a hx-boost="true" href="one">One</a> <a hx-boost="true" href="two">Two</a></nav>
    <button hx-get="part" hx-target="#place">Load</button><div id="place"></div>`;
/** The libraries as they are published, how a page loads them, and what they make something of. */
const LIBRARIES: Readonly<Record<string, { readonly file: string; readonly tag: string; readonly content: string }>> = {
  "htmx-2": {
    file: require.resolve("htmx-2/dist/htmx.js"),
    tag: '<script src="/library/htmx-2"></script>',
    content: HTMX,
  },
  "htmx-4": {
    file: require.resolve("htmx.org/dist/htmx.js"),
    tag: '<script src="/library/htmx-4"></script>',
    content: HTMX,
  },
  turbo: {
    file: require.resolve("@hotwired/turbo/dist/turbo.es2017-esm.js"),
    tag: '<script type="module" src="/library/turbo"></script>',
    content: `<nav><a href="one">One</a> <a href="two">Two</a></nav>
      <turbo-frame id="place"><a href="part">Load</a></turbo-frame>
      <form action="stream" method="post"><button>Send</button></form><ol id="list"></ol>`,
  },
};

function pageOf(library: string, title: string): string {
  const { tag, content } = LIBRARIES[library]!;
  return `<!doctype html><html lang="en"><head><title>${title}</title><link rel="icon" href="data:,">${tag}</head>
    <body><h1>${title}</h1>${content}</body></html>`;
}

describe.skipIf(chromiumPath === undefined)("U16: the toolbar on pages that a library changes", () => {
  const toolbar = new Toolbar({ keys: generateSecretKey() });
  let server: Awaited<ReturnType<typeof served>>;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let inside: Inside;
  let complaints: readonly string[];

  beforeAll(async () => {
    const app = express();
    app.get("/library/:name", (request, response) => response.sendFile(LIBRARIES[request.params.name]!.file));
    app.use(debugToolbar(toolbar));
    app.get("/other/request", (_, response) => void response.json({}));
    app.get("/:library/part", ({ params }, response) => {
      const part = "<p>The part</p>";
      response.type("html").send(params.library === "turbo" ? `<turbo-frame id="place">${part}</turbo-frame>` : part);
    });
    app.post("/turbo/stream", (_, response) => {
      response.type("text/vnd.turbo-stream.html");
      response.send(
        '<turbo-stream action="append" target="list"><template><li>The part</li></template></turbo-stream>',
      );
    });
    app.get("/:library/:title", ({ params }, response) => {
      response.type("html").send(pageOf(params.library, params.title));
    });
    server = await served(createServer(app).listen(0, "127.0.0.1"));
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    toolbar.close();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
    page = await context.newPage();
    inside = await Inside.of(page);
    complaints = complaintsOf(page);
  });
  afterEach(async () => await context.close());

  /** Opens a page, with the toolbar open on it. */
  async function open(path: string): Promise<void> {
    await page.goto(server.url + path);
    await expect.poll(() => inside.handle()).toMatch(/200/);
    await page.keyboard.press(OPEN);
    await expect.poll(async () => (await inside.focused())?.role).toBe("tab");
    await isOn(path);
  }
  const texts = async (selector: string): Promise<readonly string[]> =>
    (await inside.evaluate(
      `function () { return [...this.querySelectorAll(${JSON.stringify(selector)})].map(({ textContent }) => textContent) }`,
    )) as string[];
  const rows = async (): Promise<readonly string[]> => await texts(".row");

  /** There is one toolbar. It names this request as the page's own, and shows it. */
  async function isOn(path: string): Promise<void> {
    await expect
      .poll(async () => (await rows()).filter((row) => row.includes("this page")))
      .toEqual([expect.stringContaining(`GET${path}`)]);
    await expect.poll(async () => (await texts("header .line")).join()).toContain(`GET${path}`);
    expect(await page.evaluate("document.querySelectorAll('latchkey-toolbar').length")).toBe(1);
  }
  /** Another request is in the list, and its row opens its record. */
  async function isListed(method: string, path: string): Promise<void> {
    const find = async (): Promise<number> => (await rows()).findIndex((row) => row.includes(`${method}${path}`));
    await expect.poll(find).toBeGreaterThanOrEqual(0);
    await inside.evaluate(`function () { this.querySelectorAll('.row')[${await find()}].click() }`);
    await expect.poll(async () => (await texts("header .line")).join()).toContain(`${method}${path}`);
  }
  /**
   * The keys still open and close it, also on a new body, and the browser has nothing to complain
   * of.
   */
  async function keysWork(): Promise<void> {
    await page.keyboard.press(OPEN);
    await expect.poll(() => inside.handle()).toMatch(/200/);
    await page.keyboard.press(OPEN);
    await expect.poll(() => inside.box(".drawer")).toBeDefined();
    expect(complaints).toEqual([]);
  }

  describe.each(Object.keys(LIBRARIES))("%s", (library) => {
    test("a link to another page, and back: this page is the one that is shown", async () => {
      await open(`/${library}/one`);
      await page.click("text=Two");
      await page.waitForSelector("h1:text-is('two')");
      await isOn(`/${library}/two`);
      await keysWork();
      // The library has a copy of the page that was left.
      await page.goBack();
      await page.waitForSelector("h1:text-is('one')");
      await isOn(`/${library}/one`);
      await page.click("text=Two");
      await page.waitForSelector("h1:text-is('two')");
      await isOn(`/${library}/two`);
      const shown = toolbar.exchanges.findLast(({ path, kind }) => path === `/${library}/two` && kind === "fetch");
      expect(shown?.notShown).toMatch(/not as a document$/);
      await page.reload();
      await isOn(`/${library}/two`);
    });

    test("what asks for the same path again is not this page", async () => {
      await open(`/${library}/one`);
      await page.click("text=Two");
      await page.waitForSelector("h1:text-is('two')");
      await isOn(`/${library}/two`);
      await page.evaluate("fetch(location.pathname + '?poll').then((answer) => answer.text())");
      // The poll is above the page, which is above the page before.
      const paths = async (): Promise<readonly string[]> =>
        (await rows()).map(
          (row) => `${/\/(?:one|two)/.exec(row)?.[0]}${row.includes("this page") ? " this page" : ""}`,
        );
      await expect.poll(paths).toEqual(["/two", "/two this page", "/one"]);
    });

    test("a part of a page: this page stays the same, and the list has the part", async () => {
      await open(`/${library}/one`);
      await page.click("text=Load");
      await page.waitForSelector("#place >> text=The part");
      await isOn(`/${library}/one`);
      await isListed("GET", `/${library}/part`);
      await keysWork();
    });

    test("what a person has picked stays selected on the next page", async () => {
      await open(`/${library}/one`);
      await page.evaluate("fetch('/other/request').then((answer) => answer.text())");
      await isListed("GET", "/other/request");
      await page.click("text=Two");
      await page.waitForSelector("h1:text-is('two')");
      await expect
        .poll(async () => (await rows()).find((row) => row.includes("this page")))
        .toContain(`GET/${library}/two`);
      expect((await texts("header .line")).join()).toContain("GET/other/request");
    });
  });

  test("turbo: a stream: this page stays the same, and the list has the request", async () => {
    await open("/turbo/one");
    await page.click("text=Send");
    await page.waitForSelector("#list >> text=The part");
    await isOn("/turbo/one");
    await isListed("POST", "/turbo/stream");
    await keysWork();
  });
});
