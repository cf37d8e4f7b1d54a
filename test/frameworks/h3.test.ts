import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumEngine } from "../support/engines/chromium.ts";
import { textOf } from "../support/engines/engine.ts";
import { openingToolbar, OpenToolbar } from "../support/open-toolbar.ts";
import { runPage, type RunningPage } from "../support/walk/running-page.ts";
import { Visitor } from "../support/walk/visitor.ts";
import { walkPage } from "../support/walk/walk-page.ts";

/** What h3 can do with an answer, beside what the page shows. */
const edges = `
import { Readable } from "node:stream";
import { bodyLimit, fromNodeHandler, H3, HTTPError, noContent, readBody, redirect, serve, setCookie, withBase } from "h3";
import { sessionOf } from "latchkey/web";
import { handle, manager } from "./session.ts";
import { visitorOf } from "./visitor.ts";

const count = (event) => {
  const { data } = sessionOf(manager, event.req);
  return (data.visits = (data.visits ?? 0) + 1);
};
const inner = new H3().get("/visit", (event) => "inner " + count(event));
const app = new H3({ silent: true })
  .get("/", (event) => "Visit " + count(event))
  .get("/cookies", (event) => {
    setCookie(event, "theme", "dark");
    count(event);
    return redirect("/", 303);
  })
  .get("/teapot", (event) => {
    count(event);
    event.res.errHeaders.set("x-kept", "yes");
    throw new HTTPError({ status: 418, message: "A teapot", headers: { "retry-after": "7" } });
  })
  .get("/number", (event) => (count(event), { visits: 1 }))
  .get("/nothing", (event) => (count(event), noContent()))
  .get("/readable", (event) => (count(event), Readable.from(["from ", "Node"])))
  .post("/limited", async (event) => (await readBody(event)).n + " " + count(event), { middleware: [bodyLimit(20)] })
  .mount("/mounted", inner)
  .mount("/fetched", inner.fetch)
  .get("/based/**", withBase("/based", (event) => event.url.pathname + " " + count(event)))
  .get("/asked", async () => {
    // Without the server, as a test would call it.
    const bare = await app.request("/");
    const handled = await handle(new Request("http://localhost/"), app.fetch);
    return [bare.status, handled.status, handled.headers.getSetCookie().length];
  })
  .get("/written", (event) => {
    count(event);
    return fromNodeHandler((_, response) => void response.end("written"))(event);
  });
serve(app, { port: process.env.PORT, middleware: [(request, next) => handle(request, next, visitorOf(request))] });
`;

/** A route of Nitro that asks another one, inside of the process. */
const inside = `
import { defineHandler, serverFetch } from "nitro";
export default defineHandler(async () => {
  const login = await serverFetch("/login", { method: "POST" });
  return [login.status, login.headers.getSetCookie().length];
});
`;

walkPage(
  "h3",
  [
    { title: "h3 in development", mode: "development", command: () => ["npm", "run", "dev"] },
    { title: "h3 in production", mode: "production", command: () => ["npm", "start"] },
    {
      title: "nitro dev",
      mode: "development",
      command: (port) => ["npm", "run", "nitro:dev", "--", "--port", String(port)],
    },
    { title: "nitro build", mode: "production", command: () => ["npm", "run", "nitro:start"] },
  ],
  {
    build: ["npm", "run", "nitro:build"],
    checkTypes: true,
    files: { "edges.mjs": edges, "server/routes/inside.get.ts": inside },
    more: ({ title, mode }, url, folder) => {
      if (mode === "development") testToolbar(url);
      if (title === "h3 in development") testEdges(folder);
      if (title === "nitro build") testInside(url);
    },
  },
);

function testInside(url: () => string): void {
  test("serverFetch does not reach the visitor's session, as the page says", async () => {
    const visitor = new Visitor(url());
    const answer = await visitor.get("/inside");
    expect([await answer.json(), answer.headers.getSetCookie()]).toEqual([[303, 1], []]);
    expect((await visitor.get("/me")).status).toBe(401);
  });
}

function testToolbar(url: () => string): void {
  test("shows the toolbar to nobody else, who may call themselves localhost", async () => {
    const { host, port } = new URL(url());
    const headers = { Host: host, Accept: "text/html", Connection: "keep-alive" };
    // As nginx asks by default, on this machine.
    const proxied = connect(Number(port), "127.0.0.1");
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    proxied.write(`GET / HTTP/1.0\r\n${lines.join("")}\r\n`);
    expect(await text(proxied)).toMatch(/Visit 1(?![\s\S]*_latchkey)/);

    const others = Object.values(networkInterfaces()).flatMap((list = []) =>
      list.filter(({ internal, family }) => !internal && family === "IPv4").map(({ address }) => address),
    );
    for (const address of ["127.0.0.1", ...others]) {
      const [answer] = (await once(get({ host: address, port, path: "/", headers }), "response")) as [IncomingMessage];
      expect([address, (await text(answer)).includes("_latchkey")]).toEqual([address, address === "127.0.0.1"]);
    }
  });

  test.skipIf(!chromiumEngine.isHere)(
    "the toolbar opens in Chromium, after a login",
    { timeout: 120_000 },
    async () => {
      const tab = await chromiumEngine.start();
      const opening = await openingToolbar(url());
      try {
        const toolbar = new OpenToolbar(tab);
        await tab.goto(opening.url);
        expect(await textOf(tab, "body")).toContain("Visit 1");
        await tab.click("form button");
        await expect
          .poll(async () => await textOf(tab, "body"), { timeout: 60_000 })
          .toMatch(/Welcome, Ada\.[^]*Visit 2/);
        await toolbar.shows(".handle", /200/);
        await toolbar.click(".handle");
        await toolbar.shows("header .line", /200GET\/(?!.*still running)/);
        await toolbar.click("#tab-session");
        await toolbar.shows(".panel", /ada/);
        expect(await toolbar.complaints()).toEqual([]);
        // There is no picture for the tab.
        expect(tab.complaints.filter((text) => !text.includes("404"))).toEqual([]);
      } finally {
        await tab.goto("about:blank");
        await opening.close();
        await tab.close();
      }
    },
  );
}

function testEdges(folder: () => string): void {
  describe("other answers", () => {
    let running: RunningPage;
    let visitor: Visitor;
    beforeAll(async () => {
      running = await runPage(folder(), () => ["node", "edges.mjs"], { NODE_ENV: "development" });
      visitor = new Visitor(running.url);
    });
    afterAll(async () => await running?.stop());

    test("keeps the cookies of handlers, beside its own", async () => {
      const answer = await visitor.get("/cookies");
      expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
      expect(answer.headers.getSetCookie().map((line) => line.split("=")[0])).toEqual(["theme", "session"]);
      expect(await visitor.read("/")).toBe("Visit 2");
    });

    test("keeps the headers of an HTTPError, and saves the session", async () => {
      const answer = await visitor.get("/teapot");
      expect([answer.status, answer.headers.get("retry-after"), answer.headers.get("x-kept")]).toEqual([
        418,
        "7",
        "yes",
      ]);
      expect(await answer.json()).toMatchObject({ status: 418, message: "A teapot" });
      expect(await visitor.read("/")).toBe("Visit 4");
    });

    test.each([
      ["/number", 200, '{"visits":1}'],
      ["/nothing", 204, ""],
      ["/readable", 200, "from Node"],
      ["/mounted/visit", 200, /^inner \d+$/],
      ["/fetched/visit", 200, /^inner \d+$/],
      ["/based/visit", 200, /^\/visit \d+$/],
    ])("saves the session of %s", async (path, status, body) => {
      const before = await visitor.read("/");
      const answer = await visitor.get(path);
      expect([answer.status, await answer.text()]).toEqual([
        status,
        typeof body === "string" ? body : expect.stringMatching(body),
      ]);
      expect(await visitor.read("/")).toBe(`Visit ${Number(before.slice(6)) + 2}`);
    });

    test("keeps the session under a limit of the body", async () => {
      const send = async (body: string): Promise<Response> =>
        await visitor.send("/limited", {
          method: "POST",
          headers: { "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json" },
          body,
        });
      expect(await (await send('{"n":5}')).text()).toMatch(/^5 \d+$/);
      expect((await send(JSON.stringify({ n: "long".repeat(10) }))).status).toBe(413);
    });

    test("answers HEAD without a body, and with the cookie", async () => {
      const answer = await visitor.send("/", { method: "HEAD", headers: { "Sec-Fetch-Site": "none" } });
      expect([answer.status, await answer.text(), answer.headers.getSetCookie().length]).toEqual([200, "", 1]);
    });

    test("does not work, as the page says", async () => {
      expect(await (await visitor.get("/asked")).json()).toEqual([500, 200, 1]);
      const written = await visitor.get("/written");
      expect([await written.text(), written.headers.getSetCookie()]).toEqual(["written", []]);
    });
  });
}
