import { Cluster, Redis } from "ioredis";
import { createClient, createCluster, createSentinel } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unixNow } from "../../src/clock.ts";
import { InvalidOptionError } from "latchkey";
import { RedisStore, type IoredisClient, type NodeRedisClient } from "latchkey/stores/redis";
import { INDEXED, storeSuite } from "../contracts/store-suite.ts";
import {
  redisPrograms,
  startRedis,
  startRedisCluster,
  startSentinel,
  type RedisCluster,
  type Service,
} from "../support/services.ts";

describe("RedisStore", () => {
  test("A17: refuses a value that is not a Redis client, a prefix that is not a string, and unknown options", () => {
    const client = { hget: async () => await Promise.resolve(null), eval: async () => await Promise.resolve("done") };
    for (const bad of [undefined, null, {}, { get: () => "x" }, "redis://localhost", Promise.resolve(client), Redis]) {
      expect(() => new RedisStore(bad as unknown as Redis)).toThrow(InvalidOptionError);
    }
    expect(() => new RedisStore("redis://a:secret@localhost" as unknown as Redis)).toThrow(
      /It got a string\. Fix: new RedisStore/,
    );
    expect(() => new RedisStore(Promise.resolve(client) as unknown as Redis)).toThrow(
      /It got a promise\. Fix: await the promise/,
    );
    expect(() => new RedisStore(client, { prefix: 7 as unknown as string })).toThrow(/It is a number/);
    expect(() => new RedisStore(client, { keyPrefix: "x:" } as object)).toThrow(
      /no option "keyPrefix"\. Did you mean "prefix"\?/,
    );
  });
});

describe.skipIf(redisPrograms === undefined)("RedisStore on one server", () => {
  let server: Service;
  beforeAll(async () => void (server = await startRedis()));
  afterAll(async () => await server.stop());

  storeSuite("with redis", INDEXED, async () => {
    const client = await createClient({ url: `redis://127.0.0.1:${server.port}` }).connect();
    return { store: new RedisStore(client, { prefix: "node-redis:" }), close: () => client.destroy() };
  });
  storeSuite("with redis and RESP 2", INDEXED, async () => {
    const client = await createClient({ url: `redis://127.0.0.1:${server.port}`, RESP: 2 }).connect();
    return { store: new RedisStore(client, { prefix: "resp2:" }), close: () => client.destroy() };
  });
  storeSuite("with ioredis", INDEXED, () => {
    const client = new Redis(server.port, "127.0.0.1", { keyPrefix: "application:" });
    return { store: new RedisStore(client), close: () => client.disconnect() };
  });

  describe("and a Sentinel", () => {
    let sentinel: Service;
    beforeAll(async () => void (sentinel = await startSentinel(server)));
    afterAll(async () => await sentinel.stop());

    storeSuite("with redis", INDEXED, async () => {
      const client = await createSentinel({
        name: "main",
        sentinelRootNodes: [{ host: "127.0.0.1", port: sentinel.port }],
      }).connect();
      return { store: new RedisStore(client, { prefix: "sentinel:" }), close: async () => await client.close() };
    });
    storeSuite("with ioredis", INDEXED, () => {
      const client = new Redis({ name: "main", sentinels: [{ host: "127.0.0.1", port: sentinel.port }] });
      return { store: new RedisStore(client, { prefix: "iosentinel:" }), close: () => client.disconnect() };
    });
  });

  describe("keeps its keys in order:", () => {
    let redis: Redis;
    beforeAll(() => void (redis = new Redis(server.port, "127.0.0.1")));
    afterAll(() => redis.disconnect());

    const keysOf = async (prefix: string): Promise<string[]> => (await redis.keys(`${prefix}*`)).sort();
    const secondsLeft = async (key: string): Promise<number> => await redis.ttl(key);

    test("a session is one hash under its prefix, which Redis lets expire", async () => {
      const store = new RedisStore(redis, { prefix: "one:" });
      await store.set("id", "payload", unixNow() + 100);
      expect(await keysOf("one:")).toEqual(["one:session:id"]);
      expect(await redis.hget("one:session:id", "payload")).toBe("payload");
      expect(await secondsLeft("one:session:id")).toBeLessThanOrEqual(101);
      expect(await store.set("id", "payload", unixNow() + 500, { replaces: "payload" })).toBe(true);
      expect(await secondsLeft("one:session:id")).toBeGreaterThan(101);
      await store.set("id", "next", unixNow() + 50, { replaces: "payload" });
      expect(await secondsLeft("one:session:id")).toBeLessThanOrEqual(51);
    });

    test("an index never ends before its sessions, and never lasts for ever", async () => {
      const store = new RedisStore(redis, { prefix: "index:" });
      const index = "index:subject:ada";
      await store.set("id", "one", unixNow() + 100, { subject: "ada" });
      expect(await secondsLeft(index)).toBeGreaterThan(150);
      expect(await secondsLeft(index)).toBeLessThanOrEqual(202);
      expect(await store.set("id", "one", unixNow() + 1000, { replaces: "one", subject: "ada" })).toBe(true);
      expect(await secondsLeft(index)).toBeGreaterThan(1500);
      await store.set("id", "two", unixNow() + 9000, { replaces: "one", subject: "ada" });
      expect(await secondsLeft(index)).toBeGreaterThan(9000);
    });

    test("nothing stays of sessions that were deleted, ended together, or passed on", async () => {
      const store = new RedisStore(redis, { prefix: "gone:" });
      const end = unixNow() + 100;
      await store.set("a", "a", end, { subject: "ada" });
      await store.delete("a");
      expect(await keysOf("gone:")).toEqual([]);
      await store.set("b", "b", end, { subject: "ada" });
      await store.set("c", "c", end, { subject: "ada" });
      await store.deleteBySubject("ada");
      expect(await keysOf("gone:")).toEqual([]);
      await store.set("d", "d", end, { subject: "ada" });
      await store.set("d", "moved", end, { replaces: "d" });
      expect(await keysOf("gone:")).toEqual(["gone:session:d"]);
    });

    test("entries of sessions that have expired leave an index when a session joins it", async () => {
      const store = new RedisStore(redis, { prefix: "old:" });
      await redis.zadd("old:subject:ada", unixNow() - 5, "long-expired");
      await store.set("new", "new", unixNow() + 100, { subject: "ada" });
      expect(await redis.zrange("old:subject:ada", "0", "-1")).toEqual(["new"]);
    });

    test("a session without its record is skipped, and one that belongs to another is not removed", async () => {
      const store = new RedisStore(redis, { prefix: "stray:" });
      const end = unixNow() + 100;
      await store.set("hers", "payload", end, { subject: "grace" });
      await redis.zadd("stray:subject:ada", String(end), "hers", String(end), "nobody's");
      expect(await store.listBySubject("ada")).toEqual([]);
      expect(await store.deleteBySubject("ada")).toBe(0);
      expect(await store.get("hers")).toBe("payload");
    });

    test("a clean-up that comes late spares an entry that was renewed meanwhile", async () => {
      // Two writers in the order that would hurt: the first has taken the session from Ada and is
      // about to tidy her index.
      const held: (() => Promise<unknown>)[] = [];
      const slow = {
        hget: redis.hget.bind(redis),
        eval: async (script: string, count: number, ...args: [string, ...string[]]): Promise<unknown> => {
          if (!script.includes("ZREM'")) return await redis.eval(script, count, ...args);
          return await new Promise((resolve) =>
            held.push(async () => resolve(await redis.eval(script, count, ...args))),
          );
        },
      };
      const [first, second] = [new RedisStore(slow, { prefix: "late:" }), new RedisStore(redis, { prefix: "late:" })];
      const end = unixNow() + 100;
      await second.set("id", "hers", end, { subject: "ada" });
      const passedOn = first.set("id", "nobody's", end, { replaces: "hers" });
      await expect.poll(() => held.length).toBe(1);
      await second.set("id", "hers again", end, { replaces: "nobody's", subject: "ada" });
      await held[0]!();
      expect(await passedOn).toBe(true);
      expect(await second.listBySubject("ada")).toEqual([{ id: "id", payload: "hers again", expiresAt: end }]);
    });

    describe.each(["redis", "ioredis"] as const)("scripts are called by their digest, with %s", (name) => {
      const end = unixNow() + 100;
      const calls = async (command: string): Promise<number> => {
        const [, count = "0"] =
          new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(await redis.info("commandstats")) ?? [];
        return Number(count);
      };
      const clientOf = async (user?: string): Promise<[client: NodeRedisClient | IoredisClient, close: () => void]> => {
        const login = user === undefined ? {} : { username: user, password: "secret" };
        if (name === "ioredis") {
          const own = new Redis({ port: server.port, ...login });
          return [own, () => own.disconnect()];
        }
        const own = await createClient({ url: `redis://127.0.0.1:${server.port}`, ...login }).connect();
        return [own as unknown as NodeRedisClient, () => own.destroy()];
      };

      test("also after Redis has forgotten them", async () => {
        const [client, close] = await clientOf();
        try {
          const store = new RedisStore(client, { prefix: `digest-${name}:` });
          for (const round of ["one", "two", "three"]) {
            if (round !== "two") await redis.script("FLUSH");
            const texts = await calls("eval");
            const replaces = await store.get("id");
            expect(await store.set("id", round, end, { replaces })).toBe(true);
            expect(await store.get("id")).toBe(round);
            expect(await calls("eval")).toBe(texts + (round === "two" ? 0 : 1));
          }
        } finally {
          close();
        }
      });

      test("and by their text where EVALSHA is not allowed", async () => {
        await redis.call("ACL", "SETUSER", "texts", "reset", "on", ">secret", "~*", "+@all", "-evalsha");
        const [client, close] = await clientOf("texts");
        try {
          const store = new RedisStore(client, { prefix: `texts-${name}:` });
          const texts = await calls("eval");
          expect(await store.set("id", "one", end)).toBe(true);
          expect(await store.set("id", "two", end, { replaces: "one" })).toBe(true);
          expect(await store.set("id", "three", end, { replaces: "one" })).toBe(false);
          expect(await store.get("id")).toBe("two");
          expect(await calls("eval")).toBe(texts + 3);
        } finally {
          close();
        }
      });
    });

    test("reading, saving and extending take one round trip each, and a new session with a subject takes two", async () => {
      const end = unixNow() + 100;
      let trips = 0;
      const counted = {
        hget: async (key: string, field: string) => (trips++, await redis.hget(key, field)),
        eval: async (script: string, count: number, ...args: [string, ...string[]]) => (
          trips++,
          await redis.eval(script, count, ...args)
        ),
      };
      const store = new RedisStore(counted, { prefix: "trips:" });
      const cost = async (work: () => Promise<unknown>): Promise<number> => {
        const before = trips;
        await work();
        return trips - before;
      };
      expect(await cost(async () => await store.set("anonymous", "one", end))).toBe(1);
      expect(await cost(async () => await store.set("hers", "one", end, { subject: "ada" }))).toBe(2);
      for (const id of ["anonymous", "hers"]) {
        const subject = id === "hers" ? "ada" : undefined;
        expect(await cost(async () => await store.get(id))).toBe(1);
        expect(await cost(async () => await store.set(id, "one", end + 50, { replaces: "one", subject }))).toBe(1);
        expect(await cost(async () => await store.set(id, "two", end + 60, { replaces: "one", subject }))).toBe(1);
        expect(await cost(async () => await store.set(id, "two", end + 60, { replaces: "one", subject }))).toBe(1);
      }
      expect(await cost(async () => await store.delete("anonymous"))).toBe(1);
      expect(await cost(async () => await store.delete("hers"))).toBe(2);
    });
  });
});

describe.skipIf(redisPrograms === undefined)("RedisStore on a Cluster of six", () => {
  let cluster: RedisCluster;
  beforeAll(async () => void (cluster = await startRedisCluster()));
  afterAll(async () => await cluster.stop());

  storeSuite("with redis", INDEXED, async () => {
    const client = await createCluster({
      rootNodes: cluster.nodes.map(({ port }) => ({ url: `redis://127.0.0.1:${port}` })),
    }).connect();
    return { store: new RedisStore(client, { prefix: "node-redis:" }), close: () => client.destroy() };
  });
  storeSuite("with ioredis", INDEXED, () => {
    const client = new Cluster(cluster.nodes.map(({ port }) => ({ port, host: "127.0.0.1" })));
    return { store: new RedisStore(client, { prefix: "ioredis:" }), close: () => client.disconnect() };
  });
});
