import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { chromiumPath, complaintsOf, launchBrowser, screenshot, ToolbarView } from "../support/browser.ts";
import { blocksOf, readPage } from "../support/docs/pages.ts";
import { packedLatchkey } from "../support/walk/packed-latchkey.ts";
import { inFolder } from "../support/walk/install-page.ts";
import { runPage, type RunningPage } from "../support/walk/running-page.ts";

/*
 * A stranger's first minutes: docs/first-steps.md, command by command, in an empty folder with the
 * packed package. The commands and the program are those of the page.
 */

const PAGE = "docs/first-steps.md";
const [section] = readPage(PAGE).split("## From an empty folder")[1]!.split("\n## ");
const blocks = blocksOf(PAGE, section);
const commands = blocks.filter(({ language }) => language === "sh").flatMap(({ text }) => text.trim().split("\n"));
const program = blocks.find(({ language }) => language === 'js title="index.js"')!.text;

test.skipIf(chromiumPath === undefined)(
  "from an empty folder to a login that survives a restart, and the open toolbar",
  { timeout: 300_000 },
  async () => {
    expect(commands).toEqual([
      "npm init -y",
      "npm install latchkey",
      "npx latchkey init --yes --toolbar",
      "NODE_ENV=development node --env-file=.env index.js",
    ]);
    expect(program.trimEnd().split("\n")).toHaveLength(6);
    const tarball = await packedLatchkey();
    const folder = mkdtempSync(join(tmpdir(), "latchkey-stranger-"));
    const PATH = `${dirname(process.execPath)}:${process.env["PATH"]}`;
    const start = async (): Promise<RunningPage> => await runPage(folder, () => ["sh", "-c", commands[3]!], { PATH });
    const browser = await launchBrowser();
    let server: RunningPage | undefined;
    try {
      const begin = performance.now();
      for (const command of commands.slice(0, 3)) {
        // The package is not the registry's but this one. All else is as a person types it.
        const typed = command.replace("install latchkey", `install --prefer-offline --no-audit --no-fund ${tarball}`);
        await inFolder(folder, "sh", ["-c", typed], { PATH });
      }
      writeFileSync(join(folder, "index.js"), program);

      server = await start();
      const context = await browser.newContext();
      const page = await context.newPage();
      const complaints = complaintsOf(page);
      await page.goto(server.url);
      expect(await page.textContent("p")).toBe("Hello, stranger");
      await page.click("text=Log in");
      await page.waitForSelector("text=Hello, ada");

      // The toolbar is there, and it opens.
      const toolbar = new ToolbarView(page);
      await toolbar.waitFor(/200/);
      await page.keyboard.press("Shift+Alt+D");
      await toolbar.waitFor(/Session/);
      await toolbar.click("tab", /Session/);
      expect(await toolbar.waitFor(/ada/)).toMatch(/valid/i);
      await screenshot(page, "first-steps-toolbar");
      const seconds = (performance.now() - begin) / 1000;
      console.log(`From the empty folder to the open toolbar: ${seconds.toFixed(0)} seconds.`);

      // The login survives a restart: the key is in .env.
      const [cookie] = await context.cookies();
      expect(complaints).toEqual([]);
      await server.stop();
      server = await start();
      const greeting = async (value: string): Promise<string> =>
        await (await fetch(server!.url, { headers: { cookie: `${cookie!.name}=${value}` } })).text();
      expect(await greeting(cookie!.value)).toContain("Hello, ada");

      // A cookie with one other character is refused.
      const at = Math.floor(cookie!.value.length / 2);
      const other = cookie!.value[at] === "A" ? "B" : "A";
      expect(await greeting(cookie!.value.slice(0, at) + other + cookie!.value.slice(at + 1))).toContain(
        "Hello, stranger",
      );
    } finally {
      await server?.stop();
      await browser.close();
      rmSync(folder, { recursive: true });
    }
  },
);
