import { setTimeout as wait } from "node:timers/promises";
import { context, SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateSecretKey } from "../../../src/keys/generate.ts";
import { Toolbar } from "../../../src/toolbar/index.ts";
import { RecordedServer } from "../../support/recorded-server.ts";

const server = new RecordedServer();
const provider = new TracerProvider({ spanProcessors: [server.toolbar.spanProcessor()] });
const tracer = provider.getTracer("shop");

const inside = async (tracer: Tracer, name: string, run: () => Promise<void>): Promise<void> =>
  await tracer.startActiveSpan(name, async (span) => {
    await run();
    span.end();
  });

const routes: Readonly<Record<string, () => Promise<void>>> = {
  "/fails": async () => {
    const span = tracer.startSpan("pay");
    span.recordException(new TypeError("card a-cookie-value"));
    span.setStatus({ code: SpanStatusCode.ERROR, message: "no" });
    span.end();
    const other = tracer.startSpan("pay again");
    other.setStatus({ code: SpanStatusCode.ERROR, message: "refused" });
    other.end();
  },
  "/attributes": async () => {
    tracer.startSpan("login", { attributes: { "user.password": "hunter2", "cart.size": 3 } }).end();
  },
  "/others": async () => {
    tracer.startSpan("GET /", { kind: SpanKind.SERVER }).end();
    tracer.startSpan("GET", { kind: SpanKind.CLIENT, attributes: { "http.request.method": "GET" } }).end();
    tracer.startSpan("redis-GET", { kind: SpanKind.CLIENT, attributes: { "db.system": "redis" } }).end();
    provider.getTracer("@opentelemetry/instrumentation-express").startSpan("middleware - query").end();
    const attributes = { "db.system.name": "postgresql", "db.query.text": "select 1\n from carts" };
    provider.getTracer("@opentelemetry/instrumentation-pg").startSpan("pg.query", { attributes }).end();
    tracer.startSpan("publish", { kind: SpanKind.PRODUCER }).end();
  },
  "/many": async () => {
    for (let index = 0; index < 1_500; index++) tracer.startSpan("step").end();
  },
};

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  await server.start((request, response) => {
    const n = request.url!.slice(1);
    const own = async (): Promise<void> =>
      await inside(tracer, `order ${n}`, async () => {
        await wait(2);
        await inside(tracer, `price ${n}`, async () => await wait(1));
      });
    void (routes[request.url!] ?? own)().then(() => response.end("done"));
  });
});
afterAll(async () => {
  await server.stop();
  context.disable();
  await provider.shutdown();
});

describe("spans of OpenTelemetry", () => {
  test("40 requests at once have their own, one inside of the other", async () => {
    for (const { path, spans } of await server.visitForty()) {
      const n = path.slice(1);
      expect(spans).toMatchObject([
        { kind: "app", label: `order ${n}`, parent: null, error: null },
        { kind: "app", label: `price ${n}`, parent: 1, error: null },
      ]);
      expect(spans[0]!.duration).toBeGreaterThan(2);
      expect(spans[0]!.where).toMatch(/^test\/toolbar\/sources\/open-telemetry\.test\.ts:\d+$/);
    }
  });

  test("have their error", async () => {
    const { spans } = await server.visit("/fails");
    expect(spans.map(({ error }) => error)).toEqual(["TypeError: card a-cookie-value", "refused"]);
  });

  test("have their attributes, redacted", async () => {
    const { spans } = await server.visit("/attributes");
    expect(spans[0]!.detail).toEqual({ attributes: { "user.password": "••••••••", "cart.size": 3 } });
  });

  test("are left out where the toolbar sees the same by itself", async () => {
    const { spans } = await server.visit("/others");
    expect(spans.map(({ kind, label }) => [kind, label])).toEqual([
      ["sql", "select 1 from carts"],
      ["app", "publish"],
    ]);
  });

  test("are bounded", async () => {
    const { spans, omitted } = await server.visit("/many");
    expect([spans.length, omitted]).toEqual([1_000, { app: 500 }]);
  });

  test("a processor never throws, also while the toolbar is off", async () => {
    const off = new Toolbar({ keys: generateSecretKey(), mode: "production" }).spanProcessor();
    for (const processor of [off, server.toolbar.spanProcessor()]) {
      processor.onStart({}, undefined);
      processor.onEnd({});
      const hostile = Object.defineProperty({}, "name", {
        get: () => {
          throw new Error("hostile");
        },
      });
      processor.onStart(hostile, undefined);
      processor.onEnd(hostile);
      await processor.forceFlush();
      await processor.shutdown();
    }
  });
});
