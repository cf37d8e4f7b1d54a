import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import { etag } from "hono/etag";
import Koa from "koa";
import { debugToolbar as expressToolbar } from "latchkey/express";
import { debugToolbar as fastifyToolbar } from "latchkey/fastify";
import { debugToolbar as honoToolbar } from "latchkey/hono";
import { generateSecretKey } from "latchkey/keys";
import { debugToolbar as koaToolbar } from "latchkey/koa";
import { debugToolbar as nodeToolbar } from "latchkey/node";
import { Toolbar, type ToolbarOptions } from "latchkey/toolbar";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { served } from "../support/frameworks.ts";
import { besideScript, recordOf, recordedAt, runScript, visit, type Application } from "../support/toolbar-client.ts";

const PAGE = "<!doctype html><html><body>hello</body></html>";
const TAG = '"of-this-page"';
const CHANGED = "Mon, 02 Nov 2026 10:00:00 GMT";
const CACHED = { "Content-Type": "text/html", "Cache-Control": "public, max-age=3600", ETag: TAG };
/** What a browser sends that has the page already, by its ETag and by its time. */
const BY_TAG = { "if-none-match": TAG, "if-modified-since": "Sat, 01 Jan 2050 00:00:00 GMT" };
const BY_TIME = { "if-modified-since": "Sat, 01 Jan 2050 00:00:00 GMT" };

const folder = mkdtempSync(join(tmpdir(), "latchkey-static-"));
writeFileSync(join(folder, "index.html"), PAGE);
afterAll(() => rmSync(folder, { recursive: true }));

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Applications that answer 304 to a browser that has the page. */
const APPLICATIONS: Readonly<Record<string, (toolbar: Toolbar) => Application | Promise<Application>>> = {
  "express.static": (toolbar) =>
    express()
      .use(expressToolbar(toolbar))
      .use(express.static(folder, { maxAge: "1h" })) as Application,
  "Express, whose send() compares": (toolbar) =>
    express()
      .use(expressToolbar(toolbar))
      .use((_, response) => void response.set(CACHED).send(PAGE)) as Application,
  "Hono with hono/etag": (toolbar) =>
    getRequestListener(
      new Hono()
        .use(honoToolbar(toolbar))
        .use(etag())
        .get("*", (c) => c.body(PAGE, 200, CACHED)).fetch,
    ),
  Koa: (toolbar) =>
    new Koa()
      .use(koaToolbar(toolbar))
      .use((ctx) => {
        ctx.set(CACHED);
        ctx.set("Last-Modified", CHANGED);
        ctx.status = 200;
        if (ctx.fresh) ctx.status = 304;
        else ctx.body = PAGE;
      })
      .callback(),
  Fastify: async (toolbar) => {
    const app = Fastify();
    await app.register(fastifyToolbar(toolbar));
    app.get("/*", async (request, reply) => {
      reply.headers(CACHED);
      return request.headers["if-none-match"] === TAG ? await reply.code(304).send() : await reply.send(PAGE);
    });
    await app.ready();
    ends.push(async () => await app.close());
    return (request, response) => app.routing(request, response);
  },
  "node:http": (toolbar) => {
    const show = nodeToolbar(toolbar);
    return (request, response) =>
      show(request, response, () => {
        const isFresh = request.headers["if-modified-since"] !== undefined;
        response.writeHead(isFresh ? 304 : 200, { ...CACHED, "Last-Modified": CHANGED, Expires: "0" });
        response.end(isFresh ? undefined : PAGE);
      });
  },
};

async function start(
  name: string,
  options: Partial<ToolbarOptions> = {},
): Promise<{ readonly url: string; readonly toolbar: Toolbar }> {
  const toolbar = new Toolbar({ keys: generateSecretKey(), ...options });
  ends.push(() => toolbar.close());
  const { url, close } = await served(createServer(await APPLICATIONS[name]!(toolbar)).listen(0, "127.0.0.1"));
  ends.push(close);
  return { url, toolbar };
}

describe.each(Object.keys(APPLICATIONS))("B4: %s", (name) => {
  test("each load of the page shows its own request", async () => {
    const { url, toolbar } = await start(name);
    for (const headers of [{}, BY_TAG, BY_TIME]) {
      const { status, script, text } = await visit(`${url}/`, headers);
      expect(status).toBe(200);
      expect(text.startsWith(PAGE)).toBe(true);
      const { summary } = await runScript(script!);
      await expect.poll(() => toolbar.exchanges[0]?.id).toBe(summary.id);
    }
  });

  test("no browser keeps the page, and the record has the headers of the application", async () => {
    const { url, toolbar } = await start(name);
    const { headers } = await visit(`${url}/`);
    expect(headers["cache-control"]).toBe("no-store");
    expect([headers["etag"], headers["last-modified"], headers["expires"]]).toEqual([undefined, undefined, undefined]);
    const { id } = await recordedAt(toolbar, "/");
    const record = JSON.stringify(toolbar.page(id));
    expect(record).toContain("max-age=3600");
    expect(record.toLowerCase()).toContain('"etag"');
    expect(record).not.toContain("no-store");
  });

  test("a fetch of the page is answered as without the toolbar", async () => {
    const { url } = await start(name);
    const fetched = { "sec-fetch-dest": "empty", "sec-fetch-mode": "cors" };
    const first = await visit(`${url}/`, fetched);
    expect(first.headers["cache-control"]).toMatch(/max-age=3600/);
    expect(first.headers["etag"]).toBeDefined();
    const conditions = { "if-none-match": first.headers["etag"]!, "if-modified-since": CHANGED };
    expect((await visit(`${url}/`, { ...fetched, ...conditions })).status).toBe(304);
  });
});

test("B4: after a restart the page shows the present request", async () => {
  const keys = generateSecretKey();
  const before = await start("express.static", { keys });
  const { script } = await visit(`${before.url}/`);
  before.toolbar.close();
  const after = await start("express.static", { keys });
  const again = await visit(`${after.url}/`, BY_TIME);
  expect((await runScript(again.script!)).summary.id).not.toBe(new URL(script!).searchParams.get("exchange"));
});

test("B4: a page that a browser takes from a cache says so in its record", async () => {
  const { url } = await start("express.static");
  const { script } = await visit(`${url}/`);
  const findings = async (): Promise<readonly string[]> =>
    (await runScript(script!)).panels.flatMap((panel) => panel.findings.map(({ text }) => text));
  expect(await findings()).toEqual([]);
  // A service worker answers with the page that it has stored, with the same script.
  expect(await findings()).toEqual([
    "A browser has shown the page of this request 2 times. So it came from a cache, perhaps that of a service worker, and the server was not asked again.",
  ]);
  const [overview] = (await runScript(script!)).panels;
  expect(JSON.stringify(overview)).toContain("came from a cache");
});

test("B4: a download that is continued keeps its conditions", async () => {
  const { url } = await start("express.static");
  const { status } = await visit(`${url}/`, { range: "bytes=0-3", "if-none-match": "*" });
  expect(status).toBe(304);
});

/** A server in a process of its own. */
async function startProcess(key: string): Promise<string> {
  const program = `
    import { createServer } from "node:http";
    const { Toolbar } = await import(${JSON.stringify(new URL("../../src/toolbar/index.ts", import.meta.url).href)});
    const { debugToolbar } = await import(${JSON.stringify(new URL("../../src/adapters/node/index.ts", import.meta.url).href)});
    const show = debugToolbar(new Toolbar({ keys: ${JSON.stringify(key)} }));
    const server = createServer((request, response) =>
      show(request, response, () => response.setHeader("Content-Type", "text/html").end(${JSON.stringify(PAGE)})));
    server.listen(0, "127.0.0.1", () => console.log("http://127.0.0.1:" + server.address().port));`;
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", program],
    {
      env: { ...process.env, NODE_ENV: "development" },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  ends.push(async () => {
    const ended = once(child, "exit");
    child.kill();
    await ended;
  });
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  return chunk.toString().trim();
}

describe("B11: the token of a page", () => {
  test("of one process reads the list of another process that has the same secret key, and of no other", async () => {
    const key = generateSecretKey();
    const [one, two, foreign] = await Promise.all([
      startProcess(key),
      startProcess(key),
      startProcess(generateSecretKey()),
    ]);
    const { script } = await visit(`${one}/first`);
    await visit(`${two}/second`);
    const listAt = async (url: string): Promise<string> => {
      const list = new URL(besideScript(script!, "exchanges"));
      list.port = new URL(url).port;
      return await (await fetch(list)).text();
    };
    await expect.poll(async () => await listAt(one)).toContain('"path":"/first"');
    await expect.poll(async () => await listAt(two)).toContain('"path":"/second"');
    expect(await listAt(foreign)).toBe("Not Found");
  });

  test("is valid in another process with the same secret key, for requests from then on", async () => {
    const keys = generateSecretKey();
    let now = 1_800_000_000;
    const clock = (): number => now;
    const [one, other] = [
      await start("express.static", { keys, clock }),
      await start("express.static", { keys, clock }),
    ];
    // Before the page: other visitors' requests.
    for (const path of ["/old-1", "/old-2"]) await visit(other.url + path);
    now += 1;
    const { script } = await visit(`${one.url}/`);
    await visit(`${other.url}/?later`);
    await recordedAt(other.toolbar, "/");
    const list = new URL(besideScript(script!, "exchanges"));
    list.port = new URL(other.url).port;
    const answer = await fetch(list);
    expect(answer.status).toBe(200);
    const { exchanges } = (await answer.json()) as { exchanges: { path: string; id: string }[] };
    // Both toolbars of this process record what both servers answer.
    expect(exchanges.map(({ path }) => path)).toEqual(["/", "/"]);
    const hidden = other.toolbar.exchanges.find(({ path }) => path === "/old-1")!;
    const record = new URL(recordOf(script!).replace(/exchanges\/[^?]+/, `exchanges/${hidden.id}`));
    record.port = list.port;
    expect((await fetch(record)).status).toBe(404);
  });

  test("is invalid with another secret key, and valid while its key is a fallback", async () => {
    const [yesterday, today] = [generateSecretKey(), generateSecretKey()];
    const { KeyRing } = await import("latchkey");
    const { script } = await visit(`${(await start("express.static", { keys: yesterday })).url}/`);
    const statusAt = async (url: string): Promise<number> => {
      const list = new URL(besideScript(script!, "exchanges"));
      list.port = new URL(url).port;
      return (await fetch(list)).status;
    };
    expect(await statusAt((await start("express.static", { keys: today })).url)).toBe(404);
    expect(await statusAt((await start("express.static", { keys: new KeyRing(today, [yesterday]) })).url)).toBe(200);
  });
});
