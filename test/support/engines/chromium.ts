import { chromiumPath, launchBrowser } from "../browser.ts";
import type { Engine } from "./engine.ts";

export const chromiumEngine: Engine = {
  name: "Chromium",
  isHere: chromiumPath !== undefined,
  topLevelDomain: "test",
  async start() {
    const browser = await launchBrowser(["--host-resolver-rules=MAP *.test 127.0.0.1", "--ignore-certificate-errors"]);
    const page = await browser.newPage({ ignoreHTTPSErrors: true });
    page.setDefaultTimeout(60_000);
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    return {
      goto: async (url) => void (await page.goto(url)),
      click: async (selector) => await page.locator(selector).first().click(),
      clickAt: async (x, y) => await page.mouse.click(x, y),
      complaints,
      fill: async (selector, text) => await page.locator(selector).first().fill(text),
      evaluate: async (expression) => await page.evaluate<unknown>(expression),
      close: async () => await browser.close(),
    };
  },
};
