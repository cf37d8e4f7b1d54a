import { readFile } from "node:fs/promises";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chromiumPath, complaintsOf, launchBrowser } from "../support/browser.ts";
import { Inside } from "./toolbar/inside.ts";
import { POLICIES, startSampleServer, type SampleServer } from "./toolbar/sample-server.ts";

const OPEN = "Shift+Alt+D";

describe.skipIf(chromiumPath === undefined)("the toolbar, used", () => {
  let server: SampleServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let inside: Inside;
  let complaints: readonly string[];

  beforeAll(async () => {
    server = await startSampleServer();
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

  /** Opens a page, and the toolbar on it. */
  async function open(path: string): Promise<void> {
    await page.goto(server.origin + path);
    await expect.poll(() => inside.handle()).toMatch(/\d ms|GET/);
    await page.keyboard.press(OPEN);
    await expect.poll(async () => (await inside.focused())?.role).toBe("tab");
  }
  const text = (): Promise<string> => inside.text();
  const selectedTab = (): Promise<unknown> =>
    inside.evaluate("function () { return this.querySelector('[role=tab][aria-selected=true]')?.textContent ?? '' }");
  const line = (): Promise<unknown> =>
    inside.evaluate("function () { return this.querySelector('header .line')?.textContent ?? '' }");
  const rows = async (): Promise<readonly string[]> =>
    (await inside.evaluate(
      "function () { return [...this.querySelectorAll('.row')].map((row) => row.textContent) }",
    )) as string[];

  describe("U2: opens on what matters", () => {
    test.each([
      ["/pay", /^✕(?:Request|Exceptions)/],
      ["/orders", /^!Queries/],
      ["/rejected", /^!Session/],
    ])("%s", async (path, tab) => {
      await open(path);
      expect(await selectedTab()).toMatch(tab);
    });

    test("on the panel of last time, where nothing is wrong", async () => {
      await open("/anonymous");
      await inside.evaluate("function () { this.querySelector('#tab-timing').click() }");
      await page.goto(`${server.origin}/`);
      await expect.poll(selectedTab).toMatch(/^Timing/);
    });

    test("on the panel of last time, if the page was left at once", async () => {
      await open("/anonymous");
      await inside.evaluate("function () { this.querySelector('#tab-timing').click(); location.assign('/') }");
      await expect.poll(() => page.url()).toBe(`${server.origin}/`);
      await expect.poll(selectedTab).toMatch(/^Timing/);
    });

    test("what another tab has pinned since stays pinned", async () => {
      await open("/anonymous");
      const other = await context.newPage();
      await other.goto(`${server.origin}/orders`);
      const there = await Inside.of(other);
      await expect.poll(() => there.text()).toContain("Queries");
      await there.evaluate("function () { this.querySelector('[role=tab][aria-selected=true]').focus() }");
      await other.keyboard.press("p");
      const pins = (): Promise<unknown> => page.evaluate("JSON.parse(localStorage['latchkey-toolbar']).pins.length");
      await expect.poll(pins).toBe(1);
      await inside.evaluate("function () { this.querySelector('#tab-timing').click() }");
      expect(await pins()).toBe(1);
      await expect.poll(() => page.evaluate("JSON.parse(localStorage['latchkey-toolbar']).panel")).toBe("timing");
    });
  });

  test("U4: pads the page, so that its end and what has the focus can be seen", async () => {
    await page.goto(`${server.origin}/orders`);
    const padding = (): Promise<number> => page.evaluate("parseFloat(getComputedStyle(document.body).paddingBottom)");
    await expect.poll(() => inside.handle()).toBeDefined();
    expect(await padding()).toBe(0);
    await page.keyboard.press(OPEN);
    await expect.poll(padding).toBe(360);
    await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)");
    const end: { bottom: number } = await page.evaluate(
      "document.querySelector('#end').getBoundingClientRect().toJSON()",
    );
    expect(end.bottom).toBeLessThanOrEqual(440);
    // A body that a library puts in its place is padded too.
    await page.evaluate("document.body.replaceWith(document.createElement('body'))");
    expect(await padding()).toBe(360);
    await page.keyboard.press("Escape");
    await expect.poll(padding).toBe(0);
  });

  describe("U10: the handle", () => {
    const place = async (): Promise<string> => {
      const box = await inside.box(".handle");
      return box === undefined ? "" : `${box.y < 400 ? "top" : "bottom"} ${box.x < 500 ? "left" : "right"}`;
    };

    test("is moved by the arrow keys, and stays there", async () => {
      await page.goto(server.origin);
      await expect.poll(place).toBe("bottom right");
      await inside.evaluate("function () { this.querySelector('.handle').focus() }");
      await page.keyboard.press("ArrowLeft");
      await expect.poll(place).toBe("bottom left");
      await page.keyboard.press("ArrowUp");
      await expect.poll(place).toBe("top left");
      await page.reload();
      await expect.poll(place).toBe("top left");
    });

    test("is dragged to the nearest corner, which does not open it", async () => {
      await page.goto(server.origin);
      await expect.poll(place).toBe("bottom right");
      const from = await inside.middle(".handle");
      await page.mouse.move(from.x, from.y);
      await page.mouse.down();
      await page.mouse.move(700, 500, { steps: 4 });
      await page.mouse.move(200, 100, { steps: 4 });
      await page.mouse.up();
      await expect.poll(place).toBe("top left");
      expect(await inside.box(".drawer")).toBeUndefined();
      await inside.click(".handle");
      await expect.poll(() => inside.box(".drawer")).toBeDefined();
    });

    test("is hidden for this tab, until the shortcut is pressed", async () => {
      await page.goto(server.origin);
      await expect.poll(place).toBe("bottom right");
      await page.hover("body");
      const { x, y } = await inside.middle(".handle");
      await page.mouse.move(x, y);
      await inside.click(".hide");
      await expect.poll(() => inside.box(".handle")).toBeUndefined();
      await page.reload();
      await page.waitForFunction("document.querySelector('latchkey-toolbar') !== null");
      expect(await inside.box(".handle")).toBeUndefined();
      const other = await context.newPage();
      const elsewhere = await Inside.of(other);
      await other.goto(server.origin);
      await expect.poll(() => elsewhere.handle()).toBeDefined();
      await other.close();
      await page.keyboard.press(OPEN);
      await expect.poll(() => inside.box(".drawer")).toBeDefined();
    });

    test("says what was found in words", async () => {
      await page.goto(`${server.origin}/orders`);
      await expect.poll(() => inside.handle()).toMatch(/[1-9]\d* findings?/);
    });
  });

  describe("U13: keys", () => {
    test("work while the focus is inside, and only then", async () => {
      await fetch(`${server.origin}/orders`);
      await open("/orders");
      await page.evaluate("fetch('/api/one').then((answer) => answer.text())");
      await expect.poll(async () => (await rows()).length).toBe(2);
      await page.keyboard.press("]");
      await expect.poll(line).toContain("/api/one");
      await page.keyboard.press("[");
      await expect.poll(line).toContain("/orders");
      await page.keyboard.press("?");
      await expect.poll(text).toContain("search the requests");
      expect((await inside.focused())?.role).toBe("dialog");
      await page.keyboard.press("Escape");
      await expect.poll(async () => (await inside.focused())?.role).toBe("tab");
      await page.keyboard.press("p");
      await expect.poll(() => inside.names("button")).toContain("Pinned");
      await page.keyboard.press("c");
      await expect.poll(text).toContain("No other request had this route");
      await page.keyboard.press("Escape");
      await expect.poll(() => inside.names("tab")).not.toEqual([]);
      await inside.evaluate("function () { this.querySelector('[role=tab][aria-selected=true]').focus() }");
      await page.keyboard.press("/");
      await expect.poll(async () => (await inside.focused())?.role).toBe("searchbox");
      await page.keyboard.type("status:>=500");
      await expect.poll(text).toMatch(/None of the \d requests matches the filter/);
      await page.keyboard.press("Escape");
      await expect.poll(async () => (await rows()).length).toBe(2);
      await page.keyboard.press("Escape");
      await expect.poll(() => inside.handle()).toBeDefined();

      await page.focus("input");
      await page.keyboard.type("/[]cyp?");
      expect(await page.inputValue("input")).toBe("/[]cyp?");
      expect(await inside.handle()).toBeDefined();
    });

    test("close what they have opened, however soon they are pressed again", async () => {
      await page.goto(`${server.origin}/orders`);
      await expect.poll(() => inside.handle()).toMatch(/200/);
      // Right after the drawing, and before the browser has painted it.
      await inside.evaluate(`async function () {
        const press = () => dispatchEvent(new KeyboardEvent("keydown", { key: "D", code: "KeyD", shiftKey: true, altKey: true }));
        const drawn = new Promise((resolve) => new MutationObserver(resolve).observe(this, { childList: true, subtree: true }));
        press();
        await drawn;
        press();
      }`);
      await expect.poll(() => inside.handle()).toBeDefined();
      expect(await inside.box(".drawer")).toBeUndefined();
    });

    test("that are typed in the toolbar do not reach the page", async () => {
      await open("/orders");
      await page.evaluate("window.heard = []; addEventListener('keydown', (event) => window.heard.push(event.key))");
      await page.keyboard.press("/");
      await expect.poll(async () => (await inside.focused())?.role).toBe("searchbox");
      await page.keyboard.type("sx");
      expect(await page.evaluate("window.heard")).toEqual([]);
    });
  });

  describe("the list", () => {
    test("U11: leaves out assets until they are asked for, and counts none on the handle", async () => {
      await page.goto(`${server.origin}/anonymous`);
      await page.evaluate(
        "new Promise((resolve) => { const image = new Image(); image.onerror = resolve; image.src = '/missing.png' })",
      );
      await page.evaluate("fetch('/api/one').then((answer) => answer.text())");
      await expect.poll(() => inside.handle()).toMatch(/\+1$/);
      await page.keyboard.press(OPEN);
      await expect.poll(async () => (await rows()).join()).toContain("/api/one");
      expect((await rows()).join()).not.toContain("missing");
      const assets = async (): Promise<string | undefined> =>
        (await inside.names("button")).find((name) => name.startsWith("assets"));
      await expect.poll(assets).toBeDefined();
      await inside.evaluate(
        "function () { [...this.querySelectorAll('.chips button')].find((chip) => chip.textContent.startsWith('assets')).click() }",
      );
      await expect.poll(async () => (await rows()).join()).toContain("missing");
    });

    test("U12: names the host of another server of the same process", async () => {
      const other = await startSampleServer();
      try {
        await page.goto(`${server.origin}/_latchkey/`);
        await fetch(`${other.origin}/api/of-the-other-server`);
        await expect
          .poll(async () => (await rows()).find((row) => row.includes("/api/of-the-other-server")))
          .toContain(new URL(other.origin).host);
        await fetch(`${server.origin}/api/of-this-server`);
        await expect
          .poll(async () => (await rows()).find((row) => row.includes("/api/of-this-server")))
          .not.toContain("127.0.0.1");
      } finally {
        other.close();
      }
    });

    test("is filtered by fields, by saved filters, and says what it does not understand", async () => {
      for (const path of ["/pay", "/rejected", "/orders", "/api/x"]) await fetch(server.origin + path);
      await page.goto(`${server.origin}/_latchkey/`);
      await expect.poll(async () => (await rows()).length).toBeGreaterThan(3);
      await page.keyboard.press("/");
      const type = async (filter: string): Promise<void> => {
        await inside.evaluate(
          "function () { this.querySelector('input').focus(); this.querySelector('input').select() }",
        );
        await page.keyboard.type(filter);
      };
      await type("sql:>5");
      await expect.poll(async () => (await rows()).every((row) => row.includes("/orders"))).toBe(true);
      await type("session:bad");
      await expect.poll(async () => (await rows()).every((row) => row.includes("/rejected"))).toBe(true);
      await type("stauts:500");
      await expect.poll(text).toContain("There is no field “stauts”");
      await type(" ");
      await inside.evaluate(
        "function () { [...this.querySelectorAll('.saved')].find((chip) => chip.textContent.startsWith('errors')).click() }",
      );
      await expect.poll(async () => (await rows()).every((row) => /[45]\d\d/.test(row))).toBe(true);
    });

    test("is paused, cleared and pinned in this browser alone", async () => {
      await open("/orders");
      await page.keyboard.press("p");
      await inside.evaluate("function () { this.querySelector('[aria-label=\"Pause the list\"]').click() }");
      await page.evaluate("fetch('/api/paused').then((answer) => answer.text())");
      await expect.poll(text).toContain("1 new");
      expect((await rows()).join()).not.toContain("/api/paused");
      await inside.evaluate("function () { this.querySelector('[aria-label=\"Pause the list\"]').click() }");
      await expect.poll(async () => (await rows()).join()).toContain("/api/paused");
      await inside.evaluate("function () { this.querySelector('[aria-label=\"Clear the list\"]').click() }");
      await expect.poll(async () => (await rows()).join()).not.toContain("/api/paused");
      const stored = await page.evaluate("localStorage.getItem('latchkey-toolbar')");
      const { pins } = JSON.parse(String(stored)) as { pins: string[] };
      expect(pins).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
      await page.goto(`${server.origin}/_latchkey/`);
      await expect.poll(text).toContain("Pinned");
      expect(server.toolbar.exchanges.map(({ path }) => path)).toContain("/api/paused");
    });
  });

  describe("U16: keeps up with the page", () => {
    test("follows the newest request, when it is asked to", async () => {
      await open("/orders");
      await inside.evaluate("function () { this.querySelector('[aria-label=\"Follow the newest request\"]').click() }");
      await page.evaluate("fetch('/api/next').then((answer) => answer.text())");
      await expect.poll(line).toContain("/api/next");
      await page.evaluate("fetch('/api/after').then((answer) => answer.text())");
      await expect.poll(line).toContain("/api/after");
      await page.keyboard.press("[");
      await expect.poll(line).toContain("/api/next");
    });

    test.each([
      ["a new body", "document.body.replaceWith(document.createElement('body'))"],
      [
        "document.write",
        "document.open(); document.write('<!doctype html><title>New</title><p>New page'); document.close()",
      ],
      [
        "a document element without children",
        "document.documentElement.replaceChildren(document.createElement('head'), document.createElement('body'))",
      ],
    ])("is there once after %s, and its keys work", async (_, script) => {
      await page.goto(`${server.origin}/orders`);
      await expect.poll(() => inside.handle()).toBeDefined();
      await page.evaluate(script);
      await expect.poll(() => page.evaluate("document.querySelectorAll('latchkey-toolbar').length")).toBe(1);
      await expect.poll(() => inside.handle()).toMatch(/200/);
      await page.keyboard.press(OPEN);
      await expect.poll(() => inside.box(".drawer")).toBeDefined();
      await page.evaluate("fetch('/api/late').then((answer) => answer.text())");
      await expect.poll(async () => (await rows()).join()).toContain("/api/late");
      expect(complaints).toEqual([]);
    });

    test("a second script of the same page uses the same element", async () => {
      await page.goto(`${server.origin}/orders`);
      await expect.poll(() => inside.handle()).toMatch(/200/);
      const html = await (await fetch(`${server.origin}/rejected`, { headers: { accept: "text/html" } })).text();
      const address = /src="([^"]+)"/.exec(html)![1]!.replaceAll("&amp;", "&");
      await page.evaluate(
        `document.body.append(Object.assign(document.createElement("script"), { type: "module", src: ${JSON.stringify(address)} }))`,
      );
      await expect.poll(() => page.evaluate("document.querySelectorAll('script[type=module]').length")).toBe(0);
      await page.keyboard.press(OPEN);
      await expect.poll(line).toContain("/rejected");
      expect(await page.evaluate("document.querySelectorAll('latchkey-toolbar').length")).toBe(1);
    });
  });

  describe("a request, elsewhere", () => {
    const choose = async (menu: string, item: string): Promise<void> => {
      await inside.evaluate(`function () { this.querySelector('[aria-label="${menu}"]').click() }`);
      await expect.poll(() => inside.names("menuitem")).not.toEqual([]);
      await inside.evaluate(
        `function () { [...this.querySelectorAll('[role=menuitem]')].filter((each) => each.getClientRects().length > 0).find((each) => each.textContent.includes(${JSON.stringify(item)})).click() }`,
      );
    };

    test.each([
      ["Copy as cURL", "curl --globoff"],
      ["Copy as fetch", "await fetch("],
      ["Copy as a test", 'import { expect, test } from "vitest";'],
    ])("%s", async (item, expected) => {
      await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.origin });
      await open("/orders");
      await choose("Copy as", item);
      await expect.poll(text).toContain("Copied the ");
      expect(await page.evaluate("navigator.clipboard.readText()")).toContain(expected);
      expect(complaints).toEqual([]);
    });

    test("is selected to be copied by hand, where the page may not use the clipboard", async () => {
      await page.addInitScript("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))");
      await open("/orders");
      await page.keyboard.press("y");
      await expect.poll(text).toContain("The text is selected");
      const selected = await inside.evaluate(
        "function () { const area = this.querySelector('textarea'); return this.activeElement === area && area.value.slice(area.selectionStart, area.selectionEnd) }",
      );
      expect(selected).toContain("curl --globoff");
      await page.keyboard.press("Escape");
      await expect.poll(async () => (await inside.focused())?.role).toBe("tab");
    });

    test("is exported as JSON", async () => {
      await open("/orders");
      const download = page.waitForEvent("download");
      await choose("More", "Export as JSON");
      const file = await download;
      expect(file.suggestedFilename()).toMatch(/^request-[0-9a-f]{8}\.json$/);
      const record = JSON.parse(await readFile(await file.path(), "utf8")) as Readonly<Record<string, unknown>>;
      expect(record).toMatchObject({ version: 1, summary: { path: "/orders" } });
      expect(JSON.stringify(record)).not.toContain("hunter2");
    });

    test("that ends while the list is on its way is not lost", async () => {
      await fetch(`${server.origin}/api/before`);
      const held: (() => void)[] = [];
      await page.route(/_latchkey\/exchanges\?/, async (route) => {
        const response = await route.fetch();
        await new Promise<void>((resolve) => held.push(resolve));
        await route.fulfill({ response });
      });
      await page.goto(`${server.origin}/_latchkey/`);
      // One load when the page starts, and one when the stream is open.
      await expect.poll(() => held.length).toBe(2);
      await fetch(`${server.origin}/api/during`);
      await expect.poll(async () => (await rows())[0]).toContain("/api/during");
      held[1]?.();
      await expect.poll(async () => (await rows()).slice(0, 2).join()).toMatch(/during.*before/);
      // What was asked first is answered last.
      await fetch(`${server.origin}/api/after`);
      await expect.poll(async () => (await rows())[0]).toContain("/api/after");
      held[0]?.();
      await page.waitForTimeout(200);
      expect((await rows()).slice(0, 3).join()).toMatch(/after.*during.*before/);
    });

    test("stays in its place when more is known of it", async () => {
      await page.goto(`${server.origin}/_latchkey/`);
      const headers = { "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", Accept: "text/html" };
      await (await fetch(`${server.origin}/anonymous`, { headers })).text();
      await fetch(`${server.origin}/api/newer`);
      await expect.poll(async () => (await rows())[0]).toContain("/api/newer");
      // Two seconds after the answer, it is known that no browser has run its script.
      await page.waitForTimeout(2600);
      expect((await rows())[0]).toContain("/api/newer");
    });

    test("waits while the list is paused, also when the page was away", async () => {
      await open("/orders");
      await inside.evaluate("function () { this.querySelector('[aria-label=\"Pause the list\"]').click() }");
      const before = await rows();
      await fetch(`${server.origin}/api/meanwhile`);
      await expect.poll(text).toContain("1 new");
      await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
      await page.waitForTimeout(200);
      expect(await rows()).toEqual(before);
    });

    test("is compared with the last good one of the same address", async () => {
      await page.goto(`${server.origin}/_latchkey/`);
      await fetch(`${server.origin}/orders`);
      await fetch(`${server.origin}/api/between`);
      await fetch(`${server.origin}/orders`);
      await expect.poll(async () => (await rows())[0]).toContain("/orders");
      await inside.evaluate("function () { this.querySelector('.row').click() }");
      await expect.poll(line).toContain("/orders");
      await inside.evaluate("function () { this.querySelector('.row').focus() }");
      await page.keyboard.press("c");
      await expect.poll(text).toContain("Both answered 200");
      const before = await inside.evaluate(
        "function () { return this.querySelector('select').selectedOptions[0].textContent }",
      );
      expect(before).toContain("200 GET /orders");
    });
  });

  test.each(Object.keys(POLICIES))("copies, compares and asks under the policy: %s", async (policy) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.origin });
    await open(`/orders?policy=${policy}`);
    await inside.evaluate("function () { this.querySelector('#tab-sample-queries').click() }");
    await expect.poll(text).toContain("select");
    await inside.evaluate("function () { this.querySelector('.opener').click() }");
    await expect.poll(() => inside.names("button")).toContain("EXPLAIN");
    await inside.evaluate("function () { this.querySelector('.ask button').click() }");
    await expect.poll(text).toContain("Both answered 200");
    await inside.evaluate("function () { this.querySelector('[role=tab][aria-selected=true]').focus() }");
    await page.keyboard.press("y");
    await expect.poll(text).toContain("Copied the cURL command");
    await page.keyboard.press("c");
    await expect.poll(() => inside.names("combobox")).toHaveLength(1);
    expect(complaints).toEqual([]);
  });

  describe("what panels draw", () => {
    test("a row opens by mouse and by keyboard, and asks the server for more", async () => {
      await open("/orders");
      const expanded = (): Promise<unknown> =>
        inside.evaluate(
          "function () { return [...this.querySelectorAll('.opener')].map((each) => each.ariaExpanded).join() }",
        );
      // The Overview has the findings of all panels, so it is what opens.
      await inside.evaluate("function () { this.querySelector('#tab-sample-queries').click() }");
      await inside.click("tbody .openable td.grow");
      await expect.poll(expanded).toMatch(/^true,false/);
      expect(await text()).toContain('[7,"ada"]');
      await inside.evaluate("function () { this.querySelector('.opener').focus() }");
      await page.keyboard.press("ArrowLeft");
      await expect.poll(expanded).toMatch(/^false,false/);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await expect.poll(expanded).toMatch(/^false,true/);
      await inside.evaluate("function () { this.querySelector('.ask button').click() }");
      await expect.poll(text).toContain("Both answered 200");
    });

    test("U8: places are links to the editor", async () => {
      await open("/orders");
      // The Overview has the findings of all panels, so it is what opens.
      await inside.evaluate("function () { this.querySelector('#tab-sample-queries').click() }");
      await expect.poll(() => inside.names("tab")).not.toEqual([]);
      const links = await inside.evaluate(
        "function () { return [...this.querySelectorAll('a.where')].map(({ href }) => href) }",
      );
      expect(links).toContain("vscode://file/srv/shop/src/routes/orders.ts:42");
    });

    test("a flame graph is walked and widened by keyboard", async () => {
      await open("/orders");
      await inside.evaluate("function () { this.querySelector('#tab-sample-profiler').click() }");
      await expect.poll(() => inside.names("treeitem")).toHaveLength(10);
      await inside.evaluate("function () { this.querySelector('[role=treeitem]').focus() }");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowRight");
      expect((await inside.focused())?.name).toBe("renderPage, 17.0 ms, 20.2 %");
      await page.keyboard.press("Enter");
      await expect.poll(() => inside.names("treeitem")).toHaveLength(4);
      await page.keyboard.press("Escape");
      await expect.poll(() => inside.names("treeitem")).toHaveLength(10);
    });
  });
});

describe.skipIf(chromiumPath === undefined)("U9: the shortcut", () => {
  test.each([
    ["Ctrl+Alt+P", "Control+Alt+P", true],
    ["Ctrl+Alt+P", OPEN, false],
    ["", OPEN, false],
  ])("%j, and %s is pressed", async (shortcut, keys, opens) => {
    const server = await startSampleServer({ shortcut });
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const inside = await Inside.of(page);
      await page.goto(`${server.origin}/orders`);
      await expect.poll(() => inside.handle()).toMatch(/200/);
      await page.keyboard.press(keys);
      if (opens) await expect.poll(() => inside.box(".drawer")).toBeDefined();
      else {
        await page.waitForTimeout(300);
        expect(await inside.handle()).toBeDefined();
      }
    } finally {
      await browser.close();
      server.close();
    }
  });
});
