import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CANARY_KEY } from "../support/canary.ts";
import { textOf, type Tab } from "../support/engines/engine.ts";
import { ENGINES } from "../support/engines/index.ts";
import { runExample, type RunningExample } from "../support/run-example.ts";

const PATIENCE = { timeout: 60_000 };

// One after the other: two browsers at once are more than a small machine can bear.
for (const engine of ENGINES) {
  describe.skipIf(!engine.isHere)(`the quickstart in ${engine.name}`, { timeout: 300_000 }, () => {
    let folder: string;
    let example: RunningExample;
    let tab: Tab;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "latchkey-engines-"));
      // Development is said: WebKit drops Secure cookies over plain HTTP, also on localhost.
      const env = { DATABASE: join(folder, "quickstart.sqlite"), SECRET_KEY: CANARY_KEY, NODE_ENV: "development" };
      example = await runExample("examples/quickstart/app.ts", env);
      tab = await engine.start();
    }, 300_000);
    afterAll(async () => {
      await tab.close();
      await example.stop();
      rmSync(folder, { recursive: true });
    });

    const shows = async (selector: string, pattern: RegExp): Promise<void> =>
      await expect.poll(async () => await textOf(tab, selector), PATIENCE).toMatch(pattern);
    const send = async (password: string): Promise<void> => {
      await tab.fill("[name=name]", "Ada <Lovelace>");
      await tab.fill("[name=password]", password);
      await tab.click("main button");
    };

    test("counts visits, signs up, logs out and in, rejects a changed cookie, and shows the toolbar", async () => {
      await tab.goto(example.url);
      await shows(".lead", /You have been here 1 time\./);
      await tab.goto(example.url);
      await shows(".lead", /You have been here 2 times\./);
      await expect
        .poll(async () => await tab.evaluate(`document.querySelector("latchkey-toolbar") !== null`), PATIENCE)
        .toBe(true);

      await tab.click("nav a[href='/signup']");
      await shows("h1", /^Sign up$/);
      await send("analytical engine");
      await shows(".flash", /^Welcome, Ada <Lovelace>\.$/);
      await shows("nav", /Ada <Lovelace>/);

      await tab.click("nav button");
      await shows("nav", /Log in/);
      await tab.click("nav a[href='/login']");
      await shows("h1", /^Log in$/);
      await send("difference engine");
      await shows(".flash.error", /do not fit/);
      await send("analytical engine");
      await shows(".flash", /^Welcome back, Ada <Lovelace>\.$/);

      await tab.click("main button.danger");
      await shows("h1", /^Rejected$/);
      await shows(".flash.error", /bad_signature/);
      await shows("nav", /Log in/);
    });
  });
}
