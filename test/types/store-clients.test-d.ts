import type { DatabaseSync } from "node:sqlite";
import { PGlite } from "@electric-sql/pglite";
import { createClient as createLibsqlClient } from "@libsql/client";
import { MemoryStore as ExpressMemoryStore, type Store } from "express-session";
import type BetterSqlite3 from "better-sqlite3";
import { RedisStore as ConnectRedisStore } from "connect-redis";
import { Cluster, Redis } from "ioredis";
import type { IndexedStore, SessionStore, SweepableStore } from "latchkey";
import { fromExpressStore, type ExpressStore } from "latchkey/stores/express-store";
import { MemoryStore } from "latchkey/stores/memory";
import { MysqlStore } from "latchkey/stores/mysql";
import { PostgresStore } from "latchkey/stores/postgres";
import { RedisStore } from "latchkey/stores/redis";
import { AsyncSqliteStore } from "latchkey/stores/sqlite-async";
import { SqliteStore, type SqliteDatabase } from "latchkey/stores/sqlite";
import type { Miniflare } from "miniflare";
import { createPool, type Connection, type PoolConnection } from "mysql2/promise";
import { Client, Pool, type PoolClient } from "pg";
import postgres from "postgres";
import { createClient, createCluster, createSentinel } from "redis";
import { expectTypeOf, test } from "vitest";

declare const database: DatabaseSync;
declare const better: BetterSqlite3.Database;
declare const pooled: PoolClient;
declare const connection: Connection;
declare const pooledConnection: PoolConnection;
declare const d1: Awaited<ReturnType<Miniflare["getD1Database"]>>;
declare const expressStore: Store;

test("SqliteStore takes node:sqlite and better-sqlite3", () => {
  expectTypeOf<DatabaseSync>().toExtend<SqliteDatabase>();
  expectTypeOf<BetterSqlite3.Database>().toExtend<SqliteDatabase>();
  new SqliteStore(database);
  new SqliteStore(better, { table: "sessions" });
});

test("AsyncSqliteStore takes D1 and libSQL", () => {
  new AsyncSqliteStore(d1);
  new AsyncSqliteStore(createLibsqlClient({ url: "file:app.sqlite" }), { table: "sessions" });
  // @ts-expect-error -- a synchronous database
  new AsyncSqliteStore(database);
});

test("RedisStore takes every client of redis and of ioredis", () => {
  new RedisStore(createClient());
  new RedisStore(createCluster({ rootNodes: [] }));
  new RedisStore(createSentinel({ name: "main", sentinelRootNodes: [] }));
  new RedisStore(new Redis(), { prefix: "shop:" });
  new RedisStore(new Cluster([]));
});

test("PostgresStore takes pg, PGlite and postgres", () => {
  new PostgresStore(new Pool(), { table: "web.sessions" });
  new PostgresStore(new Client());
  new PostgresStore(pooled);
  new PostgresStore(new PGlite());
  new PostgresStore(postgres());
});

test("MysqlStore takes a pool and a connection of mysql2/promise", () => {
  new MysqlStore(createPool("mysql://localhost"), { table: "web.sessions" });
  new MysqlStore(connection);
  new MysqlStore(pooledConnection);
});

test("fromExpressStore takes stores for express-session", () => {
  expectTypeOf<Store>().toExtend<ExpressStore>();
  fromExpressStore(expressStore);
  fromExpressStore(new ExpressMemoryStore());
  fromExpressStore(new ConnectRedisStore({ client: createClient() }));
});

test("anything else does not compile", () => {
  // @ts-expect-error -- a path is no database
  new SqliteStore("app.sqlite");
  // @ts-expect-error -- an address is no client
  new RedisStore("redis://localhost");
  // @ts-expect-error -- a database of another kind
  new PostgresStore(database);
  // @ts-expect-error -- a database of another kind
  new MysqlStore(new Pool());
  // @ts-expect-error -- the store of this package needs no adapter
  fromExpressStore(new MemoryStore());
});

test("every store is what a manager takes, and says what it can", () => {
  expectTypeOf<SqliteStore>().toExtend<IndexedStore & SweepableStore>();
  expectTypeOf<AsyncSqliteStore>().toExtend<IndexedStore & SweepableStore>();
  expectTypeOf<PostgresStore>().toExtend<IndexedStore & SweepableStore>();
  expectTypeOf<MysqlStore>().toExtend<IndexedStore & SweepableStore>();
  expectTypeOf<MemoryStore>().toExtend<IndexedStore & SweepableStore>();
  expectTypeOf<RedisStore>().toExtend<IndexedStore>();
  expectTypeOf<ReturnType<typeof fromExpressStore>>().toExtend<SessionStore>();
  expectTypeOf<ReturnType<typeof fromExpressStore>>().not.toExtend<IndexedStore>();
});
