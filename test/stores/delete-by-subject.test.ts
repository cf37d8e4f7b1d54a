import { DatabaseSync } from "node:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { IndexedStore } from "latchkey";
import { MemoryStore } from "latchkey/stores/memory";
import { PostgresStore } from "latchkey/stores/postgres";
import { RedisStore } from "latchkey/stores/redis";
import { SqliteStore } from "latchkey/stores/sqlite";
import { Pool } from "pg";
import postgres from "postgres";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { READ, REMOVE } from "../../src/stores/redis-scripts.ts";
import { postgresPrograms, redisPrograms, startPostgres, startRedis, type Service } from "../support/services.ts";

/*
 * A session may be renewed while the sessions of its subject are listed or removed: it gets a new
 * id, and its old place holds a mark without a subject. The tests stop the removal between its
 * steps and let a second client renew there.
 */
const END = 4_000_000_000;
const MANY = 100_000;

async function begin(store: IndexedStore, id: string, subject: string = "ada"): Promise<void> {
  expect(await store.set(id, id, END, { subject })).toBe(true);
}

/** What a manager writes for a renewal, in its order. */
async function renew(store: IndexedStore, from: string, to: string, subject: string = "ada"): Promise<void> {
  await begin(store, to, subject);
  expect(await store.set(from, `moved to ${to}`, END, { replaces: from })).toBe(true);
}

async function idsOf(store: IndexedStore, subject: string): Promise<readonly string[]> {
  return (await store.listBySubject(subject)).map(({ id }) => id).sort();
}

describe.skipIf(redisPrograms === undefined)("with Redis", () => {
  let server: Service;
  beforeAll(async () => void (server = await startRedis()));
  afterAll(async () => await server.stop());

  /** Two stores on connections of their own; the commands of the first go through `before`. */
  type Open = (
    prefix: string,
    before: (script: string, key: string, go: () => Promise<unknown>) => Promise<unknown>,
  ) => Promise<RedisStore[]>;
  const CLIENTS: Readonly<Record<string, Open>> = {
    redis: async (prefix, before) => {
      const [one, other] = await Promise.all(
        [1, 2].map(async () => await createClient({ url: `redis://127.0.0.1:${server.port}` }).connect()),
      );
      onTestFinished(() => [one, other].forEach((client) => client!.destroy()));
      const slow = {
        hGet: async (key: string, field: string) => await one!.hGet(key, field),
        eval: async (script: string, options: { keys: string[]; arguments: string[] }) =>
          await before(script, options.keys[0]!, async () => await one!.eval(script, options)),
      };
      return [new RedisStore(slow, { prefix }), new RedisStore(other!, { prefix })];
    },
    ioredis: async (prefix, before) => {
      const [one, other] = [1, 2].map(() => new Redis(server.port, "127.0.0.1"));
      onTestFinished(() => [one, other].forEach((client) => client!.disconnect()));
      const slow = {
        hget: async (key: string, field: string) => await one!.hget(key, field),
        eval: async (script: string, count: number, ...args: string[]) =>
          await before(script, args[0]!, async () => await one!.eval(script, count, ...args)),
      };
      return await Promise.resolve([new RedisStore(slow, { prefix }), new RedisStore(other!, { prefix })]);
    },
  };

  describe.each(Object.keys(CLIENTS))("and the client %s", (name) => {
    let prefixes = 0;
    const open = async (
      before: (script: string, key: string, go: () => Promise<unknown>) => Promise<unknown>,
    ): Promise<RedisStore[]> => await CLIENTS[name]!(`${name}-${prefixes++}:`, before);

    test("S1: a session that is renewed between listing and removal ends with the others", async () => {
      let renewals = 0;
      const [slow, other] = await open(async (script, _key, go) => {
        if (script === REMOVE && renewals === 0) await renew(other!, "0", String(++renewals));
        return await go();
      });
      await begin(other!, "0");
      expect(await slow!.deleteBySubject("ada")).toBe(1);
      expect([await other!.get("1"), await idsOf(other!, "ada"), await slow!.deleteBySubject("ada")]).toEqual([
        undefined,
        [],
        0,
      ]);
    });

    test("S1: a session that is renewed again and again ends all the same, and the one that is spared stays", async () => {
      let renewals = 0;
      const [slow, other] = await open(async (script, _key, go) => {
        if (script === REMOVE && renewals < 20) await renew(other!, String(renewals), String(++renewals));
        return await go();
      });
      await begin(other!, "here");
      await begin(other!, "0");
      await begin(other!, "grace", "grace");
      expect(await slow!.deleteBySubject("ada", "here")).toBe(1);
      expect(renewals).toBe(20);
      expect([await idsOf(other!, "ada"), await idsOf(other!, "grace")]).toEqual([["here"], ["grace"]]);
    });

    test("S1: a session of which only the entry was there when it was looked for ends too", async () => {
      // The order that hurts: new entry, listing, removal of the new session (nothing there), new
      // session, mark, removal of the old one.
      const [isPrepared, isLookedFor, isMoved] = [
        Promise.withResolvers<void>(),
        Promise.withResolvers<void>(),
        Promise.withResolvers<void>(),
      ];
      const [slow, other] = await open(async (script, key, go) => {
        if (script === REMOVE && key.endsWith(":old")) await isMoved.promise;
        const answer = await go();
        if (script === REMOVE && key.endsWith(":new")) isLookedFor.resolve();
        return answer;
      });
      await begin(other!, "old");
      const client = new Redis(server.port, "127.0.0.1");
      onTestFinished(() => client.disconnect());
      let calls = 0;
      const pausing = {
        hget: async (key: string, field: string) => await client.hget(key, field),
        eval: async (script: string, count: number, ...args: string[]) => {
          // The first call prepares the entry, the second writes the session.
          if (++calls === 2) {
            isPrepared.resolve();
            await isLookedFor.promise;
          }
          return await client.eval(script, count, ...args);
        },
      };
      const half = new RedisStore(pausing, { prefix: `${name}-${prefixes - 1}:` });
      const renewal = renew(half, "old", "new").then(() => isMoved.resolve());
      await isPrepared.promise;
      expect(await slow!.deleteBySubject("ada")).toBe(1);
      await renewal;
      expect([await other!.get("new"), await idsOf(other!, "ada")]).toEqual([undefined, []]);
    });

    test("S1: a session that went to another subject between listing and removal stays", async () => {
      let isDone = false;
      const [slow, other] = await open(async (script, _key, go) => {
        if (script === REMOVE && !isDone) {
          isDone = true;
          await other!.set("a", "a", END, { replaces: "a", subject: "grace" });
        }
        return await go();
      });
      await begin(other!, "a");
      expect(await slow!.deleteBySubject("ada")).toBe(0);
      expect([await other!.get("a"), await idsOf(other!, "grace"), await idsOf(other!, "ada")]).toEqual([
        "a",
        ["a"],
        [],
      ]);
    });

    test("S1: a list shows a session that is renewed while it is made", async () => {
      let renewals = 0;
      const [slow, other] = await open(async (script, _key, go) => {
        if (script === READ && renewals < 20) await renew(other!, String(renewals), String(++renewals));
        return await go();
      });
      await begin(other!, "0");
      expect(await idsOf(slow!, "ada")).toEqual(["20"]);
    });

    test("S1: a subject that gets a new session in each round ends in an error, not in an endless loop", async () => {
      let renewals = 0;
      const [slow, other] = await open(async (script, _key, go) => {
        if (script === REMOVE) await renew(other!, String(renewals), String(++renewals));
        return await go();
      });
      await begin(other!, "0");
      await expect(slow!.deleteBySubject("ada")).rejects.toThrow(/could not all be removed.*Fix:/);
    });

    test(
      "S2: lists and removes 100,000 sessions of one subject, a bounded number at once",
      { timeout: 300_000 },
      async () => {
        let [running, most] = [0, 0];
        const [store] = await open(async (_script, _key, go) => {
          most = Math.max(most, ++running);
          return await go().finally(() => running--);
        });
        const redis = new Redis(server.port, "127.0.0.1");
        onTestFinished(() => redis.disconnect());
        const prefix = `${name}-${prefixes - 1}:`;
        await begin(store!, "first");
        // As the store writes them, but by one script.
        const fill = `for n = 1, ${MANY} do
        redis.call('HSET', KEYS[1] .. 'session:' .. n, 'payload', 'payload', 'expires', '${END}', 'subject', 'many', 'indexed', '${END}')
        redis.call('ZADD', KEYS[1] .. 'subject:many', ${END}, n) end`;
        await redis.eval(fill, 1, prefix);
        const listed = await store!.listBySubject("many");
        expect(new Set(listed.map(({ id }) => id)).size).toBe(MANY);
        expect(listed[0]).toMatchObject({ payload: "payload", expiresAt: END });
        expect(await store!.deleteBySubject("many", "7")).toBe(MANY - 1);
        expect(await store!.deleteBySubject("many")).toBe(1);
        expect(await redis.exists(`${prefix}subject:many`)).toBe(0);
        expect([await store!.get("7"), await store!.get("50000"), await store!.get("first")]).toEqual([
          undefined,
          undefined,
          "first",
        ]);
        expect(most).toBeLessThanOrEqual(1000);
      },
    );
  });
});

describe.skipIf(postgresPrograms === undefined)("with PostgreSQL", () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let pool: Pool;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new Pool({ connectionString: server.url, max: 10 });
  });
  afterAll(async () => {
    await pool.end();
    await server.stop();
  });

  let tables = 0;
  async function openTable(
    client: ConstructorParameters<typeof PostgresStore>[0] = pool,
  ): Promise<{ readonly store: PostgresStore; readonly table: string }> {
    const table = `by_subject_${tables++}`;
    const store = new PostgresStore(client, { table });
    await store.createSchema();
    return { store, table };
  }

  test.each(["pg", "postgres.js"])(
    "S1: a session that is renewed while a statement removes the others ends with them (%s)",
    { timeout: 300_000 },
    async (name) => {
      const sql = postgres(server.url, { max: 2, onnotice: () => {} });
      onTestFinished(async () => await sql.end());
      const { store, table } = await openTable(name === "pg" ? pool : sql);
      await pool.query(
        `INSERT INTO ${table} SELECT 'filling' || n, 'payload', ${END}, 'ada' FROM generate_series(1, 20000) AS n`,
      );
      await begin(store, "old");
      // The renewal has written and not committed when the removal begins: the removal does not see
      // the new row, and waits for the old one.
      const writer = await pool.connect();
      await writer.query("BEGIN");
      await renew(new PostgresStore(writer, { table }), "old", "new");
      const removal = store.deleteBySubject("ada");
      await expect
        .poll(
          async () =>
            (
              await pool.query(
                `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${table}%'`,
              )
            ).rowCount,
        )
        .toBe(1);
      await writer.query("COMMIT");
      writer.release();
      expect(await removal).toBe(20_001);
      expect([await store.get("new"), await idsOf(store, "ada"), await store.get("old")]).toEqual([
        undefined,
        [],
        "moved to new",
      ]);
    },
  );

  test("S1: a single session that is renewed meanwhile ends, though the statement removed no row", async () => {
    const { store, table } = await openTable();
    await begin(store, "old");
    await begin(store, "here");
    const writer = await pool.connect();
    await writer.query("BEGIN");
    await renew(new PostgresStore(writer, { table }), "old", "new");
    const removal = store.deleteBySubject("ada", "here");
    await expect
      .poll(
        async () =>
          (await pool.query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%${table}%'`))
            .rowCount,
      )
      .toBe(1);
    await writer.query("COMMIT");
    writer.release();
    expect(await removal).toBe(1);
    expect(await idsOf(store, "ada")).toEqual(["here"]);
  });

  test("S2: lists and removes 100,000 sessions of one subject", { timeout: 300_000 }, async () => {
    const { store, table } = await openTable();
    await pool.query(
      `INSERT INTO ${table} SELECT 'id' || n, 'payload', ${END}, 'ada' FROM generate_series(1, ${MANY}) AS n`,
    );
    await begin(store, "other", "grace");
    expect(await store.listBySubject("ada")).toHaveLength(MANY);
    expect(await store.deleteBySubject("ada", "id7")).toBe(MANY - 1);
    expect([await idsOf(store, "ada"), await idsOf(store, "grace")]).toEqual([["id7"], ["other"]]);
  });
});

describe("with SQLite", () => {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-by-subject-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const connect = (file: string): DatabaseSync => {
    const database = new DatabaseSync(join(folder, file));
    onTestFinished(() => database.close());
    database.exec("PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
    return database;
  };

  test("S1: a session that another connection renews before the statement runs ends with the others", async () => {
    const database = connect("renewed.sqlite");
    const writer = connect("renewed.sqlite");
    const other = new SqliteStore(writer);
    other.createSchema();
    const pausing = {
      exec: (sql: string) => database.exec(sql),
      prepare: (sql: string) => {
        const statement = database.prepare(sql);
        if (!/^DELETE .*subject = /s.test(sql)) return statement;
        return {
          get: statement.get.bind(statement),
          all: statement.all.bind(statement),
          run: (...values: (string | number | null)[]) => {
            writer.exec(
              `INSERT INTO latchkey_sessions SELECT 'new', subject, 'new', expires_at FROM latchkey_sessions WHERE id = 'old'`,
            );
            writer.exec(`UPDATE latchkey_sessions SET subject = NULL, payload = 'moved' WHERE id = 'old'`);
            return statement.run(...values);
          },
        };
      },
    };
    await begin(other, "old");
    expect(await new SqliteStore(pausing).deleteBySubject("ada")).toBe(1);
    expect([await other.get("new"), await idsOf(other, "ada")]).toEqual([undefined, []]);
  });

  test("S2: lists and removes 100,000 sessions of one subject", { timeout: 300_000 }, async () => {
    const database = connect("many.sqlite");
    const store = new SqliteStore(database);
    store.createSchema();
    database.exec(`WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${MANY})
      INSERT INTO latchkey_sessions SELECT 'id' || n, 'ada', 'payload', ${END} FROM n`);
    expect(await store.listBySubject("ada")).toHaveLength(MANY);
    expect(await store.deleteBySubject("ada", "id7")).toBe(MANY - 1);
    expect(await idsOf(store, "ada")).toEqual(["id7"]);
  });
});

describe("in memory", () => {
  test("S1: a renewal at the same time leaves nothing behind that is not in the list", async () => {
    const store = new MemoryStore();
    await begin(store, "old");
    const [, count] = await Promise.all([
      renew(store, "old", "new").catch(() => "refused"),
      store.deleteBySubject("ada"),
    ]);
    expect(count + (await store.deleteBySubject("ada"))).toBe(2);
    expect([await store.get("old"), await store.get("new")]).toEqual([undefined, undefined]);
  });

  test("S2: lists and removes 100,000 sessions of one subject", async () => {
    const store = new MemoryStore({ maxSessions: 2 * MANY });
    for (let number = 0; number < MANY; number++) await store.set(`id${number}`, "payload", END, { subject: "ada" });
    expect(await store.listBySubject("ada")).toHaveLength(MANY);
    expect(await store.deleteBySubject("ada", "id7")).toBe(MANY - 1);
    expect(await idsOf(store, "ada")).toEqual(["id7"]);
  });
});
