import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseSync } from "node:sqlite";
import { Redis } from "ioredis";
import { SessionManager, type IndexedStore, type Session } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { MysqlStore } from "latchkey/stores/mysql";
import { PostgresStore } from "latchkey/stores/postgres";
import { RedisStore } from "latchkey/stores/redis";
import { SqliteStore } from "latchkey/stores/sqlite";
import { createPool } from "mysql2/promise";
import { Pool } from "pg";
import { createClient } from "redis";
import { describe, expect, onTestFinished, test } from "vitest";
import { REMOVE } from "../../src/stores/redis-scripts.ts";
import { mariadbPrograms, startMariaDb } from "../support/mariadb.ts";
import { postgresPrograms, redisPrograms, startPostgres, startRedis } from "../support/services.ts";

/*
 * "Log out everywhere" while a thief's request renews the session: whatever the order, the thief is
 * logged out afterwards. The administrator and the web server have stores on connections of their
 * own, as two processes have.
 */
interface Race {
  readonly admin: IndexedStore;
  readonly web: IndexedStore;
  readonly tries: number;
  readonly subject?: string;
}

const TRIES = 400;

/** How many of the thief's sessions are still logged in after `revokeAll`, or shown in a list. */
async function survivors({
  admin,
  web,
  tries,
  subject,
}: Race): Promise<{ readonly alive: number; readonly listed: number }> {
  const keys = generateSecretKey();
  const [admins, webs] = [admin, web].map((store) => new SessionManager({ keys, store, storeTimeout: 60 }));
  const cookieOf = async (session: Session): Promise<string | undefined> =>
    (await webs!.commit(session))
      .find(([name, line]) => name === "Set-Cookie" && !/Max-Age=0/i.test(line))?.[1]
      .split(";")[0];
  let [alive, listed] = [0, 0];
  for (let number = 0; number < tries; number++) {
    const victim = subject ?? `user ${number}`;
    const login = await webs!.load(undefined);
    login.login(victim);
    const stolen = await cookieOf(login);
    const thief = await webs!.load(stolen);
    thief.renew();
    const [, renewed] = await Promise.all([admins!.revokeAll(victim), cookieOf(thief)]);
    listed += (await webs!.list(victim)).length;
    for (const cookie of [stolen, renewed]) {
      if (cookie !== undefined && (await webs!.load(cookie)).subject !== undefined) alive++;
    }
  }
  return { alive, listed };
}

describe.skipIf(redisPrograms === undefined)("S1: log out everywhere, with Redis", () => {
  const PAUSES: Readonly<Record<string, () => Promise<unknown>>> = {
    "no pause": async () => await Promise.resolve(),
    "a turn of the event loop": async () => await new Promise((resolve) => setImmediate(resolve)),
    "1 ms": async () => await sleep(1),
    "3 ms": async () => await sleep(3),
  };

  test.each(["redis", "ioredis"])(
    `S1: none of ${TRIES} renewals survives that come while sessions are removed (client %s)`,
    { timeout: 300_000 },
    async (name) => {
      const server = await startRedis();
      onTestFinished(async () => await server.stop());
      const result: Record<string, unknown> = {};
      for (const [pause, wait] of Object.entries(PAUSES)) {
        let admin: RedisStore;
        let web: RedisStore;
        if (name === "redis") {
          const [one, other] = await Promise.all(
            [1, 2].map(async () => await createClient({ url: `redis://127.0.0.1:${server.port}` }).connect()),
          );
          onTestFinished(() => [one, other].forEach((client) => client!.destroy()));
          web = new RedisStore(other!);
          admin = new RedisStore({
            hGet: async (key: string, field: string) => await one!.hGet(key, field),
            eval: async (script: string, options: { keys: string[]; arguments: string[] }) => {
              if (script === REMOVE) await wait();
              return await one!.eval(script, options);
            },
          });
        } else {
          const [one, other] = [1, 2].map(() => new Redis(server.port, "127.0.0.1"));
          onTestFinished(() => [one, other].forEach((client) => client!.disconnect()));
          web = new RedisStore(other!);
          admin = new RedisStore({
            hget: async (key: string, field: string) => await one!.hget(key, field),
            eval: async (script: string, count: number, ...args: string[]) => {
              if (script === REMOVE) await wait();
              return await one!.eval(script, count, ...args);
            },
          });
        }
        result[pause] = await survivors({ admin, web, tries: TRIES / Object.keys(PAUSES).length });
      }
      const none = { alive: 0, listed: 0 };
      expect(result).toEqual(Object.fromEntries(Object.keys(PAUSES).map((pause) => [pause, none])));
    },
  );
});

describe.skipIf(postgresPrograms === undefined)("S1: log out everywhere, with PostgreSQL", () => {
  test("S1: no renewal survives, with one session and with 20,000", { timeout: 300_000 }, async () => {
    const server = await startPostgres();
    onTestFinished(async () => await server.stop());
    const [one, other] = [1, 2].map(() => new Pool({ connectionString: server.url, max: 4 }));
    const [admin, web] = [new PostgresStore(one!), new PostgresStore(other!)];
    await admin.createSchema();
    const few = await survivors({ admin, web, tries: TRIES });
    const many = { alive: 0, listed: 0 };
    for (let round = 0; round < 8; round++) {
      const subject = `crowd ${round}`;
      await one!.query(
        `INSERT INTO latchkey_sessions SELECT $1 || n, '{}', 4000000000, $1 FROM generate_series(1, 20000) AS n`,
        [subject],
      );
      const { alive, listed } = await survivors({ admin, web, tries: 1, subject });
      many.alive += alive;
      many.listed += listed;
    }
    await Promise.all([one!.end(), other!.end()]);
    expect({ few, many }).toEqual({ few: { alive: 0, listed: 0 }, many: { alive: 0, listed: 0 } });
  });
});

describe.skipIf(mariadbPrograms === undefined)("S1: log out everywhere, with MariaDB", () => {
  test("S1: no renewal survives, with one session and with 20,000", { timeout: 300_000 }, async () => {
    const server = await startMariaDb();
    onTestFinished(async () => await server.stop());
    const [one, other] = [1, 2].map(() => createPool({ uri: server.url, connectionLimit: 4 }));
    const [admin, web] = [new MysqlStore(one!), new MysqlStore(other!)];
    await admin.createSchema();
    const few = await survivors({ admin, web, tries: 100 });
    const many = { alive: 0, listed: 0 };
    for (let round = 0; round < 4; round++) {
      const subject = `crowd ${round}`;
      await one!.query(
        "INSERT INTO latchkey_sessions (id, payload, expires_at, subject) SELECT CONCAT(?, seq), '{}', 4000000000, ? FROM seq_1_to_20000",
        [subject, subject],
      );
      const { alive, listed } = await survivors({ admin, web, tries: 1, subject });
      many.alive += alive;
      many.listed += listed;
    }
    await Promise.all([one!.end(), other!.end()]);
    expect({ few, many }).toEqual({ few: { alive: 0, listed: 0 }, many: { alive: 0, listed: 0 } });
  });
});

describe("S1: log out everywhere, in this process", () => {
  test(`S1: none of ${TRIES} renewals survives with MemoryStore`, async () => {
    const store = new MemoryStore();
    expect(await survivors({ admin: store, web: store, tries: TRIES })).toEqual({ alive: 0, listed: 0 });
  });

  test(`S1: none of ${TRIES} renewals survives with SqliteStore`, async () => {
    const database = new DatabaseSync(":memory:");
    onTestFinished(() => database.close());
    const store = new SqliteStore(database);
    store.createSchema();
    expect(await survivors({ admin: store, web: store, tries: TRIES })).toEqual({ alive: 0, listed: 0 });
  });
});
