import { channel } from "node:diagnostics_channel";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { generateSecretKey } from "../../src/keys/generate.ts";
import {
  Toolbar,
  type Exchange,
  type Panel,
  type Recording,
  type Span,
  type ToolbarRequest,
} from "../../src/toolbar/index.ts";

const open: Toolbar[] = [];
afterEach(() => {
  for (const toolbar of open.splice(0)) toolbar.close();
});

function make(...panels: readonly Panel[]): Toolbar {
  const toolbar = new Toolbar({ keys: generateSecretKey(), panels });
  open.push(toolbar);
  return toolbar;
}

const REQUEST: ToolbarRequest = {
  method: "GET",
  url: "/",
  header: () => undefined,
  headers: [["cookie", "session=a-cookie-value"]],
  remoteAddress: "127.0.0.1",
  httpVersion: "1.1",
};

/** Runs a function as a request of its own, and returns what was recorded. */
async function record(toolbar: Toolbar, run: (exchange: Exchange) => unknown): Promise<Exchange> {
  const exchange = toolbar.begin(REQUEST, {})!;
  await toolbar.run(exchange, () => run(exchange));
  toolbar.finish(exchange);
  return exchange;
}

const tree = (spans: readonly Span[]): readonly string[] =>
  spans.map(({ id, parent, label }) => `${parent ?? "-"} > ${id} ${label}`);

describe("toolbar.span", () => {
  test("returns what the function returns, and records how long it took and where it is", async () => {
    const toolbar = make();
    const { spans } = await record(toolbar, async () => {
      expect(toolbar.span("count", () => 7)).toBe(7);
      expect(await toolbar.span("wait", async () => await wait(20, "done"))).toBe("done");
    });
    expect(spans).toMatchObject([
      { id: 1, kind: "app", label: "count", parent: null, error: null },
      { id: 2, label: "wait" },
    ]);
    expect(spans[1]!.duration).toBeGreaterThan(15);
    expect(spans[0]!.where).toMatch(/^test\/toolbar\/spans\.test\.ts:\d+$/);
  });

  test("puts what begins inside of it below it, also in parallel and after an await", async () => {
    const toolbar = make();
    const { spans } = await record(toolbar, async () => {
      await Promise.all(
        ["a", "b"].map(async (name) => {
          await toolbar.span(name, async () => {
            await wait(1);
            toolbar.span(`${name}1`, () => {});
          });
        }),
      );
      toolbar.span("after", () => {});
    });
    expect(tree(spans).toSorted()).toEqual(["- > 1 a", "- > 2 b", "- > 5 after", "1 > 3 a1", "2 > 4 b1"]);
  });

  test("passes errors on and records them, redacted", async () => {
    const toolbar = make();
    const { spans } = await record(toolbar, async () => {
      expect(() =>
        toolbar.span("throws", () => {
          throw new TypeError("not a-cookie-value");
        }),
      ).toThrow(TypeError);
      await expect(toolbar.span("rejects", async () => await Promise.reject(new Error("no")))).rejects.toThrow("no");
    });
    expect(spans.map(({ error }) => error)).toEqual([
      expect.stringMatching(/^TypeError: not (?!a-cookie)/),
      "Error: no",
    ]);
  });

  test("runs the function alone outside of a request, and while the toolbar is off", () => {
    const off = new Toolbar({ keys: generateSecretKey(), mode: "production" });
    expect(off.enabled).toBe(false);
    expect(off.span("x", () => 1)).toBe(1);
    expect(make().span("x", () => 2)).toBe(2);
  });
});

describe("spans", () => {
  test("are bounded, and what is left out is counted by its kind", async () => {
    const exchange = await record(make(), (recording) => {
      for (let index = 0; index < 10_000; index++) recording.startSpan({ kind: "sql", label: "select 1" }).end();
    });
    expect(exchange.spans).toHaveLength(1_000);
    expect(exchange.omittedSpans).toEqual({ sql: 9_000 });
  });

  test("have no duration when they did not end before the response, and none later", async () => {
    let late: (() => void) | undefined;
    const { spans } = await record(make(), (recording) => {
      const span = recording.startSpan({ kind: "http", label: "GET https://slow.example/" });
      late = () => span.end();
    });
    late!();
    expect(spans[0]!.duration).toBeNull();
  });

  test("have details, redacted by name", async () => {
    const { spans } = await record(make(), (recording) => {
      recording
        .startSpan({ kind: "sql", label: "insert", detail: { password: "hunter2", rows: 0 } })
        .end({ detail: { rows: 3 } });
    });
    expect(spans[0]!.detail).toMatchObject({ rows: 3 });
    expect(JSON.stringify(spans)).not.toContain("hunter2");
  });
});

test("the texts and details of all spans have a limit together, and later ones are cut", async () => {
  const { spans } = await record(make(), (exchange) => {
    for (let index = 0; index < 500; index++) {
      const params = Array.from({ length: 100 }, () => "v".repeat(1_000));
      const span = exchange.startSpan({ kind: "sql", label: `select ${"a, ".repeat(1_000)}`, detail: { params } });
      span.end({ error: new Error("e".repeat(3_000)), detail: { rows: index, more: "m".repeat(3_000) } });
    }
  });
  expect(JSON.stringify(spans).length).toBeLessThan(2_600_000);
  expect(spans[0]!.detail["params"]).toHaveLength(100);
  expect(spans[499]).toMatchObject({
    detail: { rows: 499, params: {} },
    label: expect.stringMatching(/^select .{193}…$/) as string,
  });
});

describe("B14: messages without a context", () => {
  test("are heard by the object that they share with one that had a context", async () => {
    const heard: string[] = [];
    const note =
      (name: string) =>
      (message: unknown, recording: Recording): void =>
        void heard.push(`${name} ${(message as { n: number }).n} ${recording.path}`);
    const key = (message: unknown): unknown => (message as { request: object }).request;
    const toolbar = make({
      id: "calls",
      title: "Calls",
      channels: {
        "test:begun": { key, listener: note("begun") },
        "test:answered": { key, listener: note("answered") },
      },
      collect: () => 0,
      view: () => [],
    });
    const requests = Array.from({ length: 40 }, () => ({}));
    const exchanges = requests.map((request, n) => {
      const exchange = toolbar.begin({ ...REQUEST, url: `/${n}` }, {})!;
      toolbar.run(exchange, () => channel("test:begun").publish({ n, request }));
      return exchange;
    });
    // All answers arrive outside of any request.
    requests.forEach((request, n) => channel("test:answered").publish({ n, request }));
    // One that was never seen with a context belongs to no request.
    channel("test:answered").publish({ n: -1, request: {} });
    exchanges.forEach((exchange) => toolbar.finish(exchange));
    expect(heard.filter((line) => line.startsWith("answered")).toSorted()).toEqual(
      requests.map((_, n) => `answered ${n} /${n}`).toSorted(),
    );
  });
});

describe("what is recorded before the first byte, and redacted after it", () => {
  test("is as it was when it was recorded, whatever the application changes later", async () => {
    const toolbar = make();
    const headers: [string, string][] = [["x-shop", "before"]];
    const request = { ...REQUEST, url: "/cart?page=1", headers };
    const exchange = toolbar.begin(request, {})!;
    headers.splice(0, 1, ["x-more", "after"]);
    const parts = { count: 1 };
    const span = exchange.startSpan({ kind: "app", label: "price", detail: { parts, name: "before" } });
    parts.count = 2;
    span.note({ total: 3 });
    expect(exchange.requestHeaders).toContainEqual(["x-shop", "before"]);
    expect(exchange.requestHeaders).toHaveLength(1);
    expect([exchange.path, exchange.query]).toEqual(["/cart", [["page", "1"]]]);
    expect(exchange.spans[0]).toMatchObject({
      label: "price",
      detail: { parts: { count: 1 }, name: "before", total: 3 },
    });
  });

  test("hides the cookie of the request in what was recorded before anything was read", async () => {
    const toolbar = make();
    const exchange = toolbar.begin(REQUEST, {})!;
    exchange.startSpan({ kind: "app", label: "look up a-cookie-value", detail: { text: "a-cookie-value" } }).end();
    exchange.mark("with a-cookie-value");
    expect(exchange.spanTimes).toHaveLength(1);
    const shown = JSON.stringify([exchange.spans, exchange.marks, exchange.requestCookies]);
    expect(shown).not.toContain("a-cookie-value");
    expect(exchange.spans[0]!.label).toBe("look up [hidden value]");
  });
});
