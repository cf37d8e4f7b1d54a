import { Console } from "node:console";
import { PassThrough, Writable } from "node:stream";
import Fastify from "fastify";
import morgan from "morgan";
import { pino } from "pino";
import winston from "winston";
import { afterEach, describe, expect, test } from "vitest";
import { debugToolbar as forFastify } from "../../src/adapters/fastify/toolbar.ts";
import { generateSecretKey } from "../../src/keys/generate.ts";
import { Toolbar, type ToolbarRequest } from "../../src/toolbar/index.ts";
import type { LogMessage, LogStats } from "../../src/toolbar/panels/logs.ts";
import type { TableBlock } from "../../src/toolbar/blocks.ts";

/** A console that prints nowhere: Node publishes what is written to any. */
const quiet = new Console(new PassThrough().resume());
const open: Toolbar[] = [];
afterEach(() => {
  for (const toolbar of open.splice(0)) toolbar.close();
});

const REQUEST: ToolbarRequest = {
  method: "GET",
  url: "/",
  header: () => undefined,
  headers: [["cookie", "session=a-cookie-value-of-a-visitor"]],
  remoteAddress: "127.0.0.1",
  httpVersion: "1.1",
};

/** The raw data of the panel, beside what it shows. */
let collected: LogStats;
function make(): Toolbar {
  const toolbar = new Toolbar({ keys: generateSecretKey() });
  open.push(toolbar);
  return toolbar;
}

/** Logs within a request, and returns what the panel Logs has of it. */
async function logged(run: (toolbar: Toolbar) => unknown, toolbar = make()): Promise<readonly LogMessage[]> {
  const exchange = toolbar.begin(REQUEST, {})!;
  await toolbar.run(exchange, () => run(toolbar));
  collected = exchange.slot<LogStats>("logs", () => ({ messages: [], omitted: 0 }));
  toolbar.finish(exchange);
  return collected.messages;
}

const texts = (messages: readonly LogMessage[]): readonly string[] =>
  messages.map(({ level, text }) => `${level} ${text}`);
const sink = (): Writable & { readonly lines: string[] } => {
  const lines: string[] = [];
  return Object.assign(new Writable({ write: (chunk, _, done) => (lines.push(String(chunk)), done()) }), { lines });
};

describe("console", () => {
  test("B15: colours are removed, and the line is the application's own", async () => {
    const [message] = await logged(() => quiet.info("\u001B[31mred\u001B[0m %s \u009B1mbold", "\u001B]8;;x\u0007link"));
    for (const escape of ["\u001B", "\u009B", "\u0007"]) expect(message!.text).not.toContain(escape);
    expect(message!.text).toContain("red");
    expect(message!.where).toMatch(/^test\/toolbar\/logs\.test\.ts:\d+$/);
  });

  test("B15: the causes of an error and the errors of an AggregateError are there", async () => {
    const cause = new Error("the socket", { cause: new TypeError("the cable") });
    const [first, second] = await logged(() => {
      quiet.error(new Error("the query", { cause }));
      quiet.error("all:", new AggregateError([new RangeError("one"), new SyntaxError("two")], "both"));
    });
    for (const text of ["the query", "the socket", "the cable"]) expect(first!.text).toContain(text);
    for (const text of ["both", "RangeError: one", "SyntaxError: two"]) expect(second!.text).toContain(text);
  });

  test("B15: what is huge or hostile is bounded and never throws", async () => {
    const wide = Object.fromEntries(Array.from({ length: 200_000 }, (_, n) => [`key${n}`, n]));
    let deep: unknown = "bottom";
    for (let level = 0; level < 10_000; level++) deep = { deep };
    let calls = 0;
    const trap = new Proxy({ a: 1 }, { ownKeys: () => (calls++, ["a"]), get: () => void calls++ });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const getter = {
      get loud(): never {
        calls++;
        throw new Error("a getter was called");
      },
    };
    const custom = {
      [Symbol.for("nodejs.util.inspect.custom")]: () => {
        throw new Error("no");
      },
    };
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    // The console itself would throw on `custom`, so only the channel hears of it.
    const { channel } = await import("node:diagnostics_channel");
    const values: readonly unknown[] = [
      wide,
      deep,
      trap,
      proxy,
      getter,
      custom,
      circle,
      new Map([[wide, wide]]),
      Array.from({ length: 100 }, () => wide),
      Array.from({ length: 1_000 }, (_, n) => ({ n, list: Array.from({ length: 100 }, () => ({ n })) })),
      "x".repeat(50_000_000),
      new Uint8Array(1_000_000),
      Symbol("s"),
      10n,
    ];
    const messages = await logged(() => {
      for (const value of values) channel("console.log").publish([value]);
      channel("console.log").publish(["%j %s %o", wide, wide, wide]);
      channel("console.log").publish(Array.from({ length: 10_000 }, () => "y".repeat(10_000)));
    });
    expect(messages).toHaveLength(values.length + 2);
    expect(calls).toBe(0);
    for (const { text } of messages) expect(text.length).toBeLessThan(4_100);
    expect(messages[0]!.text).toContain("key1: 1");
    expect(messages[0]!.text).toContain("199900 more");
    expect(messages[5]!.text).toContain("cannot be shown");
    expect(messages[10]!.length).toBe(50_000_000);
  });

  test("the panel shows one line for each, which opens", async () => {
    const toolbar = make();
    await logged(() => {
      quiet.log("first\nsecond");
      quiet.error("bad");
    }, toolbar);
    const panel = toolbar.page(toolbar.exchanges[0]!.id)!.panels.find(({ id }) => id === "logs")!;
    const [table] = panel.blocks as readonly TableBlock[];
    expect(table!.rows[0]).toMatchObject({
      cells: [{ text: "log" }, { text: "first" }, {}, {}],
      more: [{ kind: "code", text: "first\nsecond" }],
    });
    expect(panel.findings).toMatchObject([
      { tone: "error", where: expect.stringMatching(/logs\.test\.ts:\d+$/) as unknown },
    ]);
  });

  test("the error of the request is not counted a second time", async () => {
    const toolbar = make();
    const exchange = toolbar.begin(REQUEST, {})!;
    const error = new Error("out of stock");
    toolbar.run(exchange, () => quiet.error(error));
    exchange.fail(error);
    toolbar.finish(exchange);
    const panel = toolbar.page(exchange.id)!.panels.find(({ id }) => id === "logs")!;
    expect(panel.findings).toEqual([]);
  });

  test("nor is one that pino has logged with its stack", () => {
    const toolbar = make();
    const exchange = toolbar.begin(REQUEST, {})!;
    const error = new Error("out of stock");
    toolbar.run(exchange, () => pino(sink()).error(error));
    exchange.fail(error);
    toolbar.finish(exchange);
    const page = toolbar.page(exchange.id)!;
    expect(page.panels.find(({ id }) => id === "logs")).toMatchObject({ subtitle: "1", findings: [] });
  });
});

describe("pino", () => {
  test("B15: message, level, fields and line are there, and nothing is counted twice", async () => {
    const stream = sink();
    const messages = await logged(async (toolbar) => {
      const printing = new Writable({
        write: (line, _, done) => {
          quiet.log(String(line));
          stream.write(line, () => done());
        },
      });
      const both = toolbar.logStream(printing);
      const logger = pino({ level: "trace" }, both).child({ requestId: 7 });
      logger.warn({ user: "ada", password: "hunter2" }, "stock is %d", 0);
      logger.error(new Error("the query", { cause: new Error("the socket") }));
      logger.trace("deep");
      // The console prints the later lines once the stream is ready for them.
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    await expect.poll(() => stream.lines.length).toBe(3);
    expect(texts(messages).map((text) => text.split("\n", 1)[0])).toEqual([
      "warn stock is 0",
      expect.stringMatching(/^error the query/),
      "trace deep",
    ]);
    expect(messages[0]).toMatchObject({ fields: { user: "ada", requestId: 7, password: "••••••••" } });
    expect(messages[0]!.where).toMatch(/^test\/toolbar\/logs\.test\.ts:\d+$/);
    expect(JSON.stringify(messages[1]!.fields)).toContain("the socket");
    expect(JSON.stringify(collected)).not.toContain("hunter2");
  });

  test("a message key and levels of the application's own are read too", async () => {
    const messages = await logged(() => {
      const logger = pino({ messageKey: "text", customLevels: { notice: 35 } }, sink());
      logger.notice("half-way");
      logger.info({ a: 1 });
    });
    expect(texts(messages)).toEqual(["info half-way", "info "]);
    expect(messages[1]!.fields).toEqual({ a: 1 });
  });

  test("B15: Fastify's own logger is there, each line with its request", async () => {
    const toolbar = make();
    const app = Fastify({ logger: { stream: sink() } });
    app.register(forFastify(toolbar));
    app.get("/:name", async (request) => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      request.log.info({ name: (request.params as { name: string }).name }, "shown");
      return "ok";
    });
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    const names = Array.from({ length: 10 }, (_, n) => `page${n}`);
    await Promise.all(names.map(async (name) => await (await fetch(`${url}/${name}`)).text()));
    await app.close();
    for (const name of names) {
      const { id } = toolbar.exchanges.find(({ path }) => path === `/${name}`)!;
      const blocks = JSON.stringify(toolbar.page(id)!.panels.find((panel) => panel.id === "logs")!.blocks);
      expect(blocks).toContain("shown");
      expect(names.filter((each) => blocks.includes(each))).toEqual([name]);
    }
  });
});

describe("toolbar.logStream", () => {
  test("B15: winston's lines are there with their level and members", async () => {
    const stream = sink();
    const messages = await logged((toolbar) => {
      const logger = winston.createLogger({
        level: "silly",
        format: winston.format.json(),
        transports: [new winston.transports.Stream({ stream: toolbar.logStream(stream) })],
      });
      logger.warn("stock is low", { left: 2, token: "abc" });
      logger.silly("deep");
    });
    expect(texts(messages)).toEqual(["warn stock is low", "debug deep"]);
    expect(messages[0]!.fields).toEqual({ left: 2, token: "••••••••" });
    expect(stream.lines.join("")).toContain('"left":2');
  });

  test("B15: morgan's line is there, with the request that it is about", async () => {
    const { createServer } = await import("node:http");
    const toolbar = make();
    const stream = sink();
    const log = morgan(":method :url :status", { stream: toolbar.logStream(stream) });
    const server = createServer((request, response) => log(request, response, () => void response.end("ok")));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    await Promise.all([1, 2, 3].map(async (n) => await (await fetch(`http://127.0.0.1:${port}/p${n}`)).text()));
    await expect.poll(() => toolbar.exchanges.length).toBe(3);
    server.close();
    for (const { id, path } of toolbar.exchanges) {
      const blocks = JSON.stringify(toolbar.page(id)!.panels.find((panel) => panel.id === "logs")!.blocks);
      expect(blocks).toContain(`GET ${path} 200`);
    }
    expect(stream.lines).toHaveLength(3);
  });

  test("several lines of one write are several messages, and a line is what it is", async () => {
    const messages = await logged((toolbar) => {
      const stream = toolbar.logStream();
      stream.write("one\n\u001B[32mtwo\u001B[0m\n\n");
      stream.write(Buffer.from('{"level":"error","message":"three"}\n'));
      stream.write("{broken\n");
      stream.end("four");
    });
    expect(texts(messages)).toEqual(["log one", "log two", "error three", "log {broken", "log four"]);
  });

  test("writes on outside of a request, when off, and when its target fails", async () => {
    const stream = sink();
    const off = new Toolbar({ keys: generateSecretKey(), mode: "production" });
    off.logStream(stream).write("off\n");
    make().logStream(stream).write("outside\n");
    expect(stream.lines).toEqual(["off\n", "outside\n"]);
    const failing = new Writable({ write: (_, __, done) => done(new Error("disk full")) }).on("error", () => {});
    const log = make().logStream(failing);
    await new Promise<void>((resolve) => log.write("lost\n", () => resolve()));
    expect(log.destroyed).toBe(false);
  });
});
