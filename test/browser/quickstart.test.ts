import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, complaintsOf, launchBrowser, screenshot, ToolbarView } from "../support/browser.ts";
import { CANARY_KEY, formsIn } from "../support/canary.ts";
import { runExample, startExample, type RunningExample } from "../support/run-example.ts";

const POLICIES = [
  { policy: "default-src 'self'", file: "examples/quickstart/app.ts", scheme: "light" },
  { policy: "a nonce and Trusted Types", file: "test/browser/nonce-quickstart.ts", scheme: "dark" },
] as const;

describe.skipIf(chromiumPath === undefined).each(POLICIES)(
  "the quickstart in Chromium, under $policy ($scheme)",
  ({ file, scheme }) => {
    let folder: string;
    let example: RunningExample;
    let browser: Browser;
    let page: Page;
    let complaints: string[];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "latchkey-quickstart-"));
      example = await runExample(file, {
        DATABASE: join(folder, "quickstart.sqlite"),
        SECRET_KEY: CANARY_KEY,
      });
      browser = await launchBrowser();
      page = await browser.newPage({ colorScheme: scheme, viewport: { width: 1280, height: 800 } });
      complaints = complaintsOf(page);
    });
    afterAll(async () => {
      await browser.close();
      await example.stop();
      rmSync(folder, { recursive: true });
    });

    test("the whole story: page, handle, drawer, session, account, tampering, rejection", async () => {
      const toolbar = new ToolbarView(page);

      await page.goto(example.url);
      expect(await page.textContent("h1")).toBe("Hi User, the secret key is necessary to run the debug toolbar");
      expect(await page.textContent(".lead")).toContain("You have been here 1 time");
      await toolbar.waitFor(/200/);
      await screenshot(page, `quickstart-${scheme}-1-handle`);

      await page.reload();
      expect(await page.textContent(".lead")).toContain("You have been here 2 times");

      await toolbar.waitFor(/200/);
      await page.keyboard.press("Shift+Alt+D");
      await toolbar.waitFor(/Session/);
      await toolbar.click("tab", /Session/);
      const session = await toolbar.waitFor(/visits/);
      expect(session).toMatch(/valid/i);
      expect(session).toMatch(/4,?096/);
      expect(session).toMatch(/current/);
      expect(formsIn(session)).toEqual([]);
      await screenshot(page, `quickstart-${scheme}-2-session`);
      await page.keyboard.press("Escape");

      await page.click("text=Sign up >> nth=0");
      await page.fill("[name=name]", "Ada <Lovelace>");
      await page.fill("[name=password]", "analytical engine");
      await page.click("main button");
      expect(await page.textContent(".flash")).toBe("Welcome, Ada <Lovelace>.");
      expect(await page.textContent("h1")).toBe("The session ID links you to this row");
      await screenshot(page, `quickstart-${scheme}-3-row`);

      await page.click("header >> text=Log out");
      expect(await page.textContent("nav")).toContain("Log in");
      await page.click("text=Log in >> nth=0");
      await page.fill("[name=name]", "Ada <Lovelace>");
      await page.fill("[name=password]", "difference engine");
      await page.click("main button");
      expect(await page.textContent(".flash.error")).toContain("do not fit");
      await page.fill("[name=name]", "Ada <Lovelace>");
      await page.fill("[name=password]", "analytical engine");
      await page.click("main button");
      expect(await page.textContent("nav")).toContain("Ada <Lovelace>");

      await page.click("text=Tamper with my cookie");
      expect(await page.textContent("h1")).toBe("Rejected");
      expect(await page.textContent(".flash.error")).toContain("bad_signature");
      expect(await page.textContent("nav")).toContain("Log in");
      await toolbar.waitFor(/200/);
      await page.keyboard.press("Shift+Alt+D");
      await toolbar.waitFor(/Session/);
      await toolbar.click("tab", /Session/);
      await toolbar.waitFor(/rejected/i);
      await screenshot(page, `quickstart-${scheme}-4-rejected`);

      expect(complaints).toEqual([]);
    });
  },
);

describe("the quickstart as a process", () => {
  const ARTICLE_KEY = "d5fb8c4fa8bd46638dadc4e751e0d68d";
  const file = "examples/quickstart/app.ts";

  test("honours PORT and HOST, prints its address, and stops cleanly on Ctrl-C", async () => {
    const example = await runExample(file, {
      HOST: "127.0.0.2",
      DATABASE: ":memory:",
      SECRET_KEY: CANARY_KEY,
    });
    expect(example.url).toMatch(/^http:\/\/127\.0\.0\.2:\d+$/);
    expect((await fetch(example.url)).status).toBe(200);
    expect(await example.stop("SIGINT")).toBe(0);
  });

  test("warns of the article's own key in development", async () => {
    const example = await runExample(file, { DATABASE: ":memory:", SECRET_KEY: ARTICLE_KEY });
    expect((await fetch(example.url)).status).toBe(200);
    expect(example.output()).toMatch(/published/);
    expect(example.output()).not.toContain(ARTICLE_KEY);
    await example.stop();
  });

  test.each([
    ["the article's own key", { SECRET_KEY: ARTICLE_KEY }, /published/],
    ["no key", {}, /SECRET_KEY/],
    ["a key that can be guessed", { SECRET_KEY: "correct-horse-1234" }, /npx latchkey key generate/],
  ])("refuses to start in production with %s", async (_, env, reason) => {
    const child = startExample(file, { ...env, NODE_ENV: "production", DATABASE: ":memory:" });
    let output = "";
    child.stderr!.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise((resolve) => child.once("exit", resolve));
    expect(code).not.toBe(0);
    expect(output).toMatch(reason);
    expect(output).not.toContain(ARTICLE_KEY);
  });
});
