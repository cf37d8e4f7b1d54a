import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Hono } from "hono";
import { flask, KeyRing, SessionManager, signed, type SessionManagerOptions } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { session as honoSession } from "latchkey/hono";
import { session as nodeSession, type SessionRequest } from "latchkey/node";
import { MemoryStore } from "latchkey/stores/memory";
import { forgeSession } from "latchkey/testing";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath, launchBrowser } from "../support/browser.ts";

interface Shop {
  cart: string[];
}

const keys = new KeyRing(generateSecretKey());
const managers: Readonly<Record<string, () => SessionManager<Shop>>> = Object.fromEntries(
  Object.entries<() => Partial<SessionManagerOptions<Shop>>>({
    sealed: () => ({}),
    signed: () => ({ format: signed() }),
    flask: () => ({ format: flask() }),
    store: () => ({ store: new MemoryStore() }),
    "a cookie of another name": () => ({ cookie: { name: "sid" } }),
    "a cookie that is always Secure": () => ({ cookie: { secure: true } }),
  }).map(([name, options]) => [name, () => new SessionManager<Shop>({ keys, ...options() })]),
);

function appOf(manager: SessionManager<Shop>): Hono {
  const app = new Hono();
  app.use(honoSession(manager)).get("/cart", (c) => {
    const { data, subject, persistent, isNew } = c.get("session");
    return c.json({ data, subject, persistent, isNew });
  });
  return app;
}

describe("a forged session", () => {
  test.each(Object.entries(managers))("is the application's own: %s", async (_, make) => {
    const manager = make();
    const cookie = await forgeSession(manager, { data: { cart: ["tea"] }, subject: "7" });
    expect(cookie.header).toBe(`${cookie.name}=${cookie.value}`);
    const answer = await appOf(manager).request("/cart", { headers: { Cookie: cookie.header } });
    expect(await answer.json()).toEqual({ data: { cart: ["tea"] }, subject: "7", persistent: false, isNew: false });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test("is found and ended by its subject", async () => {
    const manager = managers["store"]!();
    const cookie = await forgeSession(manager, { subject: "7" });
    await forgeSession(manager, { subject: "7" });
    expect(await manager.list("7")).toHaveLength(2);
    expect(await manager.revokeAll("7")).toBe(2);
    const answer = await appOf(manager).request("/cart", { headers: { Cookie: cookie.header } });
    expect(await answer.json()).toMatchObject({ data: {}, isNew: true });
  });

  test("may be persistent", async () => {
    const manager = managers["sealed"]!();
    const cookie = await forgeSession(manager, { data: { cart: [] }, persistent: true });
    const answer = await appOf(manager).request("/cart", { headers: { Cookie: cookie.header } });
    expect(await answer.json()).toMatchObject({ persistent: true });
  });

  test("has the cookie's name that the address asks for", async () => {
    const manager = managers["sealed"]!();
    const names = ["http://localhost:3000/", "http://127.0.0.1:3000", "https://localhost/", "http://shop.example/"].map(
      async (url) => (await forgeSession(manager, { subject: "7", url })).name,
    );
    expect(await Promise.all(names)).toEqual(["session", "session", "__Host-Http-session", "__Host-Http-session"]);
    const { header } = await forgeSession(manager, { subject: "7", url: "https://shop.example/" });
    expect((await manager.load(header)).subject).toBe("7");
    expect(
      await (await appOf(manager).request("https://shop.example/cart", { headers: { Cookie: header } })).json(),
    ).toMatchObject({
      subject: "7",
    });
  });

  test("keeps an entry of any name", async () => {
    const manager = new SessionManager({ keys });
    const data = JSON.parse('{"__proto__":{"admin":true},"constructor":1}') as Record<string, unknown>;
    const { header } = await forgeSession(manager, { data, url: "https://localhost" });
    const loaded = (await manager.load(header)).data;
    expect(Object.keys(loaded)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(loaded)).toBe(Object.prototype);
  });

  test("that would never be saved is refused, and so is a url that is not an address", async () => {
    const manager = managers["sealed"]!();
    await expect(forgeSession(manager)).rejects.toThrow(expect.objectContaining({ code: "invalid_option" }));
    await expect(forgeSession(manager, { data: {} })).rejects.toThrow("Fix: give forgeSession one of the two");
    await expect(forgeSession(manager, { subject: "7", url: "/cart" })).rejects.toThrow("must be an address");
    await expect(forgeSession(manager, { subject: "" })).rejects.toThrow("session.login");
  });

  test("A17: a missing manager and an unknown option are refused, with the fix", async () => {
    const manager = managers["sealed"]!();
    for (const nothing of [undefined, null, {}, "manager"])
      await expect(forgeSession(nothing as unknown as typeof manager)).rejects.toThrow(
        /needs the SessionManager.*Fix:/,
      );
    await expect(forgeSession(manager, { user: "7" } as object)).rejects.toThrow(
      /no option "user"\. Did you mean "subject"\?/,
    );
    await expect(forgeSession(manager, null as unknown as object)).rejects.toThrow(
      expect.objectContaining({ code: "invalid_option" }),
    );
    await expect(forgeSession(manager, { subject: "7", url: "/cart" })).rejects.toThrow('"/cart"');
  });

  test("has to fit the schema, like any session", async () => {
    const schema = {
      "~standard": { version: 1 as const, vendor: "test", validate: () => ({ issues: [{ message: "never" }] }) },
    };
    const manager = new SessionManager<Shop>({ keys, schema });
    await expect(forgeSession(manager, { data: { cart: [] } })).rejects.toThrow(
      expect.objectContaining({ code: "session_invalid" }),
    );
  });
});

describe("against a server that listens", () => {
  const manager = managers["store"]!();
  const openSession = nodeSession(manager);
  const server = createServer((request, response) =>
    openSession(request, response, () => {
      const { data, subject } = (request as SessionRequest<Shop>).session;
      response.setHeader("Content-Type", "text/html").end(`<title>${subject}: ${data.cart?.join()}</title>`);
    }),
  );
  let address = "";
  beforeAll(async () => {
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    address = `http://localhost:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test("fetch sends it", async () => {
    const { header } = await forgeSession(manager, { data: { cart: ["tea", "milk"] }, subject: "7" });
    const answer = await fetch(address.replace("localhost", "127.0.0.1"), { headers: { Cookie: header } });
    expect(await answer.text()).toBe("<title>7: tea,milk</title>");
  });

  describe.skipIf(chromiumPath === undefined)("in a browser", () => {
    let browser: Browser;
    beforeAll(async () => void (browser = await launchBrowser()));
    afterAll(async () => await browser.close());

    test("Playwright's addCookies takes it", async () => {
      const context = await browser.newContext();
      const { name, value } = await forgeSession(manager, { data: { cart: ["tea"] }, subject: "7" });
      await context.addCookies([{ name, value, url: address }]);
      const page = await context.newPage();
      await page.goto(address);
      expect(await page.title()).toBe("7: tea");
    });
  });
});
