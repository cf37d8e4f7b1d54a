import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { Builder, By, Capabilities, until } from "selenium-webdriver";
import { executable, requirement } from "../requirements.ts";
import { freePort, Service, temporaryFolder, withParent } from "../services.ts";
import type { Engine } from "./engine.ts";

const programs = requirement("WebKit (WebKitWebDriver and Xvfb)", () => {
  const [driver, display] = [executable("WebKitWebDriver"), executable("Xvfb")];
  return driver !== undefined && display !== undefined ? { driver, display } : undefined;
});

/**
 * WebKitGTK's MiniBrowser, on a virtual display. It resolves every name below
 * localhost to this machine.
 */
export const webkitEngine: Engine = {
  name: "WebKit",
  isHere: programs !== undefined,
  topLevelDomain: "localhost",
  async start() {
    const display = await startDisplay();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const folder = temporaryFolder("webkit");
    const command = [
      ...withParent(),
      "env",
      `DISPLAY=${display.name}`,
      `HOME=${folder}`,
      programs!.driver,
      `--port=${port}`,
    ];
    const isReady = async (): Promise<boolean> =>
      await fetch(`${url}/status`).then(
        ({ ok }) => ok,
        () => false,
      );
    const service = await new Service(port, folder, command, isReady).start();
    const driver = await new Builder()
      .usingServer(url)
      .withCapabilities(new Capabilities({ browserName: "MiniBrowser", acceptInsecureCerts: true }))
      .build();
    await driver.manage().setTimeouts({ script: 60_000, pageLoad: 60_000 });
    const find = async (selector: string) => await driver.wait(until.elementLocated(By.css(selector)), 60_000);
    return {
      goto: async (address) => await driver.get(address),
      click: async (selector) => await (await find(selector)).click(),
      clickAt: async (x, y) =>
        await driver
          .actions()
          .move({ x: Math.round(x), y: Math.round(y) })
          .click()
          .perform(),
      complaints: [],
      fill: async (selector, text) => {
        const field = await find(selector);
        await field.clear();
        await field.sendKeys(text);
      },
      evaluate: async (expression) =>
        await driver.executeAsyncScript(
          `const done = arguments[0]; Promise.resolve(${expression}).then(done, (error) => done(String(error)));`,
        ),
      close: async () => {
        await driver.quit();
        await service.stop();
        await display.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};

/** Starts a display without a screen. It finds a free number itself, and prints it. */
async function startDisplay(): Promise<{ readonly name: string; stop(): Promise<void> }> {
  const [program, ...args] = [
    ...withParent(),
    programs!.display,
    "-displayfd",
    "1",
    "-screen",
    "0",
    "1280x800x24",
    "-nolisten",
    "tcp",
  ];
  const child = spawn(program!, args, { stdio: ["ignore", "pipe", "ignore"] });
  const [number] = (await once(child.stdout, "data")) as [Buffer];
  return {
    name: `:${number.toString().trim()}`,
    stop: async () => {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}
