import { PGlite } from "@electric-sql/pglite";
import { Cluster, Redis } from "ioredis";
import { InvalidOptionError, type AnnouncementListener, type AnnouncingStore } from "latchkey";
import { MemoryStore } from "latchkey/stores/memory";
import { PostgresStore } from "latchkey/stores/postgres";
import { RedisStore } from "latchkey/stores/redis";
import { Client, Pool } from "pg";
import postgres from "postgres";
import { createClient, createCluster, createSentinel } from "redis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { ANNOUNCING, storeSuite } from "../contracts/store-suite.ts";
import {
  postgresPrograms,
  redisPrograms,
  startPostgres,
  startRedis,
  startRedisCluster,
  startSentinel,
  type RedisCluster,
  type Service,
} from "../support/services.ts";

const MESSAGE = `ended logout ${"x".repeat(43)}`;

/** One who listens, and what was called. */
async function listen(
  store: AnnouncingStore,
): Promise<{ readonly calls: string[]; readonly stop: () => Promise<void> }> {
  const calls: string[] = [];
  const listener: AnnouncementListener = {
    heard: (message) => void calls.push(message),
    missed: () => void calls.push("missed"),
    lost: () => void calls.push("lost"),
  };
  return { calls, stop: await store.listen(listener)! };
}

storeSuite("MemoryStore", ANNOUNCING, () => ({ store: new MemoryStore() }));

describe.skipIf(redisPrograms === undefined)("RedisStore on one server", { timeout: 300_000 }, () => {
  let server: Service;
  const url = (): string => `redis://127.0.0.1:${server.port}`;
  beforeAll(async () => void (server = await startRedis()), 120_000);
  afterAll(async () => await server.stop());

  for (const RESP of [2, 3] as const)
    storeSuite(`with redis and RESP ${RESP}`, ANNOUNCING, async () => {
      const client = await createClient({ url: url(), RESP }).connect();
      const subscriber = await client.duplicate().connect();
      const store = new RedisStore(client, { prefix: `resp ${RESP}:`, subscriber });
      return { store, close: () => [client, subscriber].forEach((each) => each.destroy()) };
    });
  storeSuite("with ioredis", ANNOUNCING, () => {
    const client = new Redis(server.port, "127.0.0.1", { keyPrefix: "application:" });
    const subscriber = client.duplicate();
    const store = new RedisStore(client, { subscriber });
    return { store, close: () => [client, subscriber].forEach((each) => each.disconnect()) };
  });

  test("hears nothing of another prefix", async () => {
    const client = new Redis(server.port, "127.0.0.1");
    const subscriber = client.duplicate();
    onTestFinished(() => [client, subscriber].forEach((each) => each.disconnect()));
    const [one, other] = ["one:", "other:"].map((prefix) => new RedisStore(client, { prefix, subscriber }));
    const { calls, stop } = await listen(one!);
    await other!.announce(MESSAGE.replace("logout", "revoked"));
    await one!.announce(MESSAGE);
    await expect.poll(() => calls).toEqual([MESSAGE]);
    await stop();
  });

  test.each(["redis", "ioredis"])("says what was missed when %s has connected again", async (kind) => {
    const admin = new Redis(server.port, "127.0.0.1");
    const client = new Redis(server.port, "127.0.0.1");
    const subscriber =
      kind === "ioredis"
        ? new Redis(server.port, "127.0.0.1", { connectionName: "cut" })
        : createClient({ url: url(), name: "cut" });
    subscriber.on("error", () => undefined);
    if ("connect" in subscriber && !(subscriber instanceof Redis)) await subscriber.connect();
    onTestFinished(() => {
      for (const each of [admin, client]) each.disconnect();
      if (subscriber instanceof Redis) subscriber.disconnect();
      else subscriber.destroy();
    });
    const store = new RedisStore(client, { prefix: `cut ${kind}:`, subscriber });
    const { calls, stop } = await listen(store);
    const list = (await admin.call("CLIENT", "LIST")) as string;
    const id = /^id=(\d+) .* name=cut /m.exec(list)![1]!;
    await admin.call("CLIENT", "KILL", "ID", id);
    await expect.poll(() => calls).toEqual(["missed"]);
    await store.announce(MESSAGE);
    await expect.poll(() => calls).toEqual(["missed", MESSAGE]);
    await stop();
  });

  test("cannot listen without a subscriber, and refuses what cannot subscribe", async () => {
    const client = new Redis(server.port, "127.0.0.1");
    onTestFinished(() => client.disconnect());
    const listener = { heard: () => undefined, missed: () => undefined, lost: () => undefined };
    expect(new RedisStore(client).listen(listener)).toBeUndefined();
    expect(() => new RedisStore(client, { subscriber: client })).toThrow(
      /must be a second client.*Fix: .*duplicate\(\)/,
    );
    for (const bad of [null, "redis://localhost", {}, Promise.resolve(client)])
      expect(() => new RedisStore(client, { subscriber: bad as never })).toThrow(InvalidOptionError);
    const bare = { hget: client.hget.bind(client), eval: client.eval.bind(client) };
    await expect(new RedisStore(bare as never).announce(MESSAGE)).resolves.toBeUndefined();
  });

  describe("behind a Sentinel", () => {
    let sentinel: Service;
    beforeAll(async () => void (sentinel = await startSentinel(server)), 120_000);
    afterAll(async () => await sentinel.stop());

    storeSuite("with redis", ANNOUNCING, async () => {
      const open = async () =>
        await createSentinel({
          name: "main",
          sentinelRootNodes: [{ host: "127.0.0.1", port: sentinel.port }],
        }).connect();
      const [client, subscriber] = [await open(), await open()];
      const store = new RedisStore(client, { prefix: "sentinel:", subscriber });
      return { store, close: async () => void (await Promise.all([client.close(), subscriber.close()])) };
    });
  });
});

describe.skipIf(redisPrograms === undefined)("RedisStore on a Cluster", { timeout: 300_000 }, () => {
  let cluster: RedisCluster;
  beforeAll(async () => void (cluster = await startRedisCluster()), 120_000);
  afterAll(async () => await cluster.stop());

  storeSuite("with redis", ANNOUNCING, async () => {
    const client = createCluster({
      rootNodes: cluster.nodes.map(({ port }) => ({ url: `redis://127.0.0.1:${port}` })),
    });
    await client.connect();
    const subscriber = client.duplicate();
    await subscriber.connect();
    const store = new RedisStore(client, { subscriber });
    return { store, close: () => [client, subscriber].forEach((each) => each.destroy()) };
  });
  storeSuite("with ioredis", ANNOUNCING, () => {
    const client = new Cluster(cluster.nodes.map(({ port }) => ({ port, host: "127.0.0.1" })));
    const subscriber = client.duplicate();
    const store = new RedisStore(client, { subscriber });
    return { store, close: () => [client, subscriber].forEach((each) => each.disconnect()) };
  });
  storeSuite("with ioredis, and a subscriber of one node", ANNOUNCING, () => {
    const client = new Cluster(cluster.nodes.map(({ port }) => ({ port, host: "127.0.0.1" })));
    const subscriber = new Redis(cluster.nodes[2]!.port, "127.0.0.1");
    const store = new RedisStore(client, { subscriber });
    return { store, close: () => [client, subscriber].forEach((each) => each.disconnect()) };
  });
});

describe.skipIf(postgresPrograms === undefined)("PostgresStore", { timeout: 300_000 }, () => {
  let server: Service & { readonly url: string };
  beforeAll(async () => void (server = await startPostgres()), 120_000);
  afterAll(async () => await server.stop());

  storeSuite("with pg", ANNOUNCING, () => {
    const pool = new Pool({ connectionString: server.url });
    return { store: new PostgresStore(pool, { table: "with_pg" }), close: async () => await pool.end() };
  });
  storeSuite("with postgres", ANNOUNCING, () => {
    const sql = postgres(server.url);
    return { store: new PostgresStore(sql, { table: "with_postgres" }), close: async () => await sql.end() };
  });
  storeSuite("with a Client of pg, and a pool to listen", ANNOUNCING, async () => {
    const [client, pool] = [new Client(server.url), new Pool({ connectionString: server.url, max: 4 })];
    await client.connect();
    const store = new PostgresStore(client, { table: "web.sessions", subscriber: pool });
    return { store, close: async () => void (await Promise.all([client.end(), pool.end()])) };
  });

  test("takes one connection out of the pool, and gives it back as it was", async () => {
    const pool = new Pool({ connectionString: server.url, max: 1 });
    onTestFinished(async () => await pool.end());
    const store = new PostgresStore(pool);
    const { stop } = await listen(store);
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 0]);
    await stop();
    expect([pool.totalCount, pool.idleCount]).toEqual([1, 1]);
    expect((await pool.query("SELECT pg_listening_channels()")).rows).toEqual([]);
    const [connection] = (pool as unknown as { _idle: { client: Client }[] })._idle;
    expect(["notification", "end"].map((event) => connection!.client.listenerCount(event))).toEqual([0, 0]);
  });

  test.each(["pg", "postgres"])(
    "%s says what was lost when its connection was cut, and listens again",
    async (kind) => {
      const admin = new Pool({ connectionString: server.url, max: 1 });
      const pool = new Pool({ connectionString: server.url, application_name: "cut" });
      const sql = postgres(server.url, { connection: { application_name: "cut" } });
      onTestFinished(async () => void (await Promise.all([admin.end(), pool.end(), sql.end()])));
      const store = new PostgresStore(kind === "pg" ? pool : sql);
      let { calls, stop } = await listen(store);
      const begun = [...calls];
      await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut'");
      if (kind === "pg") {
        await expect.poll(() => calls).toEqual(["lost"]);
        await stop();
        ({ calls, stop } = await listen(store));
      } else {
        await expect.poll(() => calls).toEqual([...begun, "missed"]);
      }
      await new PostgresStore(admin).announce(MESSAGE);
      await expect.poll(() => calls.at(-1)).toBe(MESSAGE);
      await stop();
    },
  );

  test("cannot listen with a Client or a PGlite, and refuses what cannot listen", async () => {
    const listener = { heard: () => undefined, missed: () => undefined, lost: () => undefined };
    const [client, lite] = [new Client(server.url), await PGlite.create()];
    onTestFinished(async () => await lite.close());
    for (const each of [client, lite]) expect(new PostgresStore(each).listen(listener)).toBeUndefined();
    await expect(new PostgresStore(lite).announce(MESSAGE)).resolves.toBeUndefined();
    for (const bad of [null, client, {}, server.url])
      expect(() => new PostgresStore(client, { subscriber: bad as never })).toThrow(InvalidOptionError);
  });

  test("names its channel after the table, and cuts off a schema where both are too long", async () => {
    const pool = new Pool({ connectionString: server.url });
    onTestFinished(async () => await pool.end());
    for (const [table, channel] of [
      ["latchkey_sessions", "latchkey_sessions_ends"],
      ["web.Sessions", "web.Sessions_ends"],
      [`${"s".repeat(52)}.${"t".repeat(52)}`, `${"t".repeat(52)}_ends`],
    ] as const) {
      const store = new PostgresStore(pool, { table });
      const { calls, stop } = await listen(store);
      await pool.query("SELECT pg_notify($1, 'ended')", [channel]);
      await expect.poll(() => calls).toEqual(["ended"]);
      await stop();
    }
  });
});
