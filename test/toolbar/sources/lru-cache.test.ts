import { setTimeout as wait } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RecordedServer } from "../../support/recorded-server.ts";

const SECRET = "hunter2-is-a-value";
const server = new RecordedServer();
const cache = new LRUCache<string | object, string>({
  max: 1_000,
  fetchMethod: async (key) => {
    await wait(5);
    if (key === "broken") throw new Error("no such thing");
    return SECRET;
  },
});

beforeAll(async () => {
  await server.start((request, response) => {
    const n = request.url!.slice(1);
    const run: Readonly<Record<string, () => unknown>> = {
      "/fetch": async () => {
        await cache.fetch("fresh");
        await cache.fetch("fresh");
        await cache.fetch("broken").catch(() => {});
      },
      "/many": () => {
        for (let index = 0; index < 200_000; index++) cache.get(`key:${index}`);
        server.toolbar.span("after the cache", () => {});
      },
      "/small": () => {
        const small = new LRUCache<object, string>({ max: 1 });
        small.set({ secret: SECRET }, SECRET).set({ other: SECRET }, SECRET);
        small.delete({});
      },
    };
    const own = async (): Promise<void> => {
      cache.get(`cart:${n}`);
      await wait(1);
      cache.set(`cart:${n}`, SECRET);
      cache.get(`cart:${n}`);
    };
    void Promise.resolve((run[request.url!] ?? own)()).then(() => response.end("done"));
  });
});
afterAll(async () => await server.stop());

describe("lru-cache", () => {
  test("40 requests at once have their own reads and writes, and no value", async () => {
    const visits = await server.visitForty();
    for (const { path, spans } of visits) {
      const n = path.slice(1);
      expect(spans.map(({ kind, label, detail, error }) => [kind, label, detail["isHit"], error])).toEqual([
        ["cache", `get cart:${n}`, false, null],
        ["cache", `set cart:${n}`, undefined, null],
        ["cache", `get cart:${n}`, true, null],
      ]);
    }
    expect(JSON.stringify(visits)).not.toContain("hunter2");
  });

  test("a fetch lasts until the value is there", async () => {
    const { spans } = await server.visit("/fetch");
    expect(spans).toMatchObject([
      { label: "fetch fresh", detail: { isHit: false }, error: null },
      { label: "fetch fresh", detail: { isHit: true }, error: null },
      { label: "fetch broken", error: "Error: no such thing" },
    ]);
    expect(spans[0]!.duration).toBeGreaterThan(3);
    expect(JSON.stringify(spans)).not.toContain("hunter2");
  });

  test("200,000 reads leave room for what comes after them", async () => {
    const { spans, omitted } = await server.visit("/many");
    expect(spans).toHaveLength(301);
    expect(spans.at(-1)).toMatchObject({ kind: "app", label: "after the cache" });
    expect(omitted).toEqual({ cache: 199_700 });
  });

  test("what is removed for a new entry is not shown, and neither is what a key holds", async () => {
    const { spans } = await server.visit("/small");
    expect(spans.map(({ label }) => label)).toEqual(["set [object]", "set [object]", "delete [object]"]);
    expect(JSON.stringify(spans)).not.toContain("hunter2");
  });
});
