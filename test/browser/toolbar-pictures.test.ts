import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, launchBrowser } from "../support/browser.ts";
import { postgresPrograms, redisPrograms } from "../support/services.ts";
import { PANELS } from "./pictures/panels.ts";
import { LARGEST, PICTURES, takeLook, takePicture } from "./pictures/pictures.ts";
import { startShop, type Shop } from "./pictures/start-shop.ts";
import { ORIGIN, playStory, type Story } from "./pictures/story.ts";
import { Inside } from "./toolbar/inside.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const OPEN = "Shift+Alt+D";
/** How a person may look at it. The pictures of the documentation are of the first one. */
const LOOKS = [
  { name: "light", width: 1340, height: 1100, deviceScaleFactor: 1.25 },
  { name: "dark", width: 1280, height: 800, colorScheme: "dark" },
  { name: "phone", width: 390, height: 844, hasTouch: true },
  { name: "zoomed", width: 640, height: 360 },
  { name: "forced-colors", width: 1280, height: 800, forcedColors: "active" },
] as const;

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

const isPossible = chromiumPath !== undefined && redisPrograms !== undefined && postgresPrograms !== undefined;

describe.skipIf(!isPossible)("the toolbar of a shop with PostgreSQL and Redis", () => {
  let shop: Shop;
  let browser: Browser;
  let story: Story;

  beforeAll(async () => {
    shop = await startShop();
    browser = await launchBrowser([`--host-resolver-rules=MAP localhost 127.0.0.1:${shop.port}`]);
    const context = await openContext({ width: 1200, height: 800 });
    story = await playStory(context);
    await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.stop();
  });

  async function openContext(
    look: { readonly width: number; readonly height: number } & Parameters<Browser["newContext"]>[0],
  ): Promise<BrowserContext> {
    const { width, height, ...others } = look;
    const version = browser.version().split(".")[0];
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: "light",
      locale: "en-GB",
      timezoneId: "UTC",
      userAgent: `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`,
      ...others,
    });
    // axe cannot look into a closed root. Nothing else depends on it.
    await context.addInitScript(
      "const attach = Element.prototype.attachShadow; Element.prototype.attachShadow = function (options) { return attach.call(this, { ...options, mode: 'open' }) }",
    );
    return context;
  }

  /** Opens the toolbar's own page with one panel of a request. */
  async function openPanel(page: Page, inside: Inside, request: keyof Story, panel: string): Promise<void> {
    await page.goto(`${ORIGIN}/_latchkey/?exchange=${story[request]}`);
    await expect.poll(() => inside.names("tab")).not.toEqual([]);
    await inside.evaluate(`function () { this.querySelector('#tab-${panel}').click() }`);
    await expect.poll(() => inside.box(`#tab-${panel}[aria-selected=true]`)).toBeDefined();
  }

  /** What axe finds serious or critical in the toolbar. */
  async function faults(page: Page): Promise<readonly string[]> {
    await page.evaluate(AXE);
    const { violations } = await page.evaluate<{ violations: Violation[] }>(
      "axe.run('latchkey-toolbar', { resultTypes: ['violations'] })",
    );
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${JSON.stringify(target)} ${failureSummary ?? ""}`),
      );
  }

  describe.each(LOOKS)("each panel, $name", (look) => {
    const { name, ...rest } = look;
    let context: BrowserContext;
    let page: Page;
    let inside: Inside;

    beforeAll(async () => {
      context = await openContext(rest);
      page = await context.newPage();
      inside = await Inside.of(page);
    });
    afterAll(async () => await context?.close());

    test.each(PANELS)("$id", async ({ id, of, shows, open, opened, height = 620 }) => {
      await openPanel(page, inside, of, id);
      const text = await textOf(inside);
      for (const each of shows) expect(text).toMatch(each);
      if (open !== undefined) {
        await inside.evaluate(`function () { ${open} }`);
        await expect.poll(() => textOf(inside)).toMatch(opened!);
      }
      const overflow = await inside.evaluate(
        "function () { const panel = this.querySelector('.panel'); return panel.scrollWidth - panel.clientWidth }",
      );
      expect(overflow).toBeLessThanOrEqual(0);
      // The others have the colours of one of these.
      if (name === "light" || name === "dark") expect(await faults(page)).toEqual([]);
      await takeLook(page, `${name}-${id}`);
      if (name !== "light") return;
      const side = (await inside.box(".detail-side"))!;
      const content = (await inside.evaluate(
        "function () { const panel = this.querySelector('.panel'); const last = panel.lastElementChild; return last.offsetTop + last.offsetHeight - panel.offsetTop + panel.scrollTop + 20 }",
      )) as number;
      const tabs = (await inside.box(".tab-bar"))!;
      const clip = { ...side, height: Math.min(tabs.height + Math.min(content, height), side.height) };
      expect(await takePicture(page, id, clip)).toBeLessThanOrEqual(LARGEST.one);
    });
  });

  describe("the other pictures", () => {
    let page: Page;
    let inside: Inside;
    let context: BrowserContext;
    beforeAll(async () => {
      context = await openContext({ width: 1200, height: 900 });
      page = await context.newPage();
      inside = await Inside.of(page);
    });
    afterAll(async () => await context?.close());

    test("the toolbar on a page, closed and open", async () => {
      await page.goto(ORIGIN);
      await page.evaluate("localStorage.setItem('latchkey-toolbar', JSON.stringify({ height: 440 }))");
      await page.setViewportSize({ width: 1200, height: 820 });
      await page.click("text=Log in");
      await page.waitForURL("**/orders");
      await expect.poll(() => inside.handle()).toMatch(/1 finding/);
      const handle = (await inside.box(".handle"))!;
      const clip = { x: handle.x + handle.width - 388, y: handle.y - 60, width: 400, height: 100 };
      expect(await takePicture(page, "closed", clip)).toBeLessThanOrEqual(LARGEST.one);
      await page.keyboard.press(OPEN);
      await expect.poll(() => inside.names("tab")).not.toEqual([]);
      await inside.evaluate("function () { this.querySelector('#tab-overview').click() }");
      await expect.poll(() => inside.text()).toMatch(/1 finding/);
      await blur(inside);
      expect(await takePicture(page, "toolbar")).toBeLessThanOrEqual(LARGEST.one);
    });

    test("the list of requests, and a comparison", async () => {
      await page.setViewportSize({ width: 1200, height: 800 });
      await page.goto(`${ORIGIN}/_latchkey/?exchange=${story.rejected}`);
      await expect.poll(() => inside.text()).toMatch(/Rejected: the signature does not match/);
      expect(await inside.text()).toMatch(/rejected cookies/);
      await blur(inside);
      expect(await takePicture(page, "requests")).toBeLessThanOrEqual(LARGEST.one);
      await page.goto(`${ORIGIN}/_latchkey/?exchange=${story.again}`);
      await expect.poll(() => inside.names("tab")).not.toEqual([]);
      await inside.evaluate("function () { this.querySelector('[role=tab][aria-selected=true]').focus() }");
      await page.keyboard.press("c");
      await expect.poll(() => inside.text()).toMatch(/Both answered 200/);
      await blur(inside);
      expect(await takePicture(page, "compare")).toBeLessThanOrEqual(LARGEST.one);
    });

    test("the page of an exception", async () => {
      const visitor = await openContext({ width: 1200, height: 900 });
      try {
        const failed = await visitor.newPage();
        const within = await Inside.of(failed);
        await failed.goto(`${ORIGIN}/orders`);
        await failed.click("text=Pay order");
        await failed.waitForSelector("h1");
        const text = await failed.innerText("body");
        for (const shown of ["The bank did not charge 42.48 €", "Caused by TypeError", "bank/charge.ts:"])
          expect(text).toContain(shown);
        await expect.poll(() => within.handle()).toMatch(/500/);
        expect(await takePicture(failed, "exception-page")).toBeLessThanOrEqual(LARGEST.one);
      } finally {
        await visitor.close();
      }
    });

    test("the toolbar on a phone", async () => {
      const phone = await openContext({ width: 390, height: 700, hasTouch: true, deviceScaleFactor: 2 });
      try {
        const small = await phone.newPage();
        const within = await Inside.of(small);
        await openPanel(small, within, "orders", "overview");
        expect(await takePicture(small, "phone")).toBeLessThanOrEqual(LARGEST.one);
      } finally {
        await phone.close();
      }
    });
  });
});

/** The text of the panel. */
async function textOf(inside: Inside): Promise<string> {
  return String(await inside.evaluate("function () { return this.querySelector('.panel').textContent }"));
}

/** A ring around what has the focus says nothing in a picture. */
async function blur(inside: Inside): Promise<void> {
  await inside.evaluate("function () { this.activeElement?.blur() }");
}

describe("the pictures of the documentation", () => {
  test("are all there, and small", () => {
    const wanted = [
      ...PANELS.map(({ id }) => id),
      "closed",
      "toolbar",
      "requests",
      "compare",
      "exception-page",
      "phone",
    ];
    expect(wanted.filter((name) => !existsSync(join(PICTURES, `${name}.png`)))).toEqual([]);
    const sizes = globSync("*.png", { cwd: PICTURES }).map((file) => statSync(join(PICTURES, file)).size);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(LARGEST.one);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(LARGEST.all);
  });
});
