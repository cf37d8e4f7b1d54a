import { createServer, type IncomingMessage } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { SessionManager } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { Toolbar } from "latchkey/toolbar";
import { debugToolbar, session, type Visitor } from "latchkey/web";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { served } from "../support/frameworks.ts";
import { firstEvent, NAVIGATES, recordedAt, runScript, scriptIn, visit } from "../support/toolbar-client.ts";

const PAGE = "<!doctype html><html><body>Grüße</body></html>";
const keys = generateSecretKey();
const manager = new SessionManager<{ visits: number }>({ keys });
const withSession = session(manager);
const html = (body: string | ReadableStream, init: ResponseInit = {}): Response =>
  new Response(body, { ...init, headers: { "Content-Type": "text/html; charset=utf-8", ...init.headers } });

/** Lets "/stream" go on. */
let release = (): void => {};

async function answer(request: Request, visitor: Visitor): Promise<Response> {
  const { pathname } = new URL(request.url);
  return await withSession(
    request,
    ({ data }) => {
      switch (pathname) {
        case "/":
          data.visits = (data.visits ?? 0) + 1;
          return html(PAGE);
        case "/length":
          return html(PAGE, { headers: { "Content-Length": String(Buffer.byteLength(PAGE)), ETag: '"abc"' } });
        case "/sent":
          return Response.json(Object.fromEntries(request.headers));
        case "/kept":
          return request.headers.has("if-none-match") ? new Response(null, { status: 304 }) : html(PAGE);
        case "/redirect":
          return Response.redirect("https://example.org/", 303);
        case "/thrown":
          // oxlint-disable-next-line typescript/only-throw-error -- what frameworks allow
          throw html(PAGE, { status: 404 });
        case "/boom":
          data.visits = 40;
          throw new TypeError("the cart is gone");
        case "/stream":
          return html(
            ReadableStream.from(
              (async function* () {
                yield "<!doctype html><p>first";
                await new Promise<void>((resolve) => (release = resolve));
                yield "<p>last";
              })(),
            ).pipeThrough(new TextEncoderStream()),
          );
        default:
          return new Response("", { status: 404 });
      }
    },
    visitor,
  );
}

describe("debugToolbar of latchkey/web, on a server of Node", () => {
  const toolbar = new Toolbar({ keys, historyFile: false });
  const withToolbar = debugToolbar(toolbar);
  let url: string;
  let close: () => Promise<void>;
  beforeAll(async () => {
    const listener = getRequestListener(
      async (request, { incoming }) => {
        const visitor = { address: (incoming as IncomingMessage).socket.remoteAddress };
        return await withToolbar(request, async (asked) => await answer(asked, visitor), visitor).catch(
          (error: unknown) => {
            if (error instanceof Response) return error;
            throw error;
          },
        );
      },
      { errorHandler: () => new Response("the server's own answer", { status: 500 }) },
    );
    ({ url, close } = await served(
      createServer((request, response) => void listener(request, response)).listen(0, "127.0.0.1"),
    ));
  });
  afterAll(async () => {
    toolbar.close();
    await close();
  });

  test("puts one script after the document, whose address answers, and the session's cookie stays", async () => {
    const page = await visit(`${url}/`);
    expect(page.text.startsWith(PAGE)).toBe(true);
    expect(page.text.match(/<script/g)).toHaveLength(1);
    expect(page.headers["set-cookie"]).toHaveLength(1);
    const { summary } = await runScript(page.script!);
    expect(summary).toMatchObject({ path: "/", method: "GET", status: 200 });
  });

  test("a request is recorded once, although Node's server is observed too, with the time of its end", async () => {
    await visit(`${url}/?once`);
    expect(await recordedAt(toolbar, "/")).toMatchObject({ status: 200 });
    await expect
      .poll(() => toolbar.exchanges.filter(({ path, finished }) => path === "/length" && !finished).length)
      .toBe(0);
    const before = toolbar.exchanges.length;
    await visit(`${url}/length`);
    await expect.poll(() => toolbar.exchanges[0]).toMatchObject({ path: "/length", finished: true });
    expect(toolbar.exchanges.length).toBe(before + 1);
  });

  test("an event of a later request arrives", async () => {
    const { script } = await visit(`${url}/`);
    await runScript(script!);
    const { text } = await firstEvent(script!, async () => await visit(`${url}/sent`), '"path":"/sent"');
    expect(text).toContain('"path":"/sent"');
  });

  test("Content-Length counts the script, and ETag is dropped", async () => {
    const { headers, text } = await visit(`${url}/length`);
    expect([headers["content-length"], headers["etag"]]).toEqual([String(Buffer.byteLength(text)), undefined]);
  });

  test("the handler is asked for the whole page, and for nothing else than what came otherwise", async () => {
    const conditions = { "if-none-match": '"abc"', "accept-encoding": "gzip" };
    const page = await visit(`${url}/kept`, conditions);
    expect([page.status, page.script]).toEqual([200, expect.any(String)]);
    const fetched = { "sec-fetch-dest": "empty", "sec-fetch-mode": "cors", "sec-fetch-site": "same-origin" };
    expect(JSON.parse((await visit(`${url}/sent`, { ...conditions, ...fetched })).text)).toMatchObject(conditions);
  });

  test("a stream stays a stream, with the script at its end", async () => {
    const response = await fetch(`${url}/stream`, { headers: NAVIGATES });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe("<!doctype html><p>first");
    release();
    let rest = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) rest += part.value;
    expect(rest.startsWith("<p>last")).toBe(true);
    expect(scriptIn(rest)).toBeDefined();
  });

  test("answers that are no pages are left as they are; a Response that is thrown is a page like others", async () => {
    const redirect = await visit(`${url}/redirect`);
    expect([redirect.status, redirect.headers.location, redirect.script]).toEqual([
      303,
      "https://example.org/",
      undefined,
    ]);
    const thrown = await visit(`${url}/thrown`);
    expect([thrown.status, thrown.script]).toEqual([404, expect.any(String)]);
  });

  test("an error is shown to a developer with the session's cookie, and thrown on for everybody else", async () => {
    const page = await visit(`${url}/boom`);
    expect([page.status, page.script, page.headers["set-cookie"]]).toEqual([
      500,
      expect.any(String),
      [expect.stringContaining("session=")],
    ]);
    expect(page.text).toContain("the cart is gone");
    const elsewhere = await visit(`${url}/boom`, { "x-forwarded-for": "203.0.113.9" });
    expect([elsewhere.status, elsewhere.text]).toEqual([500, "the server's own answer"]);
    expect(await recordedAt(toolbar, "/boom")).toMatchObject({ status: 500 });
  });

  test("a visitor from elsewhere sees nothing of it", async () => {
    expect((await visit(`${url}/`, { "x-forwarded-for": "203.0.113.9" })).script).toBeUndefined();
    expect((await visit(`${url}/_latchkey/`, { host: "evil.example" })).status).toBe(404);
    expect((await visit(`${url}/_latchkey/`, { "sec-fetch-site": "cross-site" })).status).toBe(404);
  });
});

describe("debugToolbar of latchkey/web, without a server", () => {
  const open: Toolbar[] = [];
  afterEach(() => {
    for (const toolbar of open.splice(0)) toolbar.close();
  });
  const made = (): Toolbar => {
    const toolbar = new Toolbar({ keys, historyFile: false });
    open.push(toolbar);
    return toolbar;
  };
  const request = (path: string, headers: Record<string, string> = {}): Request =>
    new Request(`http://localhost:3000${path}`, {
      headers: { ...NAVIGATES, host: "localhost:3000", connection: "keep-alive", ...headers },
    });
  const LOCAL = { address: "::1" };

  test("without the visitor's address pages come without it, the reason is in the record, and a warning says it once", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    try {
      const toolbar = made();
      const withToolbar = debugToolbar(toolbar);
      for (const visitor of [undefined, null, {}])
        expect(scriptIn(await (await withToolbar(request("/"), () => html(PAGE), visitor)).text())).toBeUndefined();
      expect(toolbar.page(toolbar.exchanges[0]!.id)?.summary.notShown).toBe("The address of the visitor is not known.");
      expect(warn.mock.calls.map(([message]) => String(message))).toEqual([
        expect.stringMatching(/The address of the visitor is not known\. .*With latchkey\/web, pass \{ address \}/),
      ]);
      expect((await withToolbar(request("/_latchkey/"), () => html(PAGE))).status).toBe(404);
    } finally {
      warn.mockRestore();
    }
  });

  test("a request ends when its body was read, or given up", async () => {
    const toolbar = made();
    const withToolbar = debugToolbar(toolbar);
    const whole = await withToolbar(request("/whole"), () => html(PAGE), LOCAL);
    expect(toolbar.exchanges).toEqual([]);
    await whole.text();
    expect(await recordedAt(toolbar, "/whole")).toMatchObject({ finished: true, status: 200 });
    const half = await withToolbar(request("/half"), () => html(PAGE), LOCAL);
    await half.body!.cancel();
    expect(await recordedAt(toolbar, "/half")).toMatchObject({ finished: true, status: 200 });
    await withToolbar(request("/empty"), () => new Response(null, { status: 204 }), LOCAL);
    expect(await recordedAt(toolbar, "/empty")).toMatchObject({ status: 204 });
  });

  test("an upgrade without an answer is handed on, and so is a request when the toolbar is off", async () => {
    const withToolbar = debugToolbar(made());
    expect(await withToolbar(request("/ws"), () => undefined, LOCAL)).toBeUndefined();
    const off = new Toolbar({ keys, mode: "production" });
    const kept = html(PAGE);
    expect(await debugToolbar(off)(request("/"), () => kept, LOCAL)).toBe(kept);
  });

  test("says what is wrong with its arguments", async () => {
    const wrong = debugToolbar(made()) as unknown as (...given: unknown[]) => Promise<unknown>;
    await expect(wrong()).rejects.toThrow(/withToolbar needs the web's Request as its first argument/);
    await expect(wrong(request("/"), html(PAGE))).rejects.toThrow(/withToolbar needs a function that answers/);
    await expect(wrong(request("/"), () => html(PAGE), "::1")).rejects.toThrow(/takes \{ address \}/);
  });
});
