import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { PGlite } from "@electric-sql/pglite";
import { RedisStore as ConnectRedis } from "connect-redis";
import { Cluster, Redis } from "ioredis";
import type { SessionStore } from "latchkey";
import { fromExpressStore } from "latchkey/stores/express-store";
import { MemoryStore } from "latchkey/stores/memory";
import { MysqlStore } from "latchkey/stores/mysql";
import { PostgresStore } from "latchkey/stores/postgres";
import { RedisStore } from "latchkey/stores/redis";
import { SqliteStore, type SqliteDatabase } from "latchkey/stores/sqlite";
import { createPool } from "mysql2/promise";
import { Pool } from "pg";
import postgres from "postgres";
import { createClient, createCluster } from "redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OpenedStore } from "../contracts/store-suite.ts";
import { openBetterSqlite3 } from "../support/better-sqlite3.ts";
import { mariadbPrograms, startMariaDb } from "../support/mariadb.ts";
import { expressSessionOn, latchkeyOn } from "../support/mounts.ts";
import { AT_ONCE, race, staysLoggedOut, type RaceResult } from "../support/race.ts";
import {
  postgresPrograms,
  redisPrograms,
  startPostgres,
  startRedis,
  startRedisCluster,
  type RedisCluster,
  type Service,
} from "../support/services.ts";
import { textTable } from "../support/text-table.ts";

type Row = readonly string[];
const [ours, theirs]: [Row[], Row[]] = [[], []];
afterAll(() => {
  const head = [
    `${AT_ONCE} requests of one session at once`,
    "answered 200",
    "keys lost",
    "increments lost",
    "a logout during a slow request",
  ];
  console.log(textTable([head, ...ours, ...theirs]));
});

function row(name: string, { answered, lostKeys, lostIncrements }: RaceResult, logout: string): Row {
  return [name, ...[answered, lostKeys, lostIncrements].map(String), logout];
}

function nothingIsLost(
  name: string,
  open: () => OpenedStore<SessionStore> | Promise<OpenedStore<SessionStore>>,
  managers: number = 1,
): void {
  describe(name, { timeout: 300_000 }, () => {
    let opened: OpenedStore<SessionStore> | undefined;
    let result: RaceResult | undefined;
    let logout = "";
    beforeAll(async () => void (opened = await open()));
    afterAll(async () => {
      if (result !== undefined) ours.push(row(name, result, logout));
      await opened?.close?.();
    });

    test(`T14: ${AT_ONCE} requests at once lose no key and no increment`, async () => {
      result = await race(latchkeyOn(opened!.store, managers));
      expect(result).toEqual({ answered: AT_ONCE, lostKeys: 0, lostIncrements: 0 });
    });

    test("a logout during a slow request stays a logout", async () => {
      const { store } = opened!;
      const stays = await staysLoggedOut(latchkeyOn(store, managers));
      logout = stays ? "stays" : "is undone";
      expect(stays).toBe(true);
      if ("listBySubject" in store) expect(await (store as MemoryStore).listBySubject("ada")).toEqual([]);
    });
  });
}

nothingIsLost("MemoryStore", () => ({ store: new MemoryStore() }));

describe("SQLite", () => {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-races-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  const opened = (database: SqliteDatabase & { close(): unknown }): OpenedStore<SessionStore> => {
    database.exec("PRAGMA journal_mode = WAL");
    const store = new SqliteStore(database);
    store.createSchema();
    return { store, close: () => database.close() };
  };
  nothingIsLost("SqliteStore with node:sqlite", () => opened(new DatabaseSync(join(folder, "node.sqlite"))));
  nothingIsLost("the same, from eight managers", () => opened(new DatabaseSync(join(folder, "managers.sqlite"))), 8);
  describe.skipIf(openBetterSqlite3 === undefined)("by another package", () => {
    nothingIsLost("SqliteStore with better-sqlite3", () => opened(openBetterSqlite3!(join(folder, "better.sqlite"))));
  });
});

describe.skipIf(redisPrograms === undefined)("Redis", () => {
  let server: Service;
  let cluster: RedisCluster;
  beforeAll(async () => void ([server, cluster] = await Promise.all([startRedis(), startRedisCluster()])));
  afterAll(async () => await Promise.all([server.stop(), cluster.stop()]));

  const withRedis = (prefix: string) => async () => {
    const client = await createClient({ url: `redis://127.0.0.1:${server.port}` }).connect();
    return { store: new RedisStore(client, { prefix }), close: () => client.destroy() };
  };
  nothingIsLost("RedisStore with redis", withRedis("node-redis:"));
  nothingIsLost("the same, from eight managers", withRedis("managers:"), 8);
  nothingIsLost("RedisStore with ioredis", () => {
    const client = new Redis(server.port, "127.0.0.1");
    return { store: new RedisStore(client, { prefix: "ioredis:" }), close: () => client.disconnect() };
  });
  nothingIsLost("RedisStore on a Cluster of six with redis", async () => {
    const client = await createCluster({
      rootNodes: cluster.nodes.map(({ port }) => ({ url: `redis://127.0.0.1:${port}` })),
    }).connect();
    return { store: new RedisStore(client, { prefix: "node-redis:" }), close: () => client.destroy() };
  });
  nothingIsLost("RedisStore on a Cluster of six with ioredis", () => {
    const client = new Cluster(cluster.nodes.map(({ port }) => ({ port, host: "127.0.0.1" })));
    return { store: new RedisStore(client, { prefix: "ioredis:" }), close: () => client.disconnect() };
  });
  nothingIsLost("connect-redis through fromExpressStore", async () => {
    const client = await createClient({ url: `redis://127.0.0.1:${server.port}` }).connect();
    return { store: fromExpressStore(new ConnectRedis({ client, prefix: "ours:" })), close: () => client.destroy() };
  });

  test(
    "express-session with connect-redis, on the same server, answers as well, and loses",
    { timeout: 300_000 },
    async () => {
      const client = await createClient({ url: `redis://127.0.0.1:${server.port}` }).connect();
      try {
        const mount = expressSessionOn(new ConnectRedis({ client, prefix: "theirs:" }));
        const result = await race(mount);
        const unordered = await race(mount, { gate: false });
        theirs.push(
          row("express-session with connect-redis", result, (await staysLoggedOut(mount)) ? "stays" : "is undone"),
          row("the same, where requests do not wait until all have read", unordered, ""),
        );
        expect(result.answered).toBe(AT_ONCE);
        expect(result.lostKeys).toBeGreaterThan(0);
        expect(result.lostIncrements).toBeGreaterThan(0);
      } finally {
        client.destroy();
      }
    },
  );
});

describe("PostgreSQL", () => {
  const opened = async (
    client: ConstructorParameters<typeof PostgresStore>[0],
    table: string,
    close: () => unknown,
  ): Promise<OpenedStore<SessionStore>> => {
    const store = new PostgresStore(client, { table });
    await store.createSchema();
    return { store, close };
  };

  nothingIsLost("PostgresStore with PGlite", async () => {
    const client = await PGlite.create();
    return await opened(client, "sessions", async () => await client.close());
  });

  describe.skipIf(postgresPrograms === undefined)("as a server", () => {
    let server: Awaited<ReturnType<typeof startPostgres>>;
    beforeAll(async () => void (server = await startPostgres()));
    afterAll(async () => await server.stop());

    const withPool = (table: string) => async () => {
      const client = new Pool({ connectionString: server.url, max: 10 });
      return await opened(client, table, async () => await client.end());
    };
    nothingIsLost("PostgresStore with a pg Pool", withPool("by_pg"));
    nothingIsLost("the same, from eight managers", withPool("by_managers"), 8);
    nothingIsLost("PostgresStore with postgres.js", async () => {
      const client = postgres(server.url, { max: 10, onnotice: () => {} });
      return await opened(client, "by_postgres_js", async () => await client.end());
    });
  });
});

describe.skipIf(mariadbPrograms === undefined)("MariaDB", () => {
  let server: Awaited<ReturnType<typeof startMariaDb>>;
  beforeAll(async () => void (server = await startMariaDb()), 120_000);
  afterAll(async () => await server.stop());

  const withPool = (table: string) => async () => {
    const client = createPool({ uri: server.url, connectionLimit: 10 });
    const store = new MysqlStore(client, { table });
    await store.createSchema();
    return { store, close: async () => await client.end() };
  };
  nothingIsLost("MysqlStore with mysql2", withPool("by_mysql2"));
  nothingIsLost("the same, from eight managers", withPool("by_managers"), 8);
});
