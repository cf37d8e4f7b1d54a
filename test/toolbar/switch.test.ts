import { spawnSync } from "node:child_process";
import { hasSubscribers } from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type ErrorRequestHandler } from "express";
import { afterEach, describe, expect, test, vi } from "vitest";
import { debugToolbar } from "../../src/adapters/express/index.ts";
import { debugToolbar as nodeToolbar } from "../../src/adapters/node/index.ts";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { KeyRing } from "../../src/keys/key-ring.ts";
import type { Mode } from "../../src/mode.ts";
import { Toolbar, type ToolbarOptions, type ToolbarRequest } from "../../src/toolbar/index.ts";

const KEY = generateSecretKey();
const open: Toolbar[] = [];
afterEach(() => {
  for (const toolbar of open.splice(0)) toolbar.close();
  vi.unstubAllEnvs();
});

/** A toolbar in a process with this environment; undefined where it says nothing. */
function make(environment: string | undefined, options: Partial<ToolbarOptions> = {}): Toolbar {
  vi.stubEnv("NODE_ENV", environment);
  const toolbar = new Toolbar({ keys: KEY, ...options });
  open.push(toolbar);
  return toolbar;
}

const asks = (url: string): ToolbarRequest => {
  const all: Readonly<Record<string, string>> = { host: "localhost", "sec-fetch-dest": "document" };
  return {
    method: "GET",
    url,
    header: (name) => all[name],
    headers: Object.entries(all),
    remoteAddress: "127.0.0.1",
    httpVersion: "1.1",
  };
};

/** Whether the toolbar runs: puts its script into a page, and answers at its own address. */
function runs(toolbar: Toolbar): boolean {
  const exchange = toolbar.begin(asks("/"), {});
  const tail = toolbar.respond(exchange, asks("/"), { status: 200, headers: [["Content-Type", "text/html"]] });
  toolbar.finish(exchange);
  const seen = [
    toolbar.enabled,
    tail !== undefined,
    toolbar.handle(asks("/_latchkey/")) !== undefined,
    toolbar.exchanges.length === 1,
  ];
  expect(new Set(seen).size).toBe(1);
  return toolbar.enabled;
}

describe("P1, B1: a toolbar runs only where development was said", () => {
  test.each<[string | undefined, string | undefined, Mode | undefined, boolean]>([
    // NODE_ENV, option mode, the ring's mode: whether it runs.
    [undefined, undefined, undefined, false],
    ["", undefined, undefined, false],
    ["production", undefined, undefined, false],
    ["staging", undefined, undefined, false],
    ["Development", undefined, undefined, false],
    ["development", undefined, undefined, true],
    ["test", undefined, undefined, true],
    [undefined, "development", undefined, true],
    [undefined, "test", undefined, true],
    [undefined, "production", undefined, false],
    [undefined, undefined, "development", true],
    [undefined, undefined, "production", false],
    // One that says production is enough.
    ["production", "development", undefined, false],
    ["production", "development", "development", false],
    ["development", "production", undefined, false],
    ["development", undefined, "production", false],
    ["development", "development", "production", false],
    [undefined, "development", "production", false],
    [undefined, "production", "development", false],
  ])("NODE_ENV %j, mode %j, key ring %j: %j", (environment, mode, ring, expected) => {
    vi.stubEnv("NODE_ENV", environment);
    const keys = new KeyRing(KEY, [], { mode: ring });
    expect(runs(make(environment, { keys, mode }))).toBe(expected);
  });

  test("the key as a text is enough", () => {
    expect(runs(make("production"))).toBe(false);
    expect(runs(make("development"))).toBe(true);
    vi.stubEnv("LATCHKEY_ENV", "production");
    expect(runs(make("development"))).toBe(false);
  });

  test.each(["prod", "Production ", "Production", "dev", "staging", "", " development", "constructor"])(
    "the mode %j is refused",
    (mode) => {
      for (const environment of ["production", "development", undefined]) {
        expect(() => make(environment, { mode })).toThrow(
          expect.objectContaining({
            code: "invalid_option",
            message: expect.stringContaining(JSON.stringify(mode)) as unknown,
          }),
        );
      }
    },
  );

  test("production and authorize together switch it on; one alone throws", () => {
    const authorize = (): boolean => true;
    for (const environment of ["production", undefined]) {
      expect(runs(make(environment, { production: true, authorize }))).toBe(true);
      expect(() => make(environment, { production: true })).toThrow(
        /by the option production alone[^]*authorize: \(request\)/,
      );
      expect(() => make(environment, { authorize })).toThrow(/by the option authorize alone[^]*production: true/);
      expect(() => make(environment, { production: true, authorize: true as unknown as () => boolean })).toThrow(
        /authorize is a function/,
      );
    }
    expect(() => make("development", { production: true })).toThrow(
      expect.objectContaining({ code: "invalid_option" }),
    );
    expect(runs(make("development", { authorize }))).toBe(true);
  });

  test("where it is off, it listens to no channel, and wrong options are still found", () => {
    const channels = { "test:switch": () => {} };
    const panel = { id: "mine", title: "Mine", channels, collect: () => 1, view: () => [] };
    make("production", { panels: [panel] });
    expect(["test:switch", "http.server.request.start", "console.log"].filter((name) => hasSubscribers(name))).toEqual(
      [],
    );
    expect(() => make("production", { prefix: "x" })).toThrow(expect.objectContaining({ code: "invalid_option" }));
    expect(() => make("production", { keys: "" })).toThrow(expect.objectContaining({ code: "key_missing" }));
    make("development", { panels: [panel] });
    expect(hasSubscribers("test:switch")).toBe(true);
  });

  test("it grades its keys, by the same judgement", () => {
    for (const environment of ["production", undefined]) {
      expect(() => make(environment, { keys: "changeme" })).toThrow(
        expect.objectContaining({
          code: "key_refused",
          message: expect.stringContaining('option "keys" of Toolbar') as unknown,
        }),
      );
    }
    expect(runs(make(undefined, { keys: "changeme", mode: "development" }))).toBe(true);
  });

  test.each([
    [
      "production",
      /^\(node:\d+\) \[LATCHKEY_TOOLBAR_OFF\] Warning: The debug toolbar is off, because this is production\. .*NODE_ENV=development\.$/,
    ],
    [
      "",
      /^\(node:\d+\) \[LATCHKEY_TOOLBAR_OFF\] Warning: .* because nothing says that this is development\. .*NODE_ENV=development\.$/,
    ],
    ["development", undefined],
  ])("NODE_ENV %j: standard error says once how to turn it on", (environment, line) => {
    const program = `import { Toolbar } from ${JSON.stringify(new URL("../../src/toolbar/index.ts", import.meta.url))};
      for (let count = 0; count < 3; count++) new Toolbar({ keys: ${JSON.stringify(KEY)} }).close();`;
    const { stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
      encoding: "utf8",
      env: { ...process.env, NODE_ENV: environment },
    });
    expect(status).toBe(0);
    const lines = stderr.split("\n").filter((text) => text.includes("LATCHKEY_TOOLBAR"));
    expect(lines).toEqual(line === undefined ? [] : [expect.stringMatching(line)]);
  });
});

describe("P2: what fails in the toolbar does not reach the request", () => {
  test("begin and respond answer undefined, and finish does nothing", () => {
    const toolbar = make("development", {
      clock: () => {
        throw new Error("no clock");
      },
    });
    expect(toolbar.begin(asks("/"), {})).toBeUndefined();
    expect(toolbar.run(undefined, () => 7)).toBe(7);
    expect(toolbar.respond(undefined, asks("/"), { status: 200, headers: [] })).toBeUndefined();
    toolbar.finish(undefined);
    expect(toolbar.handle(asks("/"))).toBeUndefined();
    expect(toolbar.handle(asks("/_latchkey/"))?.status).toBe(500);
  });

  test("a runtime without eventLoopUtilization has a record without it", () => {
    vi.stubGlobal("performance", { now: () => 0 });
    try {
      const toolbar = make("development");
      const exchange = toolbar.begin(asks("/"), {})!;
      toolbar.finish(exchange);
      expect(exchange.cost.loopBusy).toBeUndefined();
      expect(JSON.stringify(toolbar.page(exchange.id)?.panels.find(({ id }) => id === "timing"))).not.toContain(
        "Event loop busy",
      );
    } finally {
      vi.unstubAllGlobals();
    }
  });

  test("an error with members that throw is recorded as far as it can be", () => {
    const exchange = make("development").begin(asks("/"), {})!;
    const hostile = Object.defineProperty(new Error("x"), "message", {
      get() {
        throw new TypeError("no message");
      },
    });
    exchange.fail(hostile);
    expect(exchange.error).toMatchObject({ name: "Error", message: "" });
    exchange.fail(Object.assign(new Error("y"), { stack: 7, name: Symbol("z") }));
    expect(exchange.error).toMatchObject({ name: "Error", message: "y", stack: "", frames: [] });
  });
});

test("the keys that cannot be opened are an error for the application on Express, and a 500 on node:http", async () => {
  const fail = (): never => {
    throw new Error("the vault is closed");
  };
  const toolbar = new Toolbar({ keys: fail, mode: "development", historyFile: false });
  const heard: unknown[] = [];
  const app = express();
  app.use(debugToolbar(toolbar));
  app.get("/", (_, response) => void response.send("the page"));
  app.use(((error: Error, _request, response, _next) => {
    heard.push(error.message);
    response.status(503).send("later");
  }) as ErrorRequestHandler);
  const show = nodeToolbar(toolbar);
  const answers: [number, string][] = [];
  const servers = [
    createServer(app),
    createServer((request, response) => show(request, response, () => response.end("no"))),
  ];
  for (const server of servers) {
    await once(server.listen(0, "127.0.0.1"), "listening");
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    answers.push([answer.status, await answer.text()]);
    server.close();
  }
  toolbar.close();
  expect(heard).toEqual(["the vault is closed"]);
  expect(answers[0]).toEqual([503, "later"]);
  expect(answers[1]![0]).toBe(500);
  expect(answers[1]![1]).not.toBe("no");
});
