/*
 * What a store's operations cost: each store beside the bare command of its own client, on servers
 * started for the occasion on this machine. All take turns in one run, so that a busy machine slows
 * all of them; what counts is the ratio to the floor.
 *
 *   npm exec -- node bench/stores.ts [--rounds 9] [--calls 300]
 *
 * All figures go to bench/results/stores.json.
 *
 * The floors are what nobody can do without: one GET and one SET for Redis, one SELECT and one
 * UPDATE by primary key for PostgreSQL and MariaDB. Neither compares before it writes. `alone` is
 * the time of one call after the other, `of 16` the time for each call while 16 are under way.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import { RedisStore as ConnectRedis } from "connect-redis";
import { Redis } from "ioredis";
import { createPool } from "mysql2/promise";
import { Pool } from "pg";
import postgres from "postgres";
import { createClient } from "redis";
import { unixNow } from "../src/clock.ts";
import type { SessionStore } from "../src/sessions/store/session-store.ts";
import { fromExpressStore } from "../src/stores/express-store.ts";
import { MemoryStore } from "../src/stores/memory.ts";
import { MysqlStore } from "../src/stores/mysql.ts";
import { PostgresStore } from "../src/stores/postgres.ts";
import { RedisStore } from "../src/stores/redis.ts";
import { SqliteStore } from "../src/stores/sqlite.ts";
import { mariadbPrograms, startMariaDb } from "../test/support/mariadb.ts";
import { postgresPrograms, redisPrograms, startPostgres, startRedis } from "../test/support/services.ts";
import { writeResults } from "./write-results.ts";

const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "9" }, calls: { type: "string", default: "300" } },
});
const ROUNDS = Number(options.rounds);
const CALLS = Number(options.calls);
const PARALLEL = 16;
const PAYLOAD = JSON.stringify({
  createdAt: 1_800_000_000,
  data: { user_id: 12_345, name: "Ada Lovelace", csrf: "x".repeat(300) },
  lastSeenAt: 1_800_000_000,
});

type Operation = "read" | "save";
interface Contender {
  readonly name: string;
  /** One call on the session with this number, which nobody else uses meanwhile. */
  readonly call: Readonly<Record<Operation, (session: number) => Promise<unknown>>>;
  /** The name of the contender that this one is compared with. */
  readonly floor?: string;
}

async function ofStore(name: string, floor: string | undefined, store: SessionStore): Promise<Contender> {
  const expiresAt = unixNow() + 3600;
  const kept: string[] = [];
  for (let session = 0; session < PARALLEL; session++) {
    kept[session] = PAYLOAD;
    await store.set(`bench-${session}`, PAYLOAD, expiresAt, { subject: "ada" });
  }
  let saves = 0;
  const save = async (session: number): Promise<void> => {
    const next = `${PAYLOAD}${saves++}`;
    if (!(await store.set(`bench-${session}`, next, expiresAt, { replaces: kept[session], subject: "ada" })))
      throw new Error(`${name} refused a save.`);
    kept[session] = next;
  };
  return {
    name,
    call: { read: async (session) => await store.get(`bench-${session}`), save },
    ...(floor === undefined ? {} : { floor }),
  };
}

const closing: (() => unknown)[] = [];
const contenders: Contender[] = [];
try {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
  closing.push(() => rmSync(folder, { recursive: true }));
  contenders.push(await ofStore("MemoryStore", undefined, new MemoryStore({ production: true })));
  const database = new DatabaseSync(join(folder, "bench.sqlite"));
  closing.push(() => database.close());
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  const sqlite = new SqliteStore(database);
  sqlite.createSchema();
  contenders.push(await ofStore("SqliteStore, WAL", undefined, sqlite));
  if (redisPrograms !== undefined) await addRedis();
  if (postgresPrograms !== undefined) await addPostgres();
  if (mariadbPrograms !== undefined) await addMariaDb();
  await measure();
} finally {
  for (const close of closing.toReversed()) await close();
}

async function addRedis(): Promise<void> {
  const server = await startRedis();
  closing.push(async () => await server.stop());
  const nodeRedis = await createClient({ url: `redis://127.0.0.1:${server.port}` }).connect();
  closing.push(() => nodeRedis.destroy());
  const ioredis = new Redis(server.port, "127.0.0.1");
  closing.push(() => ioredis.disconnect());
  const expiration = { type: "EXAT", value: unixNow() + 3600 } as const;
  contenders.push(
    {
      name: "redis, GET and SET",
      call: {
        read: async (session) => await nodeRedis.get(`floor-${session}`),
        save: async (session) => await nodeRedis.set(`floor-${session}`, PAYLOAD, { expiration }),
      },
    },
    await ofStore("RedisStore, redis", "redis, GET and SET", new RedisStore(nodeRedis, { prefix: "a:" })),
    await ofStore(
      "fromExpressStore, connect-redis",
      "redis, GET and SET",
      fromExpressStore(new ConnectRedis({ client: nodeRedis })),
    ),
    {
      name: "ioredis, GET and SET",
      call: {
        read: async (session) => await ioredis.get(`floor-${session}`),
        save: async (session) => await ioredis.set(`floor-${session}`, PAYLOAD, "EXAT", expiration.value),
      },
    },
    await ofStore("RedisStore, ioredis", "ioredis, GET and SET", new RedisStore(ioredis, { prefix: "b:" })),
  );
}

async function addPostgres(): Promise<void> {
  const server = await startPostgres();
  closing.push(async () => await server.stop());
  const pool = new Pool({ connectionString: server.url, max: PARALLEL });
  pool.on("error", () => {});
  closing.push(async () => await pool.end());
  const sql = postgres(server.url, { max: PARALLEL, onnotice: () => {} });
  closing.push(async () => await sql.end());
  await pool.query("CREATE TABLE floor (id text PRIMARY KEY, payload text)");
  await pool.query("INSERT INTO floor SELECT 'bench-' || n, 'payload' FROM generate_series(0, 15) AS n");
  for (const client of [pool, sql])
    await new PostgresStore(client, { table: client === pool ? "a" : "b" }).createSchema();
  const floor = "pg, SELECT and UPDATE";
  contenders.push(
    {
      name: floor,
      call: {
        read: async (session) => await pool.query("SELECT payload FROM floor WHERE id = $1", [`bench-${session}`]),
        save: async (session) =>
          await pool.query("UPDATE floor SET payload = $2 WHERE id = $1", [`bench-${session}`, PAYLOAD]),
      },
    },
    await ofStore("PostgresStore, pg", floor, new PostgresStore(pool, { table: "a" })),
    await ofStore("PostgresStore, postgres", floor, new PostgresStore(sql, { table: "b" })),
  );
}

async function addMariaDb(): Promise<void> {
  const server = await startMariaDb({ durable: true });
  closing.push(async () => await server.stop());
  const pool = createPool({ uri: server.url, connectionLimit: PARALLEL });
  closing.push(async () => await pool.end());
  await pool.query("CREATE TABLE floor (id varchar(255) CHARACTER SET ascii PRIMARY KEY, payload longtext)");
  await pool.query("INSERT INTO floor SELECT CONCAT('bench-', seq), 'payload' FROM seq_0_to_15");
  await new MysqlStore(pool).createSchema();
  const floor = "mysql2, SELECT and UPDATE";
  let saves = 0;
  contenders.push(
    {
      name: floor,
      call: {
        read: async (session) => await pool.execute("SELECT payload FROM floor WHERE id = ?", [`bench-${session}`]),
        // Another text each time: MariaDB does not write a row that stays as it is.
        save: async (session) =>
          await pool.execute("UPDATE floor SET payload = ? WHERE id = ?", [`${PAYLOAD}${saves++}`, `bench-${session}`]),
      },
    },
    await ofStore("MysqlStore, mysql2", floor, new MysqlStore(pool)),
  );
}

/** Microseconds for each call. */
async function time(call: (session: number) => Promise<unknown>, parallel: number): Promise<number> {
  const began = performance.now();
  const each = Math.ceil(CALLS / parallel);
  const repeat = async (session: number): Promise<void> => {
    for (let done = 0; done < each; done++) await call(session);
  };
  await Promise.all(Array.from({ length: parallel }, async (_, session) => await repeat(session)));
  return ((performance.now() - began) * 1000) / (each * parallel);
}

async function measure(): Promise<void> {
  const columns = (["read", "save"] as const).flatMap((operation) =>
    [1, PARALLEL].map((parallel) => ({ operation, parallel })),
  );
  const times = new Map(contenders.map(({ name }) => [name, columns.map((): number[] => [])]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const { name, call } of contenders) {
      for (const [column, { operation, parallel }] of columns.entries()) {
        const microseconds = await time(call[operation], parallel);
        // The first round warms up.
        if (round >= 0) times.get(name)![column]!.push(microseconds);
      }
    }
  }
  const rows = contenders.map(({ name, floor }) => {
    const cells = columns.map(({ operation, parallel }, column): [string, string] => {
      const own = times.get(name)![column]!;
      const ratio =
        floor === undefined
          ? ""
          : ` (x${median(own.map((value, round) => value / times.get(floor)![column]![round]!)).toFixed(2)})`;
      return [`${operation}, ${parallel === 1 ? "alone" : `of ${parallel}`}`, `${median(own).toFixed(0)} µs${ratio}`];
    });
    return [name, Object.fromEntries(cells)] as const;
  });
  console.table(Object.fromEntries(rows));
  const about = { rounds: ROUNDS, calls: CALLS };
  const names = columns.map(
    ({ operation, parallel }) => `${operation}, ${parallel === 1 ? "alone" : `of ${parallel}`}`,
  );
  const microseconds = [...times].map(([name, own]) => [
    name,
    Object.fromEntries(own.map((values, column) => [names[column], values])),
  ]);
  writeResults("stores", { about, microseconds: Object.fromEntries(microseconds) as object }, 1);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)]!;
}
