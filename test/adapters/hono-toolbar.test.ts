import { get as httpGet } from "node:http";
import { gzipSync } from "node:zlib";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { stream } from "hono/streaming";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { debugToolbar } from "../../src/adapters/hono/toolbar.ts";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { Toolbar, type ExchangeSummary } from "../../src/toolbar/index.ts";

const PAGE = "<!doctype html><html><body>Grüße</body></html>";
const NAVIGATES = { "sec-fetch-dest": "document", "sec-fetch-site": "none" };

const toolbar = new Toolbar({ keys: generateSecretKey() });
const app = new Hono();
app.use(debugToolbar(toolbar));
app.get("/", (c) => c.html(PAGE));
app.get("/length", (c) =>
  c.body(PAGE, 200, { "Content-Type": "text/html", "Content-Length": String(Buffer.byteLength(PAGE)), ETag: '"abc"' }),
);
app.get("/empty", () => new Response(null, { headers: { "Content-Type": "text/html" } }));
app.get("/api/users/:id", (c) => c.json({ id: c.req.param("id") }));
app.get("/gzip", (c) => c.body(gzipSync(PAGE), 200, { "Content-Type": "text/html", "Content-Encoding": "gzip" }));
app.get("/not-modified", (c) => c.body(null, 304));
app.get("/nonce", (c) =>
  c.body(PAGE, 200, {
    "Content-Type": "text/html",
    "Content-Security-Policy": "default-src 'none'; script-src 'nonce-r4nd0m'",
  }),
);
app.get("/cookies", (c) => {
  c.header("Set-Cookie", "a=1; Path=/", { append: true });
  c.header("Set-Cookie", "b=2; Path=/", { append: true });
  return c.html(PAGE);
});
app.get("/boom", () => {
  throw new TypeError("the cart is gone");
});
let release = (): void => {};
app.get("/stream", (c) => {
  c.header("Content-Type", "text/html; charset=utf-8");
  return stream(c, async (page) => {
    await page.write("<!doctype html><p>first");
    await new Promise<void>((resolve) => (release = resolve));
    await page.write("<p>last");
  });
});
app.onError((_, c) => c.html("<p>Sorry</p>", 500));

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

const visit = (
  path: string,
  headers: Readonly<Record<string, string>> = NAVIGATES,
  method = "GET",
): Promise<Response> => fetch(new URL(path, origin), { headers, method });
const scriptIn = (text: string): string | undefined =>
  /<script type="module" src="([^"]+)"/.exec(text)?.[1]?.replaceAll("&amp;", "&");
const decode = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const find = (path: string): ExchangeSummary | undefined =>
  toolbar.exchanges.find((exchange) => exchange.path === path);

describe("debugToolbar for Hono, on @hono/node-server", () => {
  test("puts one script after the document, and its address answers", async () => {
    const text = await (await visit("/")).text();
    expect(text.startsWith(PAGE)).toBe(true);
    expect(text.match(/<script/g)).toHaveLength(1);
    const script = await visit(scriptIn(text)!, { "sec-fetch-dest": "script", "sec-fetch-site": "same-origin" });
    expect(script.status).toBe(200);
    expect(script.headers.get("content-type")).toMatch("text/javascript");
    expect((await script.text()).length).toBeGreaterThan(1_000);
  });

  test("raises Content-Length and drops the ETag, so that the answer stays whole", async () => {
    const answer = await visit("/length");
    const bytes = await answer.arrayBuffer();
    expect(answer.headers.get("content-length")).toBe(String(bytes.byteLength));
    expect(answer.headers.has("etag")).toBe(false);
    expect(scriptIn(Buffer.from(bytes).toString())).toBeDefined();
  });

  test("works where the document is empty", async () => {
    expect(scriptIn(await (await visit("/empty")).text())).toBeDefined();
  });

  test("carries the nonce of the page's own policy, and leaves the policy alone", async () => {
    const answer = await visit("/nonce");
    expect(answer.headers.get("content-security-policy")).toBe("default-src 'none'; script-src 'nonce-r4nd0m'");
    expect(await answer.text()).toMatch(/<script [^>]*nonce="r4nd0m"><\/script>\n$/);
  });

  test("keeps several Set-Cookie headers apart", async () => {
    expect((await visit("/cookies")).headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2; Path=/"]);
  });

  test("leaves everything else byte for byte", async () => {
    expect(await (await visit("/api/users/7")).json()).toEqual({ id: "7" });
    expect(await (await visit("/gzip")).text()).toBe(PAGE);
    expect((await visit("/not-modified")).status).toBe(304);
    expect(await (await visit("/", { accept: "*/*" })).text()).toBe(PAGE);
    expect(await (await visit("/", { accept: "text/html", "hx-request": "true" })).text()).toBe(PAGE);
    const head = await visit("/length", NAVIGATES, "HEAD");
    expect(head.headers.get("content-length")).toBe(String(Buffer.byteLength(PAGE)));
    expect(await head.text()).toBe("");
  });

  test("lets a stream flow, and adds the script at its end", async () => {
    const answer = await visit("/stream");
    const reader = answer.body!.getReader();
    // The first piece arrives while the handler still waits.
    expect(decode((await reader.read()).value)).toBe("<!doctype html><p>first");
    release();
    let rest = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) rest += decode(part.value);
    expect(rest).toMatch(/^<p>last\n<script type="module"/);
  });

  test("records APIs too, with the pattern of the route", async () => {
    await visit("/api/users/41");
    // The end of a response is noted when its socket says so, which may be after the client has
    // read it.
    await expect
      .poll(() => find("/api/users/41"))
      .toMatchObject({ method: "GET", status: 200, notShown: "the answer is not text/html" });
    const id = toolbar.exchanges.find(({ path }) => path === "/api/users/41")!.id;
    const request = toolbar.page(id)!.panels.find((panel) => panel.id === "request");
    expect(JSON.stringify(request)).toContain("/api/users/:id");
    const response = toolbar.page(id)!.panels.find((panel) => panel.id === "response")!;
    expect(JSON.stringify(response)).toContain("application/json");
  });

  test("shows what a handler threw, on the page of the error", async () => {
    const answer = await visit("/boom");
    expect(answer.status).toBe(500);
    expect(scriptIn(await answer.text())).toBeDefined();
    // The end of a response is noted when its socket says so, which may be after the client has
    // read it.
    await expect.poll(() => find("/boom")).toMatchObject({ status: 500, tone: "error" });
    const page = toolbar.page(toolbar.exchanges.find(({ path }) => path === "/boom")!.id);
    expect(page?.panels.find((panel) => panel.id === "exceptions")?.findings[0]).toMatchObject({
      text: "TypeError: the cart is gone",
      where: expect.stringMatching(/^test\/adapters\/hono-toolbar\.test\.ts:\d+$/) as unknown,
    });
  });

  test("notes that the visitor left", async () => {
    await new Promise<void>((resolve) => {
      const request = httpGet(`${origin}/stream?left`, { headers: NAVIGATES }, (response) => {
        response.once("data", () => {
          request.destroy();
          resolve();
        });
      });
    });
    await expect
      .poll(() => toolbar.exchanges.find(({ path, findings }) => path === "/stream" && findings > 0)?.tone)
      .toBe("warn");
    release();
  });

  test("does not record the toolbar's own pages", async () => {
    const script = scriptIn(await (await visit("/")).text())!;
    await visit(script);
    await visit("/_latchkey/");
    expect(toolbar.exchanges.filter(({ path }) => path.startsWith("/_latchkey"))).toEqual([]);
  });

  test("answers its data as JSON, and as a module for pages that forbid fetch", async () => {
    const script = new URL(scriptIn(await (await visit("/")).text())!, origin);
    const token = script.searchParams.get("token")!;
    const json = await visit(`/_latchkey/exchanges/${script.searchParams.get("exchange")}?token=${token}`);
    expect(await json.json()).toMatchObject({ summary: { path: "/", method: "GET" } });
    const module = await visit(`/_latchkey/exchanges?as=module&token=${token}`);
    expect(module.headers.get("content-type")).toMatch("text/javascript");
    expect(await module.text()).toMatch(/^export default \{.*\};\n$/s);
  });

  test("gives nothing to a page of another site", async () => {
    expect((await visit("/_latchkey/", { "sec-fetch-site": "cross-site" })).status).toBe(404);
    expect((await visit("/_latchkey/toolbar.js", { "sec-fetch-site": "same-site" })).status).toBe(404);
  });
});

describe("debugToolbar for Hono, without Node's server", () => {
  test("records, ends with the body, and shows nothing, because nobody tells who asks", async () => {
    const alone = new Toolbar({ keys: generateSecretKey() });
    const small = new Hono().use(debugToolbar(alone)).get("/", (c) => c.html(PAGE));
    const answer = await small.request("http://localhost/", { headers: NAVIGATES });
    expect(alone.exchanges).toEqual([]);
    expect(await answer.text()).toBe(PAGE);
    expect(alone.exchanges).toMatchObject([
      { path: "/", status: 200, notShown: "The address of the visitor is not known." },
    ]);
    expect((await small.request("http://localhost/_latchkey/")).status).toBe(404);
    alone.close();
  });
});
