import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, launchBrowser, screenshot } from "../support/browser.ts";
import { Inside } from "./toolbar/inside.ts";
import { startSampleServer, type SampleServer } from "./toolbar/sample-server.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const OPEN = "Shift+Alt+D";
const LOOKS = [
  { name: "desktop-light", width: 1280, height: 800 },
  { name: "desktop-dark", width: 1280, height: 800, colorScheme: "dark" },
  { name: "phone", width: 390, height: 844, hasTouch: true },
  { name: "zoomed", width: 640, height: 360 },
  { name: "forced-colors", width: 1280, height: 800, forcedColors: "active" },
] as const;

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
}

describe.skipIf(chromiumPath === undefined).each(LOOKS)("the toolbar's looks: $name", (look) => {
  const { name, width, height } = look;
  let server: SampleServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let inside: Inside;

  beforeAll(async () => {
    server = await startSampleServer();
    for (const path of ["/", "/missing.png", "/login", "/anonymous", "/api/orders", "/rejected", "/pay", "/orders"])
      await fetch(server.origin + path, { redirect: "manual" });
    browser = await launchBrowser();
    context = await browser.newContext({
      viewport: { width, height },
      colorScheme: "colorScheme" in look ? look.colorScheme : "light",
      forcedColors: "forcedColors" in look ? look.forcedColors : "none",
      hasTouch: "hasTouch" in look,
    });
    // axe cannot look into a closed root. Nothing else depends on it.
    await context.addInitScript(
      "const attach = Element.prototype.attachShadow; Element.prototype.attachShadow = function (options) { return attach.call(this, { ...options, mode: 'open' }) }",
    );
    page = await context.newPage();
    inside = await Inside.of(page);
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  const run = (code: string): Promise<unknown> => inside.evaluate(`function () { ${code} }`);
  const picture = async (step: string): Promise<void> => {
    await page.mouse.move(1, 1);
    await screenshot(page, `toolbar-${name}-${step}`);
  };
  /** What axe finds serious or critical in the toolbar. */
  async function faults(): Promise<readonly string[]> {
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
  /** Whether all of these lie in the window. */
  async function fits(selector: string): Promise<boolean> {
    return (await run(
      `return [...this.querySelectorAll('${selector}')].every((each) => { const { left, right } = each.getBoundingClientRect(); return left >= -1 && right <= innerWidth + 1 })`,
    )) as boolean;
  }

  test("closed", async () => {
    await page.goto(`${server.origin}/orders`);
    await expect.poll(() => inside.handle()).toMatch(/[1-9]\d* findings?/);
    expect(await faults()).toEqual([]);
    expect(await fits(".handle")).toBe(true);
    await picture("1-closed");
  });

  test("U5, U6: open, with room for what it shows", async () => {
    await page.keyboard.press(OPEN);
    await expect.poll(() => inside.names("tab")).not.toEqual([]);
    await page.evaluate("fetch('/api/orders').then((answer) => answer.text())");
    await picture("2-queries");
    expect(await faults()).toEqual([]);
    const panel = (await inside.box(".panel"))!;
    expect(panel.height).toBeGreaterThanOrEqual(height < 400 ? 200 : 240);
    expect(panel.width).toBeGreaterThanOrEqual(Math.min(width, 800));
    expect(await fits("header button, .tab-bar > .menu-place, .panel, td.grow")).toBe(true);
    const overflow = await run(
      "const panel = this.querySelector('.panel'); return panel.scrollWidth - panel.clientWidth",
    );
    expect(overflow).toBeLessThanOrEqual(0);
  });

  test("U7: no text is smaller than 12 px, but for signs", async () => {
    const small = await run(
      "return [...this.querySelectorAll('*')].filter((each) => each.childNodes.length > 0 && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '') && parseFloat(getComputedStyle(each).fontSize) < 12 && !each.matches('.sign')).map((each) => each.className)",
    );
    expect(small).toEqual([]);
  });

  test.each([
    ["3-open-row", "this.querySelector('.opener').click()"],
    ["4-timeline", "this.querySelector('#tab-sample-timeline').click()"],
    ["5-profiler", "this.querySelector('#tab-sample-profiler').click()"],
    ["6-session", "this.querySelector('#tab-session').click()"],
    ["7-request", "this.querySelector('#tab-request').click()"],
    ["8-panels", "this.querySelector('.tab-bar .tool').click()"],
  ])("%s", async (step, action) => {
    await run(action);
    await page.waitForTimeout(100);
    expect(await faults()).toEqual([]);
    await picture(step);
  });

  test("9-list", async () => {
    await page.keyboard.press("Escape");
    await run("this.querySelector('[role=tab][aria-selected=true]').focus()");
    await page.keyboard.press("/");
    await expect.poll(async () => (await inside.focused())?.role).toBe("searchbox");
    expect(await fits(".row, .chips button, .filter .tool")).toBe(true);
    expect(await faults()).toEqual([]);
    await picture("9-list");
    if (width <= 760) {
      await page.keyboard.press("Escape");
      await expect.poll(() => inside.box(".panel")).toBeDefined();
    }
  });

  test("10-compare", async () => {
    await page.goto(`${server.origin}/orders`);
    await expect.poll(() => inside.names("tab")).not.toEqual([]);
    await run("this.querySelector('[role=tab][aria-selected=true]').focus()");
    await page.keyboard.press("c");
    await page.waitForTimeout(100);
    await picture("10-compare");
    expect(await faults()).toEqual([]);
    await page.keyboard.press("Escape");
  });

  test("11-more, 12-keys", async () => {
    await run("this.querySelector('header [aria-label=More]').click()");
    await expect.poll(() => inside.names("menuitem")).not.toEqual([]);
    await picture("11-more");
    expect(await faults()).toEqual([]);
    // All of the menu can be reached.
    await page.keyboard.press("End");
    expect((await inside.focused())?.name).toBe("Hide the toolbar");
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await expect.poll(() => inside.text()).toContain("one level back");
    await picture("12-keys");
    expect(await faults()).toEqual([]);
    await page.keyboard.press("Escape");
  });

  test("13-error", async () => {
    await page.goto(`${server.origin}/pay`);
    await expect.poll(() => inside.text()).toContain("Cannot read properties");
    await picture("13-error");
    expect(await faults()).toEqual([]);
  });

  test("B10, U5: 14-standalone", async () => {
    await page.goto(`${server.origin}/_latchkey/`);
    await expect.poll(() => inside.names("tab")).not.toEqual([]);
    expect(await fits("header button, .panel, .tab-bar > .menu-place")).toBe(true);
    expect((await inside.box(".panel"))!.width).toBeGreaterThanOrEqual(Math.min(width, 800));
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    await picture("14-standalone");
    expect(await faults()).toEqual([]);
  });

  test("is walked through by Tab, and does not keep the focus", async () => {
    await page.goto(`${server.origin}/orders`);
    await expect.poll(() => inside.names("tab")).not.toEqual([]);
    await page.focus("input");
    const seen = new Set<string>();
    let isBack = false;
    for (let step = 0; step < 80 && !isBack; step++) {
      await page.keyboard.press("Tab");
      const { role = "", name: label = "" } = (await inside.focused()) ?? {};
      seen.add(`${role} ${label}`);
      isBack =
        step > 5 &&
        (await page.evaluate(
          "document.activeElement === document.querySelector('input') || document.activeElement === document.body",
        )) === true;
    }
    const all = [...seen].join("\n");
    expect(isBack).toBe(true);
    expect(all).toContain("button More");
    expect(all).toContain("button Close the toolbar (Escape)");
    expect(all).toMatch(/tab warning Queries/);
    expect(all).toMatch(/tabpanel/);
    if (width > 760) expect(all).toContain("searchbox Filter the requests");
    else expect(all).toMatch(/button All \d+ requests of the list/);
  });
});
