import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Cluster, Redis } from "ioredis";
import { SessionManager, type IndexedStore, type Session } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { MysqlStore } from "latchkey/stores/mysql";
import { PostgresStore } from "latchkey/stores/postgres";
import { RedisStore } from "latchkey/stores/redis";
import { SqliteStore } from "latchkey/stores/sqlite";
import { createPool, type Pool as MysqlPool } from "mysql2/promise";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mariadbPrograms, startMariaDb } from "../support/mariadb.ts";
import {
  postgresPrograms,
  redisPrograms,
  startPostgres,
  startRedis,
  startRedisCluster,
  type RedisCluster,
  type Service,
} from "../support/services.ts";

/*
 * A provider's logout while a thief's request renews the session, or saves something in it: the
 * thief is logged out afterwards. The two have stores on connections of their own, as two processes
 * have.
 */
const TRIES = 60;

function holds(name: string, open: () => readonly [provider: IndexedStore, web: IndexedStore]): void {
  test(
    `no session with the tag survives a renewal or a change at the same time (${name})`,
    {
      timeout: 300_000,
    },
    async () => {
      const keys = generateSecretKey();
      const [provider, web] = open().map((store) => new SessionManager({ keys, store, storeTimeout: 60 }));
      const cookieOf = async (session: Session): Promise<string | undefined> =>
        (await web!.commit(session))
          .find(([header, line]) => header === "Set-Cookie" && !/Max-Age=0/i.test(line))?.[1]
          .split(";")[0];
      const left: unknown[] = [];
      for (let number = 0; number < TRIES; number++) {
        const [subject, tag] = [`user ${number % 3}`, `sid ${number}`];
        const [tagged, other] = [await web!.load(undefined), await web!.load(undefined)];
        tagged.login(subject, { tag });
        other.login(subject, { tag: "another" });
        const [stolen, kept] = [await cookieOf(tagged), await cookieOf(other)];
        const [renewing, changing] = await Promise.all([web!.load(stolen), web!.load(stolen)]);
        renewing!.renew();
        changing!.data["changed"] = number;
        const [, renewed] = await Promise.all([provider!.revokeByTag(tag), cookieOf(renewing!), cookieOf(changing!)]);
        for (const cookie of [stolen, renewed])
          if (cookie !== undefined && (await web!.load(cookie)).subject !== undefined)
            left.push([number, cookie === stolen]);
        if ((await web!.list(subject)).some((session) => session.tag === tag)) left.push([number, "listed"]);
        if ((await web!.load(kept)).subject !== subject) left.push([number, "another one has ended"]);
      }
      expect(left).toEqual([]);
      expect(await provider!.revokeByTag("another")).toBe(TRIES);
    },
  );
}

describe("sessions with a tag", () => {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-tags-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  holds("memory", () => {
    const store = new MemoryStore();
    return [store, store];
  });
  holds("SQLite", () => {
    const open = (): SqliteStore => {
      const database = new DatabaseSync(join(folder, "sessions.sqlite"));
      database.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
      const store = new SqliteStore(database);
      store.createSchema();
      return store;
    };
    return [open(), open()];
  });
});

describe.skipIf(redisPrograms === undefined)("sessions with a tag, in Redis", () => {
  let server: Service;
  let cluster: RedisCluster;
  const clients: { disconnect(): void }[] = [];
  beforeAll(async () => void ([server, cluster] = await Promise.all([startRedis(), startRedisCluster()])), 120_000);
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await Promise.all([server.stop(), cluster.stop()]);
  }, 300_000);
  const on = (make: () => Redis | Cluster): RedisStore => {
    const client = make();
    clients.push(client);
    return new RedisStore(client);
  };
  holds("a server", () => {
    const open = (): RedisStore => on(() => new Redis(server.port, "127.0.0.1"));
    return [open(), open()];
  });
  holds("a Cluster of six", () => {
    const nodes = cluster.nodes.map(({ port }) => ({ port, host: "127.0.0.1" }));
    const open = (): RedisStore => on(() => new Cluster(nodes));
    return [open(), open()];
  });
});

describe.skipIf(postgresPrograms === undefined)("sessions with a tag, in PostgreSQL", () => {
  let server: Service & { readonly url: string };
  let pools: readonly Pool[];
  beforeAll(async () => {
    server = await startPostgres();
    pools = [1, 2].map(() => new Pool({ connectionString: server.url, max: 4 }));
    await new PostgresStore(pools[0]!).createSchema();
  }, 300_000);
  afterAll(async () => {
    await Promise.all(pools.map(async (pool) => await pool.end()));
    await server.stop();
  }, 300_000);
  holds("two pools", () => [new PostgresStore(pools[0]!), new PostgresStore(pools[1]!)]);
});

describe.skipIf(mariadbPrograms === undefined)("sessions with a tag, in MariaDB", () => {
  let server: Service & { readonly url: string };
  let pools: readonly MysqlPool[];
  beforeAll(async () => {
    server = await startMariaDb();
    pools = [1, 2].map(() => createPool({ uri: server.url, connectionLimit: 4 }));
    await new MysqlStore(pools[0]!).createSchema();
  }, 300_000);
  afterAll(async () => {
    await Promise.all(pools.map(async (pool) => await pool.end()));
    await server.stop();
  }, 300_000);
  holds("two pools", () => [new MysqlStore(pools[0]!), new MysqlStore(pools[1]!)]);
});
