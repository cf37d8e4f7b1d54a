import type { ExchangeSummary } from "latchkey/toolbar";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { RUNTIMES, startOn, type RunningProgram, type Runtime } from "../support/runtime-program.ts";
import { redisPrograms, startRedis } from "../support/services.ts";
import { firstEvent, runScript, visit } from "../support/toolbar-client.ts";

const PROGRAMS: Readonly<Record<string, string>> = {
  "node:http": `import { createServer } from "node:http";
import { debugToolbar } from "../../src/adapters/node/index.ts";
const bar = debugToolbar(toolbar);
const server = createServer((request, response) =>
  bar(request, response, () =>
    request.url === "/records"
      ? response.end(JSON.stringify(toolbar.exchanges))
      : response.setHeader("content-type", "text/html").end(page)),
).listen(0, "127.0.0.1", () => say(server.address()));`,
  Express: `import express from "express";
import { debugToolbar } from "../../src/adapters/express/index.ts";
const server = express()
  .use(debugToolbar(toolbar))
  .get("/records", (_, response) => void response.json(toolbar.exchanges))
  .get("/*path", (_, response) => void response.send(page))
  .listen(0, "127.0.0.1", () => say(server.address()));`,
  "the runtime's own server with Hono": `import { Hono } from "hono";
import { compress } from "hono/compress";
import { etag } from "hono/etag";
import { debugToolbar } from "../../src/adapters/hono/index.ts";
const app = new Hono().use(debugToolbar(toolbar));
app.use("/inside", compress({ threshold: 1 }), etag());
app.get("/records", (c) => c.json(toolbar.exchanges)).get("*", (c) => c.html(page));
if (globalThis.Bun !== undefined) say(Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: app.fetch }));
else Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: say }, app.fetch);`,
  "spans on the runtime's own server": `import { get } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { Hono } from "hono";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { debugToolbar } from "../../src/adapters/hono/index.ts";
import { instrument } from "../../src/toolbar/index.ts";
const url = process.env.TEST_REDIS;
const [one, other] = [await createClient({ url }).connect(), new Redis(url, { lazyConnect: true })];
await other.connect();
const database = instrument(new DatabaseSync(":memory:"));
const app = new Hono().use(debugToolbar(toolbar));
app.get("/records", (c) => c.json(toolbar.exchanges)).get("/answer", (c) => c.text("yes"));
app.get("/page", async (c) => {
  await one.get("a");
  await other.get("b");
  database.prepare("select 1").get();
  await new Promise((resolve) => get(new URL("/answer", c.req.url), (answer) => answer.resume().on("end", resolve)));
  return c.html(page);
});
if (globalThis.Bun !== undefined) say(Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: app.fetch }));
else Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: say }, app.fetch);`,
  "an error on the runtime's own server": `import { Hono } from "hono";
import { debugToolbar } from "../../src/adapters/hono/index.ts";
const failing = () => new Hono().get("/fails", () => {
  throw new RangeError("Nothing is left.");
});
const app = new Hono().use(debugToolbar(toolbar));
app.route("/hono", failing()).route("/own", failing().onError((error, c) => c.text("Internal Server Error", 500)));
if (globalThis.Bun !== undefined) say(Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: app.fetch }));
else Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: say }, app.fetch);`,
  "the runtime's own server, without its report of the visitor": `import { Hono } from "hono";
import { debugToolbar } from "../../src/adapters/hono/index.ts";
const app = new Hono().use(debugToolbar(toolbar));
app.get("/records", (c) => c.json(toolbar.exchanges)).get("*", (c) => c.html(page));
const fetch = (request) => app.fetch(request);
if (globalThis.Bun !== undefined) say(Bun.serve({ port: 0, hostname: "127.0.0.1", fetch }));
else Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: say }, fetch);`,
};

const start = async (runtime: Runtime, name: string): Promise<RunningProgram> =>
  await startOn(runtime, name, PROGRAMS[name]!);
const recordsAt = async (url: string): Promise<readonly ExchangeSummary[]> =>
  (await (await fetch(`${url}/records`)).json()) as readonly ExchangeSummary[];

describe.each(RUNTIMES)("B6: on %s", (runtime) => {
  const shown = Object.keys(PROGRAMS).slice(0, 3);

  describe.each(shown)("%s", (name) => {
    let running: RunningProgram;
    beforeAll(async () => {
      running = await start(runtime, name);
    });
    afterAll(async () => await running?.stop());

    test("the page shows the toolbar, and its script and record are served", async () => {
      const { url } = running;
      const { status, text, script } = await visit(`${url}/page`);
      expect(status, running.output()).toBe(200);
      expect(text).toContain("hi</body>");
      expect(script, running.output()).toMatch(new RegExp(`^${url}/_latchkey/`));
      expect((await runScript(script!)).summary).toMatchObject({ path: "/page", status: 200 });
      await expect.poll(async () => (await recordsAt(url)).find(({ path }) => path === "/page")?.finished).toBe(true);
    });

    test("an event arrives, and a visitor from elsewhere sees nothing", async () => {
      const { url } = running;
      const { script } = await visit(`${url}/page`);
      const { text } = await firstEvent(script!, async () => await visit(`${url}/later`));
      expect(text).toContain('"path":"/');
      expect((await visit(`${url}/page`, { "x-forwarded-for": "203.0.113.9" })).script).toBeUndefined();
      expect((await visit(`${url}/_latchkey/`, { host: "evil.example" })).status).toBe(404);
    });
  });

  test("the runtime's own server sends the whole page, with a compressor and ETags inside", async () => {
    const running = await start(runtime, "the runtime's own server with Hono");
    try {
      const url = `${running.url}/inside`;
      const fetched = { "sec-fetch-dest": "empty", "sec-fetch-mode": "cors", "accept-encoding": "gzip" };
      const { headers } = await visit(url, fetched);
      expect(headers["content-encoding"]).toBe("gzip");
      const conditions = { "accept-encoding": "gzip", "if-none-match": headers["etag"]! };
      expect((await visit(url, { ...fetched, ...conditions })).status).toBe(304);
      const { status, script } = await visit(url, conditions);
      expect(status).toBe(200);
      expect((await runScript(script!)).summary.path).toBe("/inside");
    } finally {
      await running.stop();
    }
  });

  test.runIf(runtime === "Bun")(
    "the stream of events outlives the ten seconds after which Bun ends a silent answer",
    async () => {
      const running = await start(runtime, "the runtime's own server with Hono");
      try {
        const { script } = await visit(`${running.url}/page`);
        const cause = async (): Promise<void> => {
          await new Promise((resolve) => setTimeout(resolve, 13_000));
          await visit(`${running.url}/later`);
        };
        // The script ran, so that nothing is announced meanwhile.
        await runScript(script!);
        const { text } = await firstEvent(script!, cause, '"path":"/later"');
        expect(text).toContain('"path":"/later"');
      } finally {
        await running.stop();
      }
    },
  );

  test.skipIf(redisPrograms === undefined)("clients report Redis, SQL and requests of node:http", async () => {
    const redis = await startRedis();
    vi.stubEnv("TEST_REDIS", `redis://127.0.0.1:${redis.port}`);
    const running = await start(runtime, "spans on the runtime's own server");
    try {
      await visit(`${running.url}/page`);
      await expect
        .poll(async () => (await recordsAt(running.url)).find(({ path }) => path === "/page")?.spans)
        .toEqual({ redis: 2, sql: 1, http: 1 });
    } finally {
      await running.stop();
      await redis.stop();
      vi.unstubAllEnvs();
    }
  });

  test("B3: the page of an error takes the place of Hono's answer, and not of the application's", async () => {
    const running = await start(runtime, "an error on the runtime's own server");
    try {
      const { status, text, script } = await visit(`${running.url}/hono/fails`);
      expect([status, script]).toEqual([500, expect.any(String)]);
      expect(text).toContain("Nothing is left.");
      // In the same words as Hono's.
      expect((await visit(`${running.url}/own/fails`)).text).toBe("Internal Server Error");
    } finally {
      await running.stop();
    }
  });

  test("without a visitor's address, the page comes without the toolbar, and the reason is said", async () => {
    const running = await start(runtime, "the runtime's own server, without its report of the visitor");
    try {
      const { status, text, script } = await visit(`${running.url}/page`);
      expect([status, text.includes("hi</body>"), script]).toEqual([200, true, undefined]);
      await expect
        .poll(async () => (await recordsAt(running.url)).find(({ path }) => path === "/page")?.notShown)
        .toBe("The address of the visitor is not known.");
      await expect
        .poll(running.output)
        .toContain("The debug toolbar is not shown. The address of the visitor is not known. This server does not");
    } finally {
      await running.stop();
    }
  });

  test("behind a proxy that speaks HTTP/1.0, as nginx does, nobody sees it", async () => {
    const running = await start(runtime, "the runtime's own server with Hono");
    try {
      // nginx sends this to the server behind it; the version itself is not reported here.
      const { script } = await visit(`${running.url}/page`, { connection: "close" });
      expect(script).toBeUndefined();
    } finally {
      await running.stop();
    }
  });
});
