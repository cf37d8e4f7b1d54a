import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { labelsOf, RecordedServer } from "../../support/recorded-server.ts";
import { redisPrograms, startRedis, type Service } from "../../support/services.ts";

const skip = redisPrograms === undefined;
let service: Service;
beforeAll(async () => {
  if (!skip) service = await startRedis();
});
afterAll(async () => await service?.stop());

/** What both libraries can do, by one set of names. */
interface Commands {
  get(key: string): Promise<unknown>;
  set(key: string, value: string): Promise<unknown>;
  getSet(key: string, value: string): Promise<unknown>;
  mGet(...keys: readonly string[]): Promise<unknown>;
  fail(): Promise<unknown>;
  multi(key: string): Promise<unknown>;
  many(count: number): Promise<unknown>;
  configure(): Promise<unknown>;
  stop(): Promise<unknown>;
}

async function nodeRedis(): Promise<Commands> {
  const client = await createClient({ url: `redis://127.0.0.1:${service.port}` }).connect();
  return {
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    getSet: (key, value) => client.getSet(key, value),
    mGet: (...keys) => client.mGet([...keys]),
    fail: () => client.lPush("text", "x"),
    multi: (key) => client.multi().set(key, "hunter2").incr(`${key}:n`).exec(),
    many: (count) => Promise.all(Array.from({ length: count }, (_, n) => client.get(`n:${n}`))),
    configure: () => client.configSet("requirepass", ""),
    stop: () => client.close(),
  };
}

async function ioRedis(): Promise<Commands> {
  const client = new Redis(service.port, "127.0.0.1", { lazyConnect: true });
  await client.connect();
  return {
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    getSet: (key, value) => client.getset(key, value),
    mGet: (...keys) => client.mget([...keys]),
    fail: () => client.lpush("text", "x"),
    multi: (key) => client.multi().set(key, "hunter2").incr(`${key}:n`).exec(),
    many: (count) => Promise.all(Array.from({ length: count }, (_, n) => client.get(`n:${n}`))),
    configure: () => client.config("SET", "requirepass", ""),
    stop: () => client.quit(),
  };
}

describe.skipIf(skip).each([
  ["node-redis", nodeRedis],
  ["ioredis", ioRedis],
] as const)("%s", (_name, connect) => {
  const server = new RecordedServer();
  let client: Commands;
  beforeAll(async () => {
    client = await connect();
    await client.set("text", "one");
    await server.start((request, response) => {
      const n = request.url!.split("/").at(-1)!;
      const run: Readonly<Record<string, () => Promise<unknown>>> = {
        "/reads": async () => {
          await client.get("text");
          await client.get("nothing");
          await client.mGet("text", "nothing");
        },
        "/values": async () => {
          await client.set("text", "hunter2");
          await client.getSet("text", "hunter2");
          await client.configure();
        },
        "/fails": async () => await client.fail().catch(() => {}),
        "/multi": async () => await client.multi("multi"),
        "/many": async () => await client.many(10_000),
      };
      const own = async (): Promise<void> => {
        await client.set(`cart:${n}`, n);
        await Promise.all([client.get(`cart:${n}`), client.get(`user:${n}`)]);
      };
      void (run[request.url!] ?? own)().then(() => response.end("done"));
    });
  });
  afterAll(async () => {
    await server.stop();
    await client.stop();
  });

  test("40 requests at once have their own commands, with the line", async () => {
    for (const { path, spans } of await server.visitForty()) {
      const n = path.slice(1);
      expect(labelsOf(spans, "redis")).toEqual([`SET cart:${n} ?`, `GET cart:${n}`, `GET user:${n}`]);
      expect(spans).toMatchObject([
        { detail: { command: "SET" }, error: null, parent: null },
        { detail: { command: "GET", isHit: true } },
        { detail: { command: "GET", isHit: false } },
      ]);
      for (const { duration, where } of spans) {
        expect(duration).not.toBeNull();
        expect(where).toMatch(/^test\/toolbar\/sources\/redis\.test\.ts:\d+$/);
      }
    }
  });

  test("says of reads whether something was there", async () => {
    const { spans } = await server.visit("/reads");
    expect(spans.map(({ label, detail }) => [label, detail["isHit"]])).toEqual([
      ["GET text", true],
      ["GET nothing", false],
      ["MGET ? ?", false],
    ]);
  });

  test("never shows a value", async () => {
    const { spans } = await server.visit("/values");
    expect(labelsOf(spans, "redis")).toEqual(["SET text ?", "GETSET text ?", "CONFIG SET ? ?"]);
    expect(JSON.stringify(spans)).not.toContain("hunter2");
  });

  test("has the error of a command that failed", async () => {
    const { spans } = await server.visit("/fails");
    expect(spans).toMatchObject([{ label: "LPUSH text ?", error: expect.stringMatching(/Error: WRONGTYPE/) }]);
  });

  test("shows a transaction as one span", async () => {
    const { spans } = await server.visit("/multi");
    const [batch, ...inside] = spans.toSorted(
      (one, other) => Number(other.label.startsWith("MULTI (")) - Number(one.label.startsWith("MULTI (")),
    );
    expect(batch).toMatchObject({
      kind: "redis",
      label: "MULTI (2 commands)",
      detail: { command: "MULTI", commands: 2 },
    });
    expect(batch!.duration).not.toBeNull();
    expect(JSON.stringify(inside)).not.toContain("hunter2");
  });

  test("10,000 commands in one request are counted, and 1,000 are recorded", async () => {
    const { spans, omitted } = await server.visit("/many");
    expect(spans).toHaveLength(1_000);
    expect(omitted).toEqual({ redis: 9_000 });
  });
});
