import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { KeyRing, SessionManager } from "latchkey";
import type { Browser, BrowserContext, Frame, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chromiumPath, launchBrowser } from "../support/browser.ts";
import { makeCertificate, opensslPath, type Certificate } from "../support/certificate.ts";
import { application } from "../support/docs/account.ts";
import { KEY, log, manager, readLog, warnings, type Data, type Options } from "../support/docs/symptoms.ts";
import { webkitEngine } from "../support/engines/webkit.ts";
import { HttpsHosts, plainPage } from "../support/https-hosts.ts";

/* docs/troubleshooting.md: what only a browser can show. */
readLog();
const PATIENCE = { timeout: 120_000 };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** An application over plain HTTP; its port. */
async function plain(options: Options): Promise<number> {
  const server = createServer(application(manager(options))).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

const production = new KeyRing(KEY, [], { mode: "production" });
/** What a page of the same address does: log in, and ask who one is. */
const LOGIN = 'fetch("/login", { method: "POST" }).then((answer) => answer.text())';
const ME = 'fetch("/me").then((answer) => answer.text()).then((text) => text.replace(/<.*>/, ""))';

describe.skipIf(chromiumPath === undefined || opensslPath === undefined)("in Chromium", PATIENCE, () => {
  let certificate: Certificate;
  let hosts: HttpsHosts;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  beforeAll(async () => {
    certificate = makeCertificate();
    hosts = await HttpsHosts.start(certificate);
    browser = await launchBrowser(["--host-resolver-rules=MAP *.test 127.0.0.1", "--ignore-certificate-errors"]);
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await hosts?.stop();
    certificate?.remove();
  });
  beforeEach(async () => {
    context = await browser.newContext({ ignoreHTTPSErrors: true });
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
  });
  afterEach(async () => await context.close());

  const serveAt = (
    host: string,
    options: Options = {},
    around: (inner: RequestListener) => RequestListener = (inner) => inner,
  ): void => hosts.serve(host, around(application(new SessionManager<Data>({ keys: production, ...options }))));
  const run = async (expression: string, where: Page | Frame = page): Promise<string> =>
    await where.evaluate<string>(expression);
  /** Logs in on a page, and says who the visitor is there. */
  async function login(url: string): Promise<string> {
    await page.goto(url);
    await run(LOGIN);
    return await run(ME);
  }

  test("why does the login work locally and not in production? why is the cookie not set behind a proxy?", async () => {
    const port = await plain({ keys: production });
    expect(await login(`http://shop.test:${port}/`)).toBe("nobody");
    expect(log).toContain("session goes out: Sent because a session begins.");
    expect(log.at(-2)).toBe("session came in: none");
    await expect.poll(() => warnings.join()).toContain("LATCHKEY_PLAIN_HTTP");
    // Chromium keeps it on localhost.
    expect(await login(`http://localhost:${port}/`)).toBe("7");
    serveAt("shop.test");
    expect(await login(hosts.url("shop.test", "/"))).toBe("7");
    // Without Secure it works over plain HTTP, and others can read it.
    const insecure = await plain({ keys: production, cookie: { secure: false } });
    expect(await login(`http://other.test:${insecure}/`)).toBe("7");
    await expect.poll(() => warnings.join()).toContain("LATCHKEY_INSECURE_COOKIE");
  });

  test("why is the session lost after a redirect?", async () => {
    // From one host name to another.
    serveAt("www.shop.test");
    serveAt("shop.test");
    expect(await login(hosts.url("www.shop.test", "/"))).toBe("7");
    await page.goto(hosts.url("shop.test", "/"));
    expect(await run(ME)).toBe("nobody");
    // Back from another site.
    for (const [sameSite, who] of [
      ["Strict", "nobody"],
      ["Lax", "7"],
    ] as const) {
      serveAt("shop.test", { cookie: { sameSite } });
      expect(await login(hosts.url("shop.test", "/"))).toBe("7");
      await page.goto(hosts.url("provider.test", "/"));
      await run(`void (location.href = ${JSON.stringify(hosts.url("shop.test", "/back"))})`);
      await page.waitForURL("**/back");
      expect(await page.locator("body").textContent()).toBe(who);
    }
  });

  test("why is the session lost between subdomains?", async () => {
    for (const [cookie, who] of [
      [{}, "nobody"],
      [{ name: "sid", domain: "shop.test" }, "7"],
    ] as const) {
      for (const host of ["www.shop.test", "app.shop.test"]) serveAt(host, { cookie });
      expect(await login(hosts.url("www.shop.test", "/"))).toBe("7");
      await page.goto(hosts.url("app.shop.test", "/"));
      log.length = 0;
      expect(await run(ME)).toBe(who);
      expect(log[0]).toBe(`session came in: ${who === "7" ? "valid" : "none"}`);
    }
  });

  test("why is there no session in an iframe?", async () => {
    hosts.serve("top.test", (_, response) =>
      response
        .setHeader("Content-Type", "text/html")
        .end(`<link rel="icon" href="data:,"><iframe src="${hosts.url("shop.test", "/")}"></iframe>`),
    );
    for (const [cookie, who] of [
      [{}, "nobody"],
      [{ sameSite: "None", partitioned: true }, "7"],
    ] as const) {
      serveAt("shop.test", { cookie });
      await page.goto(hosts.url("top.test", "/"));
      const frame = page.frames()[1]!;
      await run(LOGIN, frame);
      log.length = 0;
      expect(await run(ME, frame)).toBe(who);
      expect(log[0]).toBe(`session came in: ${who === "7" ? "valid" : "none"}`);
    }
  });

  test("why is the session lost with fetch and CORS?", async () => {
    const cors =
      (inner: RequestListener): RequestListener =>
      (request, response) => {
        response.setHeader("Access-Control-Allow-Origin", request.headers.origin ?? "*");
        response.setHeader("Access-Control-Allow-Credentials", "true");
        inner(request, response);
      };
    const ask = async (path: string, options: string): Promise<string> =>
      await run(
        `fetch("${hosts.url("api.shop.test", path)}", ${options}).then((answer) => answer.text()).then((text) => text.replace(/<.*>/, ""), () => "failed")`,
      );
    hosts.serve("app.shop.test", plainPage);
    serveAt("api.shop.test", {}, cors);
    expect(await login(hosts.url("api.shop.test", "/"))).toBe("7");
    await page.goto(hosts.url("app.shop.test", "/"));
    expect(await ask("/me", "{}")).toBe("nobody");
    expect(log.at(-2)).toBe("session came in: none");
    expect(await ask("/me", '{ credentials: "include" }')).toBe("7");
    const post = '{ method: "POST", credentials: "include" }';
    expect(await ask("/login", post)).toBe("cross_origin");
    const origin = new URL(hosts.url("app.shop.test", "/")).origin;
    serveAt("api.shop.test", { trustedOrigins: [origin] }, cors);
    expect(await ask("/login", post)).toBe("7");
    // Without the two headers, the page may not read the answer.
    serveAt("api.shop.test");
    expect(await ask("/me", '{ credentials: "include" }')).toBe("failed");
    // From another site, with a session of its own there.
    const elsewhere = hosts.url("elsewhere.test", "/");
    for (const [cookie, who] of [
      [{}, "nobody"],
      [{ sameSite: "None", partitioned: true }, "7"],
    ] as const) {
      serveAt("api.shop.test", { cookie, trustedOrigins: [new URL(elsewhere).origin] }, cors);
      await page.goto(elsewhere);
      expect(await ask("/login", post)).toBe("7");
      expect(await ask("/me", '{ credentials: "include" }')).toBe(who);
    }
  });

  test("what does duplicate mean?", async () => {
    /** Who a visitor of two releases is, in two requests. */
    const visits = async (cookie: Options["cookie"]): Promise<readonly string[]> => {
      await context.clearCookies();
      serveAt("shop.test", { cookie: { name: "sid", path: "/app" } });
      await page.goto(hosts.url("shop.test", "/"));
      await run(LOGIN.replace("/login", "/app/login"));
      serveAt("shop.test", { cookie });
      // The first login of a browser that sends no cookie to this path, and one that sends it.
      for (let times = 0; times < (cookie?.formerly === undefined ? 1 : 2); times++) await run(LOGIN);
      log.length = 0;
      const me = ME.replace("/me", "/app/me");
      return [await run(me), await run(me)];
    };
    expect(await visits({ name: "sid" })).toEqual(["nobody", "7"]);
    expect(log.join()).toContain("rejected duplicate");
    await expect.poll(() => warnings.join()).toContain("LATCHKEY_DUPLICATE_COOKIE");
    for (const fix of [{ name: "sid", formerly: [{ path: "/app" }] }, {}]) {
      expect(await visits(fix)).toEqual(["7", "7"]);
      expect(log.join()).not.toContain("duplicate");
    }
  });
});

test.skipIf(!webkitEngine.isHere)("why does it work in Chrome and not in Safari?", PATIENCE, async () => {
  const tab = await webkitEngine.start();
  try {
    for (const [keys, who] of [
      [production, "nobody"],
      [new KeyRing(KEY, [], { mode: "development" }), "7"],
    ] as const) {
      await tab.goto(`http://localhost:${await plain({ keys })}/`);
      await tab.evaluate(LOGIN);
      expect(await tab.evaluate(ME)).toBe(who);
    }
    await expect.poll(() => warnings.join()).toContain("Chrome and Firefox keep it here, Safari drops it");
  } finally {
    await tab.close();
  }
});
