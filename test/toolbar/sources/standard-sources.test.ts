import { channel, tracingChannel } from "node:diagnostics_channel";
import { afterEach, describe, expect, test } from "vitest";
import { generateSecretKey } from "../../../src/keys/generate.ts";
import { KeyRing } from "../../../src/keys/key-ring.ts";
import { Recorder } from "../../../src/toolbar/capture/recorder.ts";
import { Redactor } from "../../../src/toolbar/capture/redact.ts";
import type { Exchange, Span, ToolbarRequest } from "../../../src/toolbar/index.ts";
import { standardSources } from "../../../src/toolbar/sources/standard-sources.ts";

const open: Recorder[] = [];
afterEach(() => {
  for (const recorder of open.splice(0)) recorder.close();
});

function record(run: () => void): { readonly spans: readonly Span[]; readonly failures: readonly string[] } {
  const recorder = new Recorder({
    panels: [],
    sources: standardSources(),
    redactor: new Redactor(KeyRing.from(generateSecretKey(), "the test's key")),
    directory: process.cwd(),
    isOwn: () => false,
    onFinish: () => {},
    nextSequence: () => 1,
  });
  open.push(recorder);
  const exchange: Exchange = recorder.begin(REQUEST, {});
  recorder.run(exchange, run);
  recorder.finish(exchange);
  return { spans: exchange.spans, failures: recorder.failures };
}

const REQUEST: ToolbarRequest = {
  method: "GET",
  url: "/",
  header: () => undefined,
  headers: [],
  remoteAddress: "127.0.0.1",
  httpVersion: "1.1",
};

const STRANGE: readonly unknown[] = [
  undefined,
  null,
  0,
  "text",
  Symbol("x"),
  () => {},
  [],
  {},
  { request: 1 },
  { request: {}, response: {} },
  { request: { method: 1, path: {}, origin: null }, response: { statusCode: "200", headers: 1 } },
  { request: { method: "GET", path: "/", origin: 5, getHeader: 1, protocol: "http:" } },
  { req: {}, res: null, handler: 1, layer: {} },
  { req: 1, handler: () => {} },
  { command: 1, args: "x" },
  { command: "GET", args: 7 },
  { query: {}, values: 1 },
  { query: { text: 1 }, client: 1 },
  { sql: 1, duration: "x" },
  { op: "get", cache: 1, key: Symbol("x").description },
  { op: 1 },
  { operation: 1, collection: null },
  { operation: "find" },
  { name: 1, names: 1 },
  { name: "page" },
  { batchMode: 1 },
  { serverAddress: 1 },
];

const names = [...new Set(standardSources().flatMap(({ channels }) => Object.keys(channels)))];

describe("the sources", () => {
  test("have different ids", () => {
    const ids = standardSources().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
  });

  test("ignore messages of unknown shapes, on every channel", () => {
    const { spans, failures } = record(() => {
      for (const name of names) {
        for (const message of STRANGE) {
          channel(name).publish(message);
          channel(name).runStores(message as object, () => {});
        }
      }
    });
    expect(failures).toEqual([]);
    expect(spans.filter(({ label }) => label !== "get undefined" && label !== "get x")).toEqual([]);
  });

  test("are named as sources when they fail, are switched off, and harm nobody", () => {
    const hostile = (): object =>
      Object.defineProperty({}, "query", {
        get: () => {
          throw new Error("hostile");
        },
      });
    const answers: unknown[] = [];
    const { failures, spans } = record(() => {
      for (let index = 0; index < 20; index++)
        answers.push(tracingChannel("mysql2:query").traceSync(() => "answer", hostile()));
      tracingChannel("pg:query").traceSync(() => ({ rowCount: 2 }), { query: { text: "select 1" }, client: {} });
    });
    expect(new Set(answers)).toEqual(new Set(["answer"]));
    expect(failures).toEqual([
      expect.stringMatching(/^The toolbar's source mysql2 failed \d+ times and was switched off/),
    ]);
    expect(spans).toMatchObject([{ label: "select 1" }]);
  });

  test("stop when the toolbar is closed", () => {
    record(() => {});
    open.splice(0).forEach((recorder) => recorder.close());
    expect(names.filter((name) => channel(name).hasSubscribers)).toEqual([]);
  });
});

describe("pg, for the day it publishes", () => {
  test("a statement has its rows, its database and its error", async () => {
    const query = tracingChannel("pg:query");
    const run = async (): Promise<void> => {
      const about = (text: string): object => ({ query: { text }, client: { database: "shop", host: "localhost" } });
      await query.tracePromise(
        async () => await Promise.resolve({ rowCount: 3, rows: [] }),
        about("select *\n from carts"),
      );
      await query
        .tracePromise(async () => await Promise.reject(new Error("no such table")), about("select x"))
        .catch(() => {});
      query.traceCallback(
        (done: (error: unknown, result?: unknown) => void) => done(null, { rowCount: 1 }),
        0,
        about("select 1"),
        undefined,
        () => {},
      );
    };
    const recorder = new Recorder({
      panels: [],
      sources: standardSources(),
      redactor: new Redactor(KeyRing.from(generateSecretKey(), "the test's key")),
      directory: process.cwd(),
      isOwn: () => false,
      onFinish: () => {},
      nextSequence: () => 1,
    });
    open.push(recorder);
    const exchange = recorder.begin(REQUEST, {});
    await recorder.run(exchange, run);
    expect(exchange.spans).toMatchObject([
      { kind: "sql", label: "select * from carts", detail: { system: "postgresql", database: "shop", rows: 3 } },
      { label: "select x", error: "Error: no such table" },
      { label: "select 1", detail: { rows: 1 } },
    ]);
    expect(exchange.spans.every(({ duration, parent }) => duration !== null && parent === null)).toBe(true);
  });
});

describe("node:sqlite of Node 26", () => {
  test("a statement began before it was told of, and is left out inside of another one", () => {
    const message = { sql: "select 'a'\n", database: {}, duration: 2_000_000 };
    const { spans } = record(() => {
      channel("sqlite.db.query").publish(message);
      tracingChannel("pg:query").traceSync(() => channel("sqlite.db.query").publish(message), {
        query: { text: "outer" },
      });
    });
    expect(spans).toMatchObject([
      { kind: "sql", label: "select 'a'", detail: { system: "sqlite", isInlined: true } },
      { label: "outer" },
    ]);
  });
});
