import type { BrowserContext, Page } from "playwright-core";

/** The address of the shop, in each picture. The browser is told where it really is. */
export const ORIGIN = "http://localhost:3000";

/** The requests that the pictures are of: the id of the record of each. */
export interface Story {
  readonly orders: string;
  readonly pay: string;
  /** The second visit: the rate is in the cache. */
  readonly again: string;
  readonly report: string;
  readonly profiled: string;
  readonly rejected: string;
}

/** What a visitor does in the shop: logs in, looks at the orders, at a report, and fails to pay. */
export async function playStory(context: BrowserContext): Promise<Story> {
  const page = await context.newPage();
  await page.goto(ORIGIN);
  const orders = await idAfter(page, "/orders", () => page.click("text=Log in"));
  await page.evaluate("fetch('/api/stock/2').then((answer) => answer.text())");
  await page.evaluate("fetch('/api/stock/4').then((answer) => answer.text())");
  await idAfter(page, "/missing", () => page.goto(`${ORIGIN}/missing`));
  const report = await idAfter(page, "/report", () => page.goto(`${ORIGIN}/report`));
  await askForProfile(page);
  const profiled = await idAfter(page, "/report", () => page.goto(`${ORIGIN}/report`));
  const rejected = await visitWithForgedCookie(context, page);
  const again = await idAfter(page, "/orders", () => page.goto(`${ORIGIN}/orders`));
  const pay = await idAfter(page, "/orders/1049/pay", () => page.click("text=Pay order"));
  await page.close();
  return { orders, again, pay, report, profiled, rejected };
}

/** The id of the record of the page that an action leads to. */
async function idAfter(page: Page, path: string, act: () => Promise<unknown>): Promise<string> {
  const isWanted = page.waitForResponse(
    (answer) => new URL(answer.url()).pathname === path && ![302, 303].includes(answer.status()),
  );
  const [response] = await Promise.all([isWanted, act()]);
  await page.waitForLoadState();
  const id = response.headers()["x-latchkey-request"];
  if (id === undefined) throw new Error(`${path} has no record.`);
  return id;
}

/** Presses the button of the panel Profiler, as the toolbar of the page does it. */
async function askForProfile(page: Page): Promise<void> {
  await page.evaluate(
    `(async () => {
      const html = await (await fetch('/_latchkey/')).text();
      const { searchParams } = new URL(/src="([^"]+)"/.exec(html)[1].replaceAll('&amp;', '&'));
      const query = new URLSearchParams({ method: 'GET', path: '/report', token: searchParams.get('token') });
      const answer = await fetch('/_latchkey/profile?' + query);
      if (!answer.ok) throw new Error(await answer.text());
    })()`,
  );
}

/** A visit with a changed cookie. The good one is put back afterwards. */
async function visitWithForgedCookie(context: BrowserContext, page: Page): Promise<string> {
  const cookies = await context.cookies(ORIGIN);
  const forged = cookies.map((cookie) => ({
    ...cookie,
    value: `${cookie.value.slice(0, -9)}AAAA${cookie.value.slice(-5)}`,
  }));
  await context.addCookies(forged);
  const id = await idAfter(page, "/", () => page.goto(ORIGIN));
  await context.clearCookies();
  await context.addCookies(cookies);
  return id;
}
