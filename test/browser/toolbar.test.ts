import { channel } from "node:diagnostics_channel";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { debugToolbar } from "../../src/adapters/node/toolbar.ts";
import { CHANNELS, type SessionLoaded } from "../../src/diagnostics.ts";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { Toolbar } from "../../src/toolbar/index.ts";
import { BROWSER_SCRIPT } from "../../src/toolbar/ui.bundle.ts";
import { chromiumPath, complaintsOf, launchBrowser } from "../support/browser.ts";

const NONCE = "bm9uY2UtZm9yLXRlc3Rz";
const POLICIES: Readonly<Record<string, string>> = {
  none: "",
  self: "default-src 'self'",
  "nonce-only": `default-src 'none'; script-src 'nonce-${NONCE}'`,
  "trusted-types": `script-src 'nonce-${NONCE}' 'strict-dynamic'; object-src 'none'; base-uri 'none'; require-trusted-types-for 'script'`,
};
const ATTACK = "<img src=x onerror=\"document.title='attacked'\">";

interface Accessible {
  readonly role: string;
  readonly name: string;
}

test("the browser's file weighs at most 30 kB, packed", () => {
  expect(gzipSync(BROWSER_SCRIPT).length).toBeLessThan(30_000);
  expect(BROWSER_SCRIPT).not.toMatch(/\beval\b|new Function/);
});

describe.skipIf(chromiumPath === undefined)("the toolbar in Chromium", () => {
  let toolbar: Toolbar;
  let server: Server;
  let origin: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let cdp: CDPSession;
  let complaints: readonly string[];

  beforeAll(async () => {
    toolbar = new Toolbar({ keys: generateSecretKey() });
    const show = debugToolbar(toolbar);
    server = createServer((request, response) => {
      show(request, response, () => {
        const { pathname, searchParams } = new URL(request.url ?? "/", "http://x");
        if (pathname !== "/") {
          response.setHeader("Content-Type", "application/json").end("{}");
          return;
        }
        channel(CHANNELS.sessionLoaded).publish({
          cookieName: "session",
          format: "flask",
          verdict: "valid",
          bytes: 612,
          snapshot: () => ({ user: "ada", password: "hunter2", [ATTACK]: ATTACK }),
        } satisfies SessionLoaded);
        response.setHeader("Content-Type", "text/html; charset=utf-8");
        const policy = POLICIES[searchParams.get("policy") ?? "none"] ?? "";
        if (policy !== "") response.setHeader("Content-Security-Policy", policy);
        const style = searchParams.has("rude")
          ? "<style>* { position: static !important; font: 90px/3 serif !important; transform: scale(2) !important; opacity: .1 !important }</style>"
          : "";
        response.end(
          `<!doctype html><html lang="en"><head><title>App</title>${style}</head><body><h1>App</h1><input></body></html>`,
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    toolbar?.close();
    server?.close();
    server?.closeAllConnections();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
    page = await context.newPage();
    cdp = await context.newCDPSession(page);
    await cdp.send("DOM.enable");
    await cdp.send("Accessibility.enable");
    complaints = complaintsOf(page);
  });
  afterEach(async () => context.close());

  /** What a screen reader reads; it reaches into the closed shadow root, which scripts do not. */
  async function accessible(): Promise<readonly Accessible[]> {
    const { nodes } = await cdp.send("Accessibility.getFullAXTree");
    return nodes
      .filter(({ ignored }) => !ignored)
      .map(({ role, name }) => ({ role: String(role?.value), name: String(name?.value ?? "") }));
  }
  const names = async (role: string): Promise<readonly string[]> =>
    (await accessible()).filter((node) => node.role === role).map(({ name }) => name);
  const text = async (): Promise<string> => (await names("StaticText")).join("\n");
  const handle = async (): Promise<string | undefined> =>
    (await names("button")).find((name) => name.startsWith("Open the debug toolbar"));
  const tabs = (): Promise<readonly string[]> => names("tab");

  async function box(
    selector: string,
  ): Promise<{ readonly width: number; readonly height: number; readonly x: number; readonly y: number } | undefined> {
    const { root } = await cdp.send("DOM.getDocument", { depth: -1, pierce: true });
    type Node = typeof root;
    const all = (node: Node): Node[] => [node, ...[...(node.children ?? []), ...(node.shadowRoots ?? [])].flatMap(all)];
    const found = all(root).find(
      ({ attributes = [] }) => attributes[attributes.indexOf("class") + 1] === selector && attributes.includes("class"),
    );
    if (found === undefined) return undefined;
    try {
      const { model } = await cdp.send("DOM.getBoxModel", { nodeId: found.nodeId });
      return { width: model.width, height: model.height, x: model.border[0]!, y: model.border[1]! };
    } catch {
      return undefined;
    }
  }

  test.each(Object.keys(POLICIES))(
    "shows itself, opens and closes by keyboard under the policy: %s",
    async (policy) => {
      await page.goto(`${origin}/?policy=${policy}`);
      await expect.poll(handle).toMatch(/^Open the debug toolbar: .*200 \d/);
      await page.keyboard.press("Alt+D");
      await expect
        .poll(tabs)
        .toEqual([
          "Overview",
          "Exceptions",
          expect.stringMatching(/^Request/),
          expect.stringMatching(/^Response/),
          expect.stringMatching(/^Session/),
          "Queries",
          "Cache & Redis",
          "Outgoing HTTP",
          expect.stringMatching(/^Timing/),
          "Timeline",
          "Logs",
          "Templates",
          expect.stringMatching(/^Routes/),
          expect.stringMatching(/^Config/),
          "Memory",
          "Profiler",
          expect.stringMatching(/^Versions/),
        ] as string[]);
      expect(await text()).toContain("The cookie is genuine");
      // A key that is pressed before the drawer has the focus goes to the page.
      await expect.poll(async () => await page.evaluate("document.activeElement.localName")).toBe("latchkey-toolbar");
      await page.keyboard.press("ArrowLeft");
      await expect.poll(text).toContain("Response headers");
      await page.keyboard.press("ArrowLeft");
      await expect.poll(text).toContain("Request headers");
      await page.keyboard.press("End");
      await expect.poll(text).toContain("Packages");
      await page.keyboard.press("Escape");
      await expect.poll(handle).toBeDefined();
      expect(complaints).toEqual([]);
    },
  );

  test("draws what it receives as text, and hides what must be hidden", async () => {
    await page.goto(origin);
    await expect.poll(handle).toBeDefined();
    await page.keyboard.press("Alt+D");
    await expect.poll(text).toContain(ATTACK);
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
    await page.keyboard.press("Alt+D");
    await expect.poll(() => names("button")).toContainEqual(expect.stringContaining("/api"));
    const row = (await names("button")).find((name) => name.includes("/api"))!;
    expect(row).toMatch(/200 GET \/api/);
  });

  test("remembers on the next page whether it was open, and how high", async () => {
    await page.goto(origin);
    await expect.poll(handle).toBeDefined();
    await page.keyboard.press("Alt+D");
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
