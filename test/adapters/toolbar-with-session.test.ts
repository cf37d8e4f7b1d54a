import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { flask, KeyRing, SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { debugToolbar, session, type SessionEnv } from "latchkey/hono";
import { debugToolbar as nodeToolbar, session as nodeSession, type SessionRequest } from "latchkey/node";
import { Toolbar, type PanelView } from "latchkey/toolbar";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

interface Shop {
  visits: number;
  password: string;
}

const yesterday = generateSecretKey();
const keys = new KeyRing(generateSecretKey(), [yesterday]);
const toolbar = new Toolbar({ keys });
const app = new Hono<SessionEnv<Shop>>();
app.use(debugToolbar(toolbar));
app.use(session(new SessionManager<Shop>({ keys, format: flask(), cookie: { secure: false } })));
app.get("/visit", (c) => {
  const { data } = c.get("session");
  data.visits = (data.visits ?? 0) + 1;
  data.password = "hunter2-of-the-visitor";
  return c.html(`<p>${data.visits}</p>`);
});
app.get("/static", (c) => c.html("<p>no session here</p>"));
app.get("/read", (c) => c.html(`<p>${c.get("session").data.visits ?? 0}</p>`));

let server: ReturnType<typeof serve>;
let origin: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, (info: AddressInfo) => {
      origin = `http://127.0.0.1:${info.port}`;
      resolve();
    });
  });
});
afterAll(() => {
  toolbar.close();
  server.close();
});

/** Visits a page, and returns the cookie that came back and what the session panel says. */
async function visit(
  path: string,
  cookie?: string,
): Promise<{ readonly cookie: string | undefined; readonly panel: PanelView }> {
  const before = toolbar.exchanges[0]?.sequence ?? 0;
  const answer = await fetch(origin + path, {
    headers: { "sec-fetch-dest": "document", ...(cookie === undefined ? {} : { cookie }) },
  });
  await answer.text();
  await expect.poll(() => toolbar.exchanges[0]?.sequence).toBe(before + 1);
  const page = toolbar.page(toolbar.exchanges[0]!.id)!;
  // Neither cookie nor key nor what a name hides is anywhere in the record.
  const everything = JSON.stringify([page, toolbar.exchanges]);
  const sent = answer.headers.getSetCookie()[0]?.split(";")[0];
  const secrets = [cookie, sent]
    .flatMap((pair) => pair?.slice(pair.indexOf("=") + 1) ?? [])
    .filter((value) => value !== "");
  expect([...secrets, "hunter2-of-the-visitor", yesterday].filter((secret) => everything.includes(secret))).toEqual([]);
  return { cookie: sent, panel: page.panels.find(({ id }) => id === "session")! };
}

const verdict = (panel: PanelView): unknown => panel.blocks[0];

describe("the session panel beside real sessions", () => {
  test("follows a session from its first cookie to a change", async () => {
    const first = await visit("/visit");
    expect(first.panel.subtitle).toBe("new");
    const second = await visit("/visit", first.cookie);
    expect(verdict(second.panel)).toMatchObject({
      tone: "ok",
      title: "Valid",
      text: expect.stringContaining(`current key ${keys.current.fingerprint}`) as string,
    });
    const data = second.panel.blocks.find((block) => block.kind === "table" && block.title === "Data");
    expect(JSON.stringify(data)).toContain("~ changed");
    expect(JSON.stringify(second.panel.blocks)).toContain("Sent because data changed.");
  });

  test("says that nobody touched the session", async () => {
    const { cookie } = await visit("/visit");
    const { panel } = await visit("/static", cookie);
    expect(panel.subtitle).toBe("not touched");
  });

  test("says which step rejected a cookie that was changed, and what to look for", async () => {
    const { cookie = "" } = await visit("/visit");
    const changed = cookie.slice(0, -1) + (cookie.endsWith("A") ? "E" : "A");
    const { panel } = await visit("/read", changed);
    expect(verdict(panel)).toMatchObject({ tone: "error", title: "Rejected: the signature does not match" });
    expect(panel.findings).toHaveLength(1);
  });

  test("tells a cookie that a fallback key had signed", async () => {
    const before = new SessionManager<Shop>({ keys: yesterday, format: flask(), cookie: { secure: false } });
    const current = await before.load(undefined, { secure: false, host: "127.0.0.1" });
    current.data.visits = 7;
    const headers = await before.commit(current);
    const old = headers.find(([name]) => /set-cookie/i.test(name))![1].split(";")[0]!;
    const { panel } = await visit("/read", old);
    expect(panel.subtitle).toBe("valid, old key");
    expect(verdict(panel)).toMatchObject({
      hint: expect.stringContaining("signed again with the current key") as string,
    });
  });
});

describe("both middlewares on node:http, in either order", () => {
  test.each([
    ["the toolbar outside", true],
    ["the session outside", false],
  ] as const)("%s", async (_, toolbarFirst) => {
    const ring = new KeyRing(generateSecretKey());
    const own = new Toolbar({ keys: ring });
    const show = nodeToolbar(own);
    const open = nodeSession(new SessionManager<Shop>({ keys: ring, cookie: { secure: false } }));
    const nodeServer: Server = createServer((request, response) => {
      const answer = (): void => {
        const { data } = (request as SessionRequest<Shop>).session;
        data.visits = (data.visits ?? 0) + 1;
        response.setHeader("Content-Type", "text/html");
        response.end(`<!doctype html><p>${data.visits}</p>`);
      };
      const [outer, inner] = toolbarFirst ? [show, open] : [open, show];
      outer(request, response, () => inner(request, response, answer));
    });
    await new Promise<void>((resolve) => nodeServer.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${(nodeServer.address() as AddressInfo).port}/`;
    const first = await fetch(address, { headers: { "sec-fetch-dest": "document" } });
    expect(await first.text()).toMatch(/^<!doctype html><p>1<\/p>\n<script type="module"[^>]*><\/script>\n$/);
    const cookie = first.headers.getSetCookie()[0]!.split(";")[0]!;
    const second = await fetch(address, { headers: { "sec-fetch-dest": "document", cookie } });
    expect(await second.text()).toContain("<p>2</p>");
    await expect.poll(() => own.exchanges.map((exchange) => exchange.session)).toEqual(["valid", "new"]);
    own.close();
    nodeServer.close();
    nodeServer.closeAllConnections();
  });
});
