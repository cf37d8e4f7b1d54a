import { Console } from "node:console";
import { PassThrough } from "node:stream";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { textOf, type Tab } from "../support/engines/engine.ts";
import { ENGINES } from "../support/engines/index.ts";
import { openingToolbar, OpenToolbar } from "../support/open-toolbar.ts";
import { redisPrograms, startRedis, type Service } from "../support/services.ts";
import { DATABASES, type TestedDatabase } from "../toolbar/shop/databases.ts";
import { Discounts } from "../toolbar/shop/discounts.ts";
import { SERVERS } from "../toolbar/shop/servers.ts";
import { THROWN, type ShopParts } from "../toolbar/shop/shop.ts";

const PATIENCE = { timeout: 60_000 };

describe.skipIf(redisPrograms === undefined)("the toolbar of every framework", { timeout: 300_000 }, () => {
  let redis: Service;
  let database: TestedDatabase;
  let discounts: Discounts;
  let stopClient: () => Promise<void>;
  let parts: ShopParts;

  beforeAll(async () => {
    // Frameworks write what they answer with 500 to the terminal.
    const quiet = new Console(new PassThrough().resume());
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    vi.spyOn(console, "error").mockImplementation(quiet.error.bind(quiet));
    redis = await startRedis();
    const carts = await createClient({ url: `redis://127.0.0.1:${redis.port}` }).connect();
    stopClient = async () => await carts.close();
    database = await DATABASES["SQLite"]!();
    discounts = await Discounts.start();
    parts = { database, carts, discounts: discounts.url };
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await discounts?.close();
    await database?.stop();
    await stopClient?.();
    await redis?.stop();
  });

  // One after the other: two browsers at once are more than a small machine can bear.
  for (const engine of ENGINES) {
    describe.skipIf(!engine.isHere)(`in ${engine.name}`, () => {
      let tab: Tab;
      let toolbar: OpenToolbar;
      beforeAll(async () => {
        tab = await engine.start();
        toolbar = new OpenToolbar(tab);
      }, 300_000);
      afterAll(async () => await tab?.close());

      test.each(Object.keys(SERVERS))("%s: shows what was recorded, and the page of an error", async (framework) => {
        const shop = await SERVERS[framework]!(parts);
        const opening = await openingToolbar(shop.url);
        const before = tab.complaints.length;
        try {
          await tab.goto(`${opening.url}/cart/visitor-7`);
          expect(await textOf(tab, "h1")).toBe("The cart of visitor-7");
          await toolbar.shows(".handle", /200/);
          await toolbar.click(".handle");
          // The tabs move when the record of a request that was still running is complete.
          await toolbar.shows("header .line", /200GET\/cart\/visitor-7(?!.*still running)/);
          await toolbar.click("#tab-queries");
          await toolbar.shows(".panel", /The same query ran 3 times.*select price from items where id = \?/s);
          expect(await toolbar.text(".panel")).toContain(endOf(database.loop.where));
          await toolbar.click("#tab-logs");
          await toolbar.shows(".panel", /The cart of visitor-7 is opened\..*Few are left, says visitor-7/s);
          expect(await toolbar.complaints()).toEqual([]);

          await tab.goto(`${opening.url}/order/visitor-8`);
          await expect
            .poll(async () => await textOf(tab, "body"), PATIENCE)
            .toContain("Nothing is left for visitor-8.");
          expect(await textOf(tab, "body")).toContain(THROWN.where);
          // It is open on every page of a tab, once it was opened.
          await toolbar.shows("header .line", /500GET\/order\/visitor-8(?!.*still running)/);
          await toolbar.click("#tab-exceptions");
          await toolbar.shows(".panel", /RangeError.*Nothing is left for visitor-8\./s);
          expect(await toolbar.text(".panel")).toContain(endOf(THROWN.where));
          expect(await toolbar.complaints()).toEqual([]);
          // The browser itself reports the status of the page.
          expect(tab.complaints.slice(before).filter((text) => !/status of 500/.test(text))).toEqual([]);
        } finally {
          // Otherwise the browser reports that the page's stream of events has ended.
          await tab.goto("about:blank");
          await opening.close();
          await shop.close();
        }
      });
    });
  }
});

/** The end of a place: the toolbar shows a long path without its beginning. */
function endOf(where: string): string {
  return where.split("/").slice(-2).join("/");
}
