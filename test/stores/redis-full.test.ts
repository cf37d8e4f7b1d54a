import { Redis } from "ioredis";
import { SessionManager, type LatchkeyError } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { RedisStore } from "latchkey/stores/redis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { unixNow } from "../../src/clock.ts";
import { CookieJar } from "../support/cookies.ts";
import { redisPrograms, startRedis, type Service } from "../support/services.ts";

/*
 * A Redis at its `maxmemory`, with the policy noeviction. Visitors must not be able to fill the
 * machine, and everybody must be able to log out.
 */
const PAYLOAD = "x".repeat(200);

describe.skipIf(redisPrograms === undefined)("RedisStore on a full Redis", () => {
  let server: Service;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.port, "127.0.0.1");
    await redis.config("SET", "maxmemory-policy", "noeviction");
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  /** From here to the end of the test, Redis has less memory than it uses. */
  async function fill(): Promise<void> {
    onTestFinished(async () => void (await redis.config("SET", "maxmemory", "0")));
    await redis.config("SET", "maxmemory", "1");
    await expect(redis.set("any", "thing")).rejects.toThrow(/OOM/);
  }

  /** All keys under a prefix, with what they hold and the second in which they end. */
  async function dump(prefix: string): Promise<unknown> {
    const keys = (await redis.keys(`${prefix}*`)).sort();
    return await Promise.all(
      keys.map(async (key) => [
        key,
        await redis.call("EXPIRETIME", key),
        key.includes(":session:") ? await redis.hgetall(key) : await redis.zrange(key, "0", "-1", "WITHSCORES"),
      ]),
    );
  }

  const CLIENTS: Readonly<Record<string, (prefix: string) => Promise<RedisStore>>> = {
    redis: async (prefix) => {
      const client = await createClient({ url: `redis://127.0.0.1:${server.port}` }).connect();
      onTestFinished(() => client.destroy());
      return new RedisStore(client, { prefix });
    },
    ioredis: async (prefix) => {
      const client = new Redis(server.port, "127.0.0.1");
      onTestFinished(() => client.disconnect());
      return await Promise.resolve(new RedisStore(client, { prefix }));
    },
  };

  describe.each(Object.keys(CLIENTS))("with the client %s", (name) => {
    let prefixes = 0;
    const open = async (): Promise<{ readonly store: RedisStore; readonly prefix: string }> => {
      const prefix = `${name}-${prefixes++}:`;
      return { store: await CLIENTS[name]!(prefix), prefix };
    };

    test("S3: what grows is refused, and changes nothing", async () => {
      const { store, prefix } = await open();
      const end = unixNow() + 1000;
      await store.set("anonymous", PAYLOAD, end);
      await store.set("hers", PAYLOAD, end, { subject: "ada" });
      await fill();
      const before = await dump(prefix);
      const refused: Readonly<Record<string, () => Promise<unknown>>> = {
        "a new session": async () => await store.set("new", "p", end),
        "a new session that expires in the past": async () => await store.set("new", "p", unixNow() - 5),
        "a new session of a subject": async () => await store.set("new", "p", end, { subject: "ada" }),
        "a new session of a new subject": async () => await store.set("new", "p", end, { subject: "grace" }),
        "a longer payload": async () => await store.set("anonymous", `${PAYLOAD}x`, end + 9, { replaces: PAYLOAD }),
        "a longer payload in bytes": async () =>
          await store.set("anonymous", "é".repeat(101), end + 9, { replaces: PAYLOAD }),
        "a longer payload of a subject": async () =>
          await store.set("hers", `${PAYLOAD}x`, end + 9, { replaces: PAYLOAD, subject: "ada" }),
        "a longer payload without the subject": async () =>
          await store.set("hers", `${PAYLOAD}x`, end, { replaces: PAYLOAD }),
        "a subject": async () => await store.set("anonymous", PAYLOAD, end, { replaces: PAYLOAD, subject: "grace" }),
        "another subject": async () => await store.set("hers", "p", end, { replaces: PAYLOAD, subject: "grace" }),
      };
      for (const [what, write] of Object.entries(refused)) {
        await expect(write(), what).rejects.toThrow(/OOM/);
        expect(await dump(prefix), what).toEqual(before);
      }
    });

    test("S3: reading, extending, shortening and removing work", async () => {
      const { store, prefix } = await open();
      const end = unixNow() + 1000;
      for (const id of ["a", "b", "c", "d"]) await store.set(id, PAYLOAD, end, { subject: "ada" });
      await store.set("anonymous", PAYLOAD, end);
      await fill();
      expect([await store.get("a"), (await store.listBySubject("ada")).length]).toEqual([PAYLOAD, 4]);
      // The second time is far beyond the entry in the index, which has to be prolonged first.
      for (const later of [end + 50, end + 100_000]) {
        expect(await store.set("a", PAYLOAD, later, { replaces: PAYLOAD, subject: "ada" })).toBe(true);
        expect(await store.set("anonymous", PAYLOAD, later, { replaces: PAYLOAD })).toBe(true);
        expect(Number(await redis.call("EXPIRETIME", `${prefix}session:a`))).toBe(later + 1);
        expect(Number(await redis.call("EXPIRETIME", `${prefix}session:anonymous`))).toBe(later + 1);
        expect(Number(await redis.call("EXPIRETIME", `${prefix}subject:ada`))).toBeGreaterThan(later);
      }
      expect(await store.set("a", "short", end, { replaces: PAYLOAD, subject: "ada" })).toBe(true);
      expect(await store.set("b", "mark", end, { replaces: PAYLOAD })).toBe(true);
      expect(await store.set("b", "late", end, { replaces: PAYLOAD })).toBe(false);
      expect([await store.get("a"), await store.get("b"), (await store.listBySubject("ada")).length]).toEqual([
        "short",
        "mark",
        3,
      ]);
      // As a manager logs out.
      expect(await store.set("c", "ended", unixNow() + 60, { replaces: PAYLOAD })).toBe(true);
      await store.delete("c");
      await store.delete("anonymous");
      expect([await store.get("c"), await store.get("anonymous")]).toEqual([undefined, undefined]);
      expect(await store.deleteBySubject("ada")).toBe(2);
      expect(await redis.keys(`${prefix}*`)).toEqual([`${prefix}session:b`]);
    });

    test("S3: a manager logs out and ends all sessions of a subject, and says why it does not log in", async () => {
      const { store } = await open();
      const manager = new SessionManager({ keys: generateSecretKey(), store, storeTimeout: 60 });
      const jars = await Promise.all(
        [1, 2, 3].map(async () => {
          const jar = new CookieJar();
          const session = await manager.load(undefined);
          session.login("ada");
          jar.take(
            (await manager.commit(session)).filter(([header]) => header === "Set-Cookie").map(([, line]) => line),
          );
          return jar;
        }),
      );
      const [first, second, third] = jars.map(({ header }) => header);
      await fill();
      const leaving = await manager.load(first);
      leaving.logout();
      await manager.commit(leaving);
      const who = async (): Promise<unknown> =>
        await Promise.all([first, second, third].map(async (jar) => (await manager.load(jar)).subject));
      expect(await who()).toEqual([undefined, "ada", "ada"]);
      expect(await manager.revokeAll("ada")).toBe(2);
      expect(await who()).toEqual([undefined, undefined, undefined]);
      const late = await manager.load(undefined);
      late.login("ada");
      const error = await manager.commit(late).then(
        () => undefined,
        (reason: unknown) => reason as LatchkeyError,
      );
      expect(error).toMatchObject({
        code: "store_failed",
        cause: { message: expect.stringContaining("OOM") as string },
      });
    });
  });

  test("S3: visitors cannot fill more than maxmemory", async () => {
    onTestFinished(async () => void (await redis.config("SET", "maxmemory", "0")));
    const used = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await redis.info("memory"))![1]);
    const limit = (await used()) + 2_000_000;
    await redis.config("SET", "maxmemory", String(limit));
    const store = new RedisStore(redis, { prefix: "visitors:" });
    const end = unixNow() + 1000;
    const written = await Promise.allSettled(
      Array.from({ length: 3000 }, async (_, number) => await store.set(`v${number}`, "x".repeat(3000), end)),
    );
    expect(written.filter(({ status }) => status === "rejected").length).toBeGreaterThan(2000);
    // And not by letting one session grow, or by changing it back and forth.
    const [first] = written.flatMap(({ status }, number) => (status === "fulfilled" ? [`v${number}`] : []));
    await expect(store.set(first!, "x".repeat(100_000), end, { replaces: "x".repeat(3000) })).rejects.toThrow(/OOM/);
    expect(await store.set(first!, "", end, { replaces: "x".repeat(3000) })).toBe(true);
    expect(await used()).toBeLessThan(limit + 1_000_000);
  });
});
