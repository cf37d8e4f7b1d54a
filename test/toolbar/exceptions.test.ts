import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import express, { type ErrorRequestHandler } from "express";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { debugToolbar } from "../../src/adapters/express/index.ts";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { Toolbar, type RecordedError, type ToolbarOptions, type ToolbarRequest } from "../../src/toolbar/index.ts";

const KEY = "lk1_3vVWzVbyRr9h5dYVhPhBq0yGmC4Yx2T4oQWm7nq1d8H2_R8O";
let directory: string;
const open: Toolbar[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "latchkey-exceptions-"));
});
afterEach(() => {
  for (const toolbar of open.splice(0)) toolbar.close();
  rmSync(directory, { recursive: true });
});

const make = (options: Partial<ToolbarOptions> = {}): Toolbar => {
  const toolbar = new Toolbar({ keys: generateSecretKey(), directory, ...options });
  open.push(toolbar);
  return toolbar;
};
const navigates = (url: string, headers: Readonly<Record<string, string>> = {}, method = "GET"): ToolbarRequest => {
  const all: Readonly<Record<string, string>> = {
    host: "localhost",
    accept: "text/html,*/*;q=0.8",
    "sec-fetch-dest": "document",
    ...headers,
  };
  return {
    method,
    url,
    header: (name) => all[name],
    headers: Object.entries(all),
    remoteAddress: "127.0.0.1",
    httpVersion: "1.1",
  };
};

/** What is recorded of an error. */
function recorded(thrown: unknown, toolbar = make()): RecordedError {
  const exchange = toolbar.begin(navigates("/pay"), {})!;
  exchange.fail(thrown);
  toolbar.finish(exchange);
  return JSON.parse(JSON.stringify(exchange.error)) as RecordedError;
}
function withStack(message: string, ...frames: readonly string[]): Error {
  const error = new Error(message);
  error.stack = [`Error: ${message}`, ...frames.map((frame) => `    at ${frame}`)].join("\n");
  return error;
}
function write(name: string, text: string): string {
  const path = join(directory, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}
const numbered = (count: number): string => Array.from({ length: count }, (_, index) => `line ${index + 1}`).join("\n");
/** The page of an error, and what it is answered with. */
function pageOf(
  thrown: unknown,
  { toolbar = make(), url = "/pay", headers = {}, method = "GET", status = 500 } = {},
): { readonly body: string; readonly headers: Readonly<Record<string, string>> } | undefined {
  const request = navigates(url, headers, method);
  const exchange = toolbar.begin(request, {})!;
  exchange.fail(thrown);
  return toolbar.exceptionPage(exchange, request, status);
}

describe("what is recorded of an error", () => {
  test("is its name, message and code, and each call with file and line", () => {
    const error = withStack(
      "no answer",
      `payCart (${join(directory, "routes/pay.ts")}:31:9)`,
      `async Server.<anonymous> (${pathToFileURL(join(directory, "app.mjs")).href}:4:1)`,
      `new Cart (${join(directory, "node_modules/cart/index.js")}:12:3)`,
      "process.processTicksAndRejections (node:internal/process/task_queues:104:5)",
      "async Promise.all (index 2)",
      "/elsewhere/tool.js:7:1",
    );
    expect(recorded(Object.assign(error, { code: "ETIMEDOUT" }))).toMatchObject({
      name: "Error",
      message: "no answer",
      code: "ETIMEDOUT",
      frames: [
        { where: "routes/pay.ts:31", name: "payCart", isOwn: true },
        { where: "app.mjs:4", name: "async Server.<anonymous>", isOwn: true },
        { where: "node_modules/cart/index.js:12", name: "new Cart", isOwn: false },
        { where: "node:internal/process/task_queues:104", isOwn: false },
        { where: "", name: "async Promise.all (index 2)", isOwn: false },
        { where: "/elsewhere/tool.js:7", name: "", isOwn: false },
      ],
    });
  });

  test("is the chain of causes, the errors of an AggregateError, and a value that is no error", () => {
    const error = new Error("outer", {
      cause: new AggregateError([new TypeError("first"), new RangeError("second")], "all failed", { cause: "a text" }),
    });
    expect(recorded(error)).toMatchObject({
      message: "outer",
      cause: {
        name: "AggregateError",
        message: "all failed",
        errors: [
          { name: "TypeError", message: "first" },
          { name: "RangeError", message: "second" },
        ],
        cause: { name: "Thrown value", message: "a text" },
      },
    });
  });

  test("is the name of its class, and the error of another realm", () => {
    class PaymentError extends Error {}
    expect(recorded(new PaymentError("declined")).name).toBe("PaymentError");
    expect(recorded(runInNewContext("new TypeError('from a vm')"))).toMatchObject({
      name: "TypeError",
      message: "from a vm",
    });
  });

  test.each<readonly [unknown, string]>([
    ["the cart is gone", "the cart is gone"],
    [undefined, "undefined"],
    [null, "null"],
    [404, "404"],
    [Symbol("s"), "Symbol(s)"],
    [10n, "10"],
    [{ reason: "gone", password: "hunter2" }, '{"reason":"gone","password":••••••••}'],
    [() => 1, "[function]"],
  ])("is a thrown value that is no Error: %o", (thrown, message) => {
    expect(recorded(thrown)).toMatchObject({ name: "Thrown value", message, frames: [], cause: null });
  });

  test("is once, however often it is reported, and five errors at most", () => {
    const toolbar = make();
    const exchange = toolbar.begin(navigates("/"), {})!;
    const error = new Error("once");
    for (const thrown of [error, error, "a", "a", 1, 2, 3, 4]) exchange.fail(thrown);
    expect(exchange.errors.map(({ message }) => message)).toEqual(["once", "a", "1", "2", "3"]);
    expect(exchange.error?.message).toBe("3");
  });
});

describe("the source of the application's own frames", () => {
  test("is seven lines around the line, of the first five frames", () => {
    const file = write("pay.ts", numbered(20));
    const frames = Array.from({ length: 6 }, (_, index) => `pay (${file}:${index + 8}:1)`);
    const error = recorded(withStack("x", `dep (${join(directory, "node_modules/d/i.js")}:1:1)`, ...frames));
    expect(error.frames.map(({ source }) => source.length)).toEqual([0, 7, 7, 7, 7, 7, 0]);
    expect(error.frames[1]!.source.map(({ line, text, isHit }) => `${isHit ? ">" : " "}${line} ${text}`)).toEqual([
      " 5 line 5",
      " 6 line 6",
      " 7 line 7",
      ">8 line 8",
      " 9 line 9",
      " 10 line 10",
      " 11 line 11",
    ]);
    expect(recorded(withStack("x", `pay (${file}:1:1)`)).frames[0]!.source.map(({ line }) => line)).toEqual([
      1, 2, 3, 4,
    ]);
  });

  test("has no secrets, and no line of more than 200 characters", () => {
    const file = write(
      "secrets.ts",
      [
        `const key = "${KEY}";`,
        'const config = { password: "hunter2" };',
        "const pem = `-----BEGIN PRIVATE KEY-----",
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7",
        "-----END PRIVATE KEY-----`;",
        `fail("${"x".repeat(1_000)}");`,
      ].join("\n"),
    );
    const { source } = recorded(withStack("x", `f (${file}:3:1)`), make({ keys: KEY })).frames[0]!;
    const text = source.map((line) => line.text).join("\n");
    for (const secret of [KEY, "hunter2", "MIIEvQ"]) expect(text).not.toContain(secret);
    expect(Math.max(...source.map((line) => line.text.length))).toBeLessThanOrEqual(201);
    expect(text).toContain("const config");
  });

  test("is of code only: a message or a stack that names another file reads nothing", () => {
    const secrets = write(".env", "A=1\nB=2");
    const code = write("real.ts", numbered(5));
    const planted = `not found\n    at x (${code}:2:1)\n    at y (${secrets}:1:1)`;
    const error = recorded(withStack(planted, `handler (${code}:4:1)`));
    expect(error.frames.map(({ where }) => where)).toEqual(["real.ts:4"]);
    expect(recorded(withStack("x", `y (${secrets}:1:1)`)).frames[0]!.source).toEqual([]);
    expect(recorded(withStack("x", `y (${directory}:1:1)`)).frames[0]!.source).toEqual([]);
    expect(recorded(withStack("x", `y (${join(directory, "gone.ts")}:1:1)`)).frames[0]!.source).toEqual([]);
    expect(recorded(withStack("x", `y (${join(directory, "../up.ts")}:1:1)`)).frames[0]).toMatchObject({
      isOwn: false,
    });
    expect(recorded(withStack("x", `y (${code}:99:1)`)).frames[0]!.source).toEqual([]);
  });

  test("leaves files of megabytes alone", () => {
    const bundle = write("bundle.js", `${"x".repeat(2_100_000)}\n`);
    expect(recorded(withStack("x", `y (${bundle}:1:1)`)).frames[0]).toMatchObject({ isOwn: true, source: [] });
  });

  test("follows a link inside of the folder", () => {
    symlinkSync(write("real/pay.ts", numbered(3)), join(directory, "link.ts"));
    expect(recorded(withStack("x", `y (${join(directory, "link.ts")}:2:1)`)).frames[0]!.source).toHaveLength(3);
  });
});

describe("a hostile error", () => {
  const throwing = (): never => {
    throw new Error("from a getter");
  };
  const getters = new Error("x");
  for (const name of ["name", "message", "stack", "code", "cause", "errors", "constructor"])
    Object.defineProperty(getters, name, { get: throwing });
  const circular: Error & { cause?: unknown; errors?: unknown } = new Error("circular");
  circular.cause = circular;
  circular.errors = [circular, new Error("inside", { cause: circular })];
  let deep: Error = new Error("0");
  for (let level = 1; level < 100; level++) deep = new Error(String(level), { cause: deep });
  const wide = new AggregateError(
    Array.from(
      { length: 1_000 },
      (_, index) => new AggregateError(Array.from({ length: 1_000 }, () => new Error(String(index)))),
    ),
  );
  const huge = new Error("y".repeat(10_000_000));
  huge.stack = `Error: ${huge.message}\n    at f (/a.ts:1:1)\n${"    at g (/b.ts:1:1)\n".repeat(500_000)}`;
  const odd = Object.assign(new Error("x"), {
    name: 7,
    message: {},
    stack: ["a"],
    code: {},
    cause: null,
    errors: "no",
  });
  const proxy = new Proxy({}, { get: throwing, getPrototypeOf: throwing, ownKeys: throwing, has: throwing });
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();

  test.each<readonly [string, unknown]>([
    ["whose getters throw", getters],
    ["that causes itself", circular],
    ["with a hundred causes", deep],
    ["with a million errors", wide],
    ["with a stack of 20 MB", huge],
    ["without a text in any member", odd],
    ["that is a proxy which throws", proxy],
    ["that is a revoked proxy", revoked.proxy],
    ["with a cause that is a proxy which throws", new Error("x", { cause: proxy })],
    ["without a prototype", Object.assign(Object.create(null) as object, { stack: "a", message: "b" })],
  ])("never throws: one %s", (_, thrown) => {
    const error = recorded(thrown);
    expect(JSON.stringify(error).length).toBeLessThan(200_000);
    expect(error.name).not.toBe("");
    expect(pageOf(thrown)?.body).toContain("</html>");
  });

  test("is followed eight causes deep, and ten errors wide", () => {
    let depth = 0;
    for (let error: RecordedError | null = recorded(deep); error.cause !== null; error = error.cause) depth++;
    expect(depth).toBe(8);
    expect(recorded(wide).errors.length).toBeLessThanOrEqual(10);
    expect(recorded(circular)).toMatchObject({ cause: null, errors: [{ message: "inside", cause: null }] });
    expect(recorded(huge).frames).toHaveLength(50);
  });
});

describe("the panel Exceptions", () => {
  const panelOf = (
    thrown: readonly unknown[],
    status = 500,
  ): { subtitle?: unknown; findings: unknown; blocks: readonly unknown[] } => {
    const toolbar = make();
    const request = navigates("/pay");
    const exchange = toolbar.begin(request, {})!;
    for (const each of thrown) exchange.fail(each);
    toolbar.respond(exchange, request, { status, headers: [["Content-Type", "application/json"]] });
    toolbar.finish(exchange);
    expect(toolbar.exchanges[0]?.tone).toBe(thrown.length === 0 ? "ok" : status < 500 ? "warn" : "error");
    return toolbar.page(exchange.id)!.panels.find(({ id }) => id === "exceptions")! as never;
  };

  test("says in one sentence what failed and where", () => {
    const file = write("routes/pay.ts", numbered(40));
    const error = withStack(
      "no card\nmore",
      `f (${join(directory, "node_modules/x/i.js")}:1:1)`,
      `payCart (${file}:31:9)`,
    );
    const panel = panelOf([Object.assign(error, { code: "E_CARD", cause: new TypeError("inner") })]);
    expect(panel.findings).toEqual([{ tone: "error", text: "Error: no card", where: "routes/pay.ts:31" }]);
    expect(panel.subtitle).toBe("1");
    expect(panel.blocks).toMatchObject([
      { kind: "verdict", title: "Error", text: "no card\nmore", hint: "code: E_CARD" },
      { kind: "pairs", rows: [{ value: { where: "routes/pay.ts:31", detail: "in payCart" } }] },
      { kind: "code", text: expect.stringContaining("> 31  line 31") as unknown, marked: [3] },
      { kind: "table", rows: [{ cells: ["1 call", "outside of your code"] }] },
      { kind: "verdict", title: "Caused by TypeError", text: "inner" },
      {},
    ]);
  });

  test("has nothing to say without an error, and only warns of one that is an answer", () => {
    expect(panelOf([], 200)).toMatchObject({
      findings: [],
      blocks: [{ text: "No exception was recorded for this request." }],
    });
    expect(panelOf([new Error("no such cart")], 404).findings).toMatchObject([{ tone: "warn" }]);
  });

  test("shows an error handler's own error first", () => {
    const panel = panelOf([new Error("first"), new Error("second")]);
    expect(panel.findings).toHaveLength(2);
    expect(panel.blocks[0]).toMatchObject({ text: "second" });
  });
});

describe("the page of an error", () => {
  const ATTACK = `"'><img src=x onerror=alert(1)><script>alert(2)</script>\`&amp;`;

  test("shows names, paths, headers and messages as text", () => {
    const file = write("<b>&\"'.ts", `throw new Error(${ATTACK});`);
    const error = withStack(ATTACK, `<i>f</i> (${file}:1:1)`, `<u>g</u> (/x/<s>.js:1:1)`);
    Object.assign(error, { name: ATTACK, code: ATTACK, cause: new Error(ATTACK) });
    const { body } = pageOf(error, {
      url: `/pay/${ATTACK}?a=${encodeURIComponent(ATTACK)}&${encodeURIComponent(ATTACK)}=b`,
      headers: { "x-attack": ATTACK, [ATTACK]: "x", cookie: "<b>'\"=1" },
    })!;
    const allowed =
      /<\/?(?:html|head|body|header|main|footer|section|details|summary|div|p|h[1-6]|strong|span|pre|ol|li|dl|dt|dd)(?: class="[a-z ]+")?(?: tabindex="0")?(?: lang="en")?>|<!doctype html>|<meta (?:charset="utf-8"|name="(?:viewport|color-scheme)" content="[\w\-=,. ]+")>|<\/?title>|<link rel="(?:icon|stylesheet)" href="(?:data:,|\/_latchkey\/exception\.css)">|<a class="(?:mono|record)" href="(?:vscode:\/\/file\/[^"<>]*:\d+|\/_latchkey\/\?exchange=[0-9a-f-]{36})">|<a href="vscode:\/\/file\/[^"<>]*:\d+">|<\/a>/g;
    expect(body.replace(allowed, "")).not.toMatch(/[<>"]/);
    expect(body).not.toMatch(/\son\w+="|javascript:/i);
    expect(body).toContain("&#60;script&#62;alert(2)");
  });

  test("needs no script, has no style in it, and a strict policy of its own", () => {
    const { headers, body } = pageOf(new Error("x"))!;
    expect(body).not.toMatch(/<script|<style|style=/);
    expect(headers["Content-Security-Policy"]).toMatch(
      /^default-src 'none'; style-src 'self'; script-src 'self'; .*frame-ancestors 'none'; require-trusted-types-for 'script'$/,
    );
    expect(headers).toMatchObject({
      "Cache-Control": expect.stringMatching(/^no-store/) as unknown,
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
    });
    const style = make().handle(navigates("/_latchkey/exception.css", { "sec-fetch-dest": "style" }));
    expect(style).toMatchObject({ status: 200, headers: { "Content-Type": "text/css; charset=utf-8" } });
  });

  test("shows causes, source and the request without its secrets", () => {
    const file = write("routes/pay.ts", numbered(40));
    const error = withStack("card 4111 declined", `payCart (${file}:31:9)`);
    error.cause = new AggregateError([new TypeError("first inner")], "all banks");
    const { body } = pageOf(error, {
      url: "/pay/7?token=s3cr3t-token&step=2",
      headers: { cookie: "session=secret-value-of-a-cookie; theme=dark", authorization: "Bearer abcdefghijkl" },
    })!;
    for (const shown of [
      "card 4111 declined",
      "routes/pay.ts:31",
      "line 31",
      "Caused by ",
      "AggregateError",
      "first inner",
    ])
      expect(body).toContain(shown);
    expect(body).toContain("session (31 bytes)");
    expect(body).toContain(`href="vscode://file${file}:31"`);
    for (const secret of ["s3cr3t-token", "secret-value-of-a-cookie", "abcdefghijkl"])
      expect(body).not.toContain(secret);
  });

  test("is for navigations to HTML by visitors who may see the toolbar, and for no one else", () => {
    const error = new Error("x");
    expect(pageOf(error)).toBeDefined();
    expect(pageOf(error, { method: "POST" })).toBeDefined();
    expect(pageOf(error, { headers: { "sec-fetch-dest": "" } })).toBeUndefined();
    for (const headers of [
      { accept: "application/json" },
      { accept: "*/*" },
      { "sec-fetch-dest": "empty" },
      { "sec-fetch-dest": "iframe" },
      { "x-forwarded-for": "203.0.113.9" },
      { host: "evil.example" },
    ])
      expect(pageOf(error, { headers })).toBeUndefined();
    expect(pageOf(error, { method: "HEAD" })).toBeUndefined();
    expect(pageOf(error, { toolbar: make({ authorize: () => false }) })).toBeUndefined();
    const toolbar = make();
    expect(toolbar.exceptionPage(toolbar.begin(navigates("/"), {}), navigates("/"), 500)).toBeUndefined();
  });

  test("is not there in production, even where the toolbar is", () => {
    const toolbar = make({ mode: "production", production: true, authorize: () => true });
    expect(toolbar.enabled).toBe(true);
    expect(pageOf(new Error("x"), { toolbar })).toBeUndefined();
  });

  test("carries the toolbar, after a POST too", () => {
    const toolbar = make();
    const request = navigates("/pay", {}, "POST");
    const exchange = toolbar.begin(request, {})!;
    exchange.fail(new Error("x"));
    const page = toolbar.exceptionPage(exchange, request, 500)!;
    expect(toolbar.respond(exchange, request, { status: 500, headers: Object.entries(page.headers) })?.()).toMatch(
      /^\n<script type="module" src="[^"]*\/_latchkey\/toolbar\.js\?[^"]+"><\/script>\n$/,
    );
  });

  test("leads to the record on the toolbar's own page", () => {
    const toolbar = make();
    const [address = ""] =
      /\/_latchkey\/\?exchange=[0-9a-f-]{36}/.exec(pageOf(new Error("x"), { toolbar })!.body) ?? [];
    expect(toolbar.handle(navigates(address))?.body).toContain(`exchange=${address.slice(-36)}`);
    expect(toolbar.handle(navigates('/_latchkey/?exchange="><script>'))?.body).not.toContain("exchange=");
  });
});

describe("headers of recorded requests", () => {
  test("name the record, and the time of each kind of span without counting parallel ones twice", async () => {
    const toolbar = make();
    const request = navigates("/", { accept: "application/json", "sec-fetch-dest": "empty" });
    const exchange = toolbar.begin(request, {})!;
    for (const [kind, start, duration] of [
      ["sql", 10, 20],
      ["sql", 20, 20],
      ["sql", 12, 3],
      ["redis", 1, 2],
      ["http", 5, 1],
      ["layer", 0, 90],
      ["Bad kind", 0, 1],
    ] as const) {
      const { id } = exchange.startSpan({ kind, label: "x", start, isLocated: false });
      Object.assign(exchange.spans[id! - 1]!, { duration });
    }
    const headers = Object.fromEntries(toolbar.headers(exchange, request));
    expect(headers["X-Latchkey-Request"]).toBe(exchange.id);
    expect(headers["Server-Timing"]).toMatch(
      /^total;dur=[\d.]+, db;dur=30;desc="3 calls", redis;dur=2;desc="1 call", http;dur=1;desc="1 call"$/,
    );
  });

  test("have ten entries at most", () => {
    const toolbar = make();
    const request = navigates("/");
    const exchange = toolbar.begin(request, {})!;
    for (let index = 0; index < 20; index++) exchange.startSpan({ kind: `kind-${index}`, label: "x" }).end();
    const [, timing] = toolbar.headers(exchange, request)[1]!;
    expect(timing.split(", ")).toHaveLength(10);
  });

  test("are for those who may see the toolbar, and `authorize` is asked once for each request", () => {
    let asked = 0;
    const toolbar = make({ authorize: () => ++asked > 0 });
    const request = navigates("/");
    const exchange = toolbar.begin(request, {})!;
    exchange.fail(new Error("x"));
    expect(toolbar.headers(exchange, request)).toHaveLength(2);
    toolbar.exceptionPage(exchange, request, 500);
    toolbar.respond(exchange, request, { status: 500, headers: [["Content-Type", "text/html"]] });
    expect(asked).toBe(1);
    const stranger = navigates("/", { "x-forwarded-for": "203.0.113.9" });
    expect(toolbar.headers(toolbar.begin(stranger, {}), stranger)).toEqual([]);
    expect(toolbar.headers(undefined, request)).toEqual([]);
  });
});

test("an application of Express beside the one with the toolbar has its errors in the records too", async () => {
  const toolbar = make({ historyFile: false });
  const [shown, beside] = [express(), express()];
  shown.use(debugToolbar(toolbar));
  shown.get("/", (_, response) => void response.send("shown"));
  beside.get("/fails", () => {
    throw new Error("no table is free");
  });
  beside.use(((_error, _request, response, _next) => void response.status(503).send("later")) as ErrorRequestHandler);
  for (const [app, path] of [
    [shown, "/"],
    [beside, "/fails"],
  ] as const) {
    const server = createServer(app).listen(0, "127.0.0.1");
    await once(server, "listening");
    await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)).text();
    await new Promise((resolve) => server.close(resolve));
  }
  await expect
    .poll(() => toolbar.exchanges.map(({ path, status }) => [path, status]))
    .toEqual([
      ["/fails", 503],
      ["/", 200],
    ]);
  const errorsOf = (index: number): unknown =>
    toolbar.record(toolbar.exchanges[index]!.id)!.panels.exceptions?.errors.map(({ message }) => message);
  expect(errorsOf(0)).toEqual(["no table is free"]);
  expect(errorsOf(1)).toEqual([]);
});
