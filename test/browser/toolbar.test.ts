import { gzipSync } from "node:zlib";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BROWSER_SCRIPT } from "../../src/toolbar/ui.bundle.ts";
import { chromiumPath, complaintsOf, launchBrowser } from "../support/browser.ts";
import { Inside } from "./toolbar/inside.ts";
import { ATTACK, POLICIES, startSampleServer, type SampleServer } from "./toolbar/sample-server.ts";

const OPEN = "Shift+Alt+D";

test("the browser's script weighs at most 40 kB, packed", () => {
  expect(gzipSync(BROWSER_SCRIPT).length).toBeLessThan(40_000);
  expect(BROWSER_SCRIPT).not.toMatch(/\beval\b|new Function/);
});

describe.skipIf(chromiumPath === undefined)("the toolbar in Chromium", () => {
  let server: SampleServer;
  let origin: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let inside: Inside;
  let complaints: readonly string[];

  beforeAll(async () => {
    server = await startSampleServer();
    origin = server.origin;
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
    page = await context.newPage();
    inside = await Inside.of(page);
    complaints = complaintsOf(page);
  });
  afterEach(async () => context.close());

  const handle = (): Promise<string | undefined> => inside.handle();
  const names = (role: string): Promise<readonly string[]> => inside.names(role);
  const text = (): Promise<string> => inside.text();
  const tabs = (): Promise<readonly string[]> => names("tab");
  const box = (selector: string): ReturnType<Inside["box"]> => inside.box(`.${selector}`);

  test.each(Object.keys(POLICIES))(
    "shows itself, opens and closes by keyboard under the policy: %s",
    async (policy) => {
      await page.goto(`${origin}/?policy=${policy}`);
      await expect.poll(handle).toMatch(/^Open the debug toolbar: .*200 \d/);
      await page.keyboard.press(OPEN);
      await expect.poll(tabs).toContainEqual(expect.stringMatching(/^Session/));
      // A key that is pressed before the drawer has the focus goes to the page.
      await expect.poll(async () => (await inside.focused())?.role).toBe("tab");
      const all = await tabs();
      await page.keyboard.press("End");
      await expect.poll(text).toContain("Nothing was recorded by the panel Memory");
      await page.keyboard.press("Home");
      for (const tab of all) {
        if (tab.startsWith("Session")) break;
        await page.keyboard.press("ArrowRight");
      }
      await expect.poll(text).toContain("The cookie is genuine");
      await page.keyboard.press("Escape");
      await expect.poll(handle).toBeDefined();
      expect(complaints).toEqual([]);
    },
  );

  test("draws what it receives as text, and hides what must be hidden", async () => {
    await page.goto(origin);
    await expect.poll(handle).toBeDefined();
    await page.keyboard.press(OPEN);
    await expect.poll(tabs).not.toEqual([]);
    // The tabs may be drawn again, once the answer has ended.
    const shown = async (): Promise<string | undefined> => {
      await inside.evaluate("function () { this.querySelector('#tab-session').click() }");
      return await text();
    };
    await expect.poll(shown).toContain(ATTACK);
    expect(await text()).not.toContain("hunter2");
    expect(await page.title()).toBe("App");
    expect(await page.evaluate("document.images.length")).toBe(0);
  });

  test("is out of reach of the page's scripts and styles", async () => {
    await page.goto(`${origin}/?rude`);
    await expect.poll(handle).toBeDefined();
    expect(await page.evaluate("document.querySelector('latchkey-toolbar').shadowRoot")).toBeNull();
    expect(await page.evaluate("document.querySelectorAll('script').length")).toBe(0);
    const place = await box("handle");
    expect(place?.height).toBe(28);
    expect(place!.x + place!.width).toBeCloseTo(1188, 0);
    expect(place!.y + place!.height).toBeCloseTo(788, 0);
  });

  test("tells of later requests as they end, and opens them", async () => {
    await page.goto(origin);
    await expect.poll(handle).toBeDefined();
    await page.evaluate("fetch('/api').then((answer) => answer.text())");
    await expect.poll(handle).toMatch(/\+[12]$/);
    await page.keyboard.press(OPEN);
    await expect.poll(() => names("button")).toContainEqual(expect.stringContaining("/api"));
    const row = (await names("button")).find((name) => name.includes("/api"))!;
    expect(row).toMatch(/200 GET \/api/);
  });

  test("remembers on the next page whether it was open, and how high", async () => {
    await page.goto(origin);
    await expect.poll(handle).toBeDefined();
    await page.keyboard.press(OPEN);
    await expect.poll(tabs).not.toEqual([]);
    // On a busy machine the drawer may still be drawn when its tabs are there.
    let before = (await box("drawer"))!;
    const hasStopped = async (): Promise<boolean> => {
      const last = before;
      before = (await box("drawer"))!;
      return before.y === last.y && before.height === last.height;
    };
    await expect.poll(hasStopped, { interval: 200 }).toBe(true);
    await page.mouse.move(600, before.y + 1);
    await page.mouse.down();
    await page.mouse.move(600, before.y - 99, { steps: 3 });
    await page.mouse.up();
    await expect.poll(async () => (await box("drawer"))?.height).toBe(before.height + 100);
    await page.reload();
    await expect.poll(tabs).not.toEqual([]);
    expect((await box("drawer"))?.height).toBe(before.height + 100);
  });

  test("is not printed, and does not take the keys of a user who is typing", async () => {
    await page.goto(origin);
    await expect.poll(handle).toBeDefined();
    await page.focus("input");
    await page.keyboard.type("d/[]");
    expect(await page.inputValue("input")).toBe("d/[]");
    await page.emulateMedia({ media: "print" });
    expect(await box("handle")).toBeUndefined();
  });

  test("has a page of its own for servers without HTML", async () => {
    await fetch(`${origin}/api?from=elsewhere`, { headers: { "user-agent": "a program" } });
    await page.goto(`${origin}/_latchkey/`);
    await expect.poll(() => names("button")).toContainEqual(expect.stringContaining("/api"));
    await expect.poll(() => names("tab")).not.toEqual([]);
    await fetch(`${origin}/api/later`);
    await expect.poll(() => names("button")).toContainEqual(expect.stringContaining("/api/later"));
    expect(complaints).toEqual([]);
  });

  test("says what is lost when the server was restarted", async () => {
    await page.goto(origin);
    await expect.poll(handle).toBeDefined();
    await page.route(/_latchkey\/(?:exchanges|events)/, (route) => route.fulfill({ status: 404, body: "Not Found" }));
    await page.reload();
    await expect.poll(handle).toContain("no record");
  });
});
