import puppeteer from "puppeteer-core";
import { executable, requirement } from "../requirements.ts";
import type { Engine } from "./engine.ts";

const path = requirement("Firefox", () => executable("firefox-esr", "firefox"));

/**
 * Driven by WebDriver BiDi, which Firefox speaks itself. It resolves every name below localhost to
 * this machine.
 */
export const firefoxEngine: Engine = {
  name: "Firefox",
  isHere: path !== undefined,
  topLevelDomain: "localhost",
  async start() {
    const browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: path!,
      headless: true,
      acceptInsecureCerts: true,
      timeout: 300_000,
      protocolTimeout: 120_000,
      // A closed network has none of the hosts that Firefox looks for by itself.
      extraPrefsFirefox: {
        "network.captive-portal-service.enabled": false,
        "network.connectivity-service.enabled": false,
      },
    });
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    return {
      goto: async (url) => void (await page.goto(url)),
      click: async (selector) => await page.locator(selector).click(),
      clickAt: async (x, y) => await page.mouse.click(x, y),
      complaints,
      fill: async (selector, text) => await page.locator(selector).fill(text),
      evaluate: async (expression) => await page.evaluate(expression),
      close: async () => await browser.close(),
    };
  },
};
