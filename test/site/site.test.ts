import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { chromiumPath, complaintsOf, launchBrowser } from "../support/browser.ts";
import { readPage } from "../support/docs/pages.ts";
import { ENTRY_POINTS } from "../support/entry-points.ts";
import { buildSite, builtPages, htmlOf, idsOf, linksOf, SITE, textOf } from "../support/site/built-site.ts";
import { GAPS, THREADS } from "./questions.ts";
import { siteSearch, type SiteSearch } from "../support/site/site-search.ts";

/**
 * The site is built once, and all tests look at it. The build uses a processor for most of a
 * minute.
 */
beforeAll(() => buildSite(), 900_000);

describe("the site of the documentation", () => {
  test("has no link that leads nowhere, and no heading that is not there", () => {
    const links = builtPages().flatMap(linksOf);
    expect(links.length).toBeGreaterThan(5_000);
    const wrong = links.filter(
      ({ file, anchor }) =>
        !existsSync(join(SITE, file)) ||
        (anchor !== undefined && anchor !== "" && file.endsWith(".html") && !idsOf(file).has(anchor)),
    );
    expect([...new Set(wrong.map(({ page, target }) => `${page}: ${target}`))]).toEqual([]);
  });

  test("has every page in its menu, and each framework by its name", () => {
    const [, menu = ""] = /<aside class="VPSidebar"([^]*?)<\/aside>/.exec(htmlOf("sessions.html")) ?? [];
    const listed = [...menu.matchAll(/href="\/([^"#]*)"/g)].map(([, target]) => target!);
    const pages = builtPages().filter((page) => page !== "index.html" && page !== "404.html");
    expect(pages.length).toBeGreaterThan(100);
    expect(pages.filter((page) => !listed.includes(page))).toEqual([]);
    for (const framework of ["Express", "Fastify", "Hono", "Koa", "Next.js", "NestJS", "SvelteKit", "Astro", "Nuxt"])
      expect(menu).toContain(`>${framework}<`);
  });

  test("shows commands for four package managers", () => {
    const page = htmlOf("next.html").replaceAll(/<[^>]*>/g, "");
    for (const command of ["npm install latchkey", "pnpm add latchkey", "yarn add latchkey", "bun add latchkey"])
      expect(page).toContain(command);
  });

  test("has a page of the reference for each entry point, with every name of docs/names.md", () => {
    const names = readPage("docs/names.md");
    for (const { name } of ENTRY_POINTS) {
      const section = names.split(`\n## \`${name}\`\n`)[1]!.split("\n## ")[0]!;
      const listed = [...section.matchAll(/^(?:Values|Types): ([^]*?)\n(?:\n|$)/gm)].flatMap(([, list]) =>
        [...list!.matchAll(/`(\w+)`/g)].map(([, listedName]) => listedName!),
      );
      const headings = [...htmlOf(`reference/${name}.html`).matchAll(/<h3 id="[^"]*"[^>]*>([^<]*)/g)].map(
        ([, heading]) => heading!.replace(/(?:\(\)|&lt;.*)? *$/, "").trim(),
      );
      expect({ name, missing: listed.filter((listedName) => !headings.includes(listedName)) }).toEqual({
        name,
        missing: [],
      });
    }
  });

  test("has files for language models: a list of all pages, and all pages in one", () => {
    const list = readFileSync(join(SITE, "llms.txt"), "utf8");
    const pages = [...list.matchAll(/\]\(\/(.*?)\)/g)].map(([, page]) => page!);
    expect(pages.length).toBeGreaterThan(70);
    expect(pages.filter((page) => !existsSync(join(SITE, page)))).toEqual([]);
    expect(list).not.toMatch(/: *$/m);
    expect(readFileSync(join(SITE, "llms-full.txt"), "utf8")).toContain("# Troubleshooting");
  });
});

describe("what strangers ask", () => {
  let find: SiteSearch;
  beforeAll(async () => void (find = await siteSearch()));

  test("is at least twenty gaps of earlier pages, and twenty threads", () => {
    expect(GAPS.length).toBeGreaterThanOrEqual(20);
    expect(new Set(THREADS.map(({ thread }) => thread)).size).toBeGreaterThanOrEqual(20);
  });

  test.each([...GAPS, ...THREADS])(
    "is answered by the first page that the search finds: $asked",
    ({ asked, answer, says }) => {
      const [page = "", anchor] = answer.slice(1).split("#");
      expect(idsOf(page)).toContain(anchor);
      expect(sectionOf(page, anchor!)).toContain(says);
      const [first = ""] = find(asked);
      expect(first.split("#")[0]).toBe(`/${page}`);
    },
  );

  test.skipIf(chromiumPath === undefined)(
    "is found in Chromium too, in the light and in the dark",
    { timeout: 300_000 },
    async () => {
      const browser = await launchBrowser();
      onTestFinished(async () => await browser.close());
      const page = await browser.newPage();
      const complaints = complaintsOf(page);
      await page.goto(await served());
      const { asked, answer } = THREADS[0]!;
      const input = page.locator("#localsearch-input");
      // The page listens for the keys once its script has run.
      await expect
        .poll(async () => {
          await page.keyboard.press("Control+k");
          return await input.isVisible();
        })
        .toBe(true);
      await input.fill(asked);
      const first = page.locator("#localsearch-list a").first();
      // The index arrives when the search is opened for the first time.
      await expect.poll(async () => await first.getAttribute("href")).toContain(answer.split("#")[0]);
      await first.click();
      await expect.poll(() => page.url()).toContain(answer.split("#")[0]);
      const isDark = async (): Promise<boolean> =>
        (await page.locator("html").getAttribute("class"))?.includes("dark") === true;
      expect(await isDark()).toBe(false);
      await page.locator(".VPNavBarAppearance button").click();
      await expect.poll(isDark).toBe(true);
      expect(complaints).toEqual([]);
    },
  );
});

/** The text between a heading and the next one, without tags. */
function sectionOf(page: string, anchor: string): string {
  const html = htmlOf(page);
  const [, level = "1"] = new RegExp(`<h(\\d) id="${anchor}"`).exec(html) ?? [];
  const start = html.indexOf(`id="${anchor}"`);
  const rest = html.slice(start);
  const end = rest.search(new RegExp(`<h[1-${level}] id=`));
  return textOf(end === -1 ? rest : rest.slice(0, end));
}

/** The address of the built site on a server of its own. */
async function served(): Promise<string> {
  const types: Readonly<Record<string, string>> = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
  };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url!, "http://localhost").pathname);
    const file = join(SITE, path.endsWith("/") ? `${path}index.html` : path);
    response.statusCode = existsSync(file) ? 200 : 404;
    response.setHeader("Content-Type", types[extname(file)] ?? "text/html; charset=utf-8");
    response.end(existsSync(file) ? readFileSync(file) : "");
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => void server.once("listening", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
