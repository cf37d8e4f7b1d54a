/*
 * What a session costs a store that holds many: p50 and p99 of a read, a write and a touch, and bytes per session, from a thousand sessions up.
 *
 *   npm exec -- node bench/sessions/number.ts [--max 1000000] [--seconds 240] [--stores sqlite,redis,postgres]
 *
 * Sessions are loaded in bulk, as rows and keys of the form that the store writes, and measured through the store's own methods, one after another. No store is
 * filled for longer than its share of the seconds: then the greatest number that was reached is the last. Plots and figures go to bench/results.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";
import pg from "pg";
import { createClient } from "redis";
import type { SessionStore } from "../../src/sessions/store.ts";
import { PostgresStore } from "../../src/stores/postgres.ts";
import { RedisStore } from "../../src/stores/redis.ts";
import { SqliteStore } from "../../src/stores/sqlite.ts";
import { postgresPrograms, redisPrograms, startPostgres, startRedis } from "../../test/support/services.ts";
import { visitorOf } from "./contender.ts";
import { quantile } from "./load.ts";
import { plot } from "./plot.ts";

const { values: options } = parseArgs({
  options: {
    max: { type: "string", default: "1000000" },
    seconds: { type: "string", default: "240" },
    stores: { type: "string", default: "sqlite,redis,postgres" },
  },
});
const BATCH = 10_000;
const SAMPLES = 2000;
const now = Math.floor(Date.now() / 1000);
const expiresAt = now + 1_209_600;
const payload = JSON.stringify({ createdAt: now, data: visitorOf(110), lastSeenAt: now, persistent: false });

/** A store, and what a bench has to do past it. */
interface Subject {
  readonly store: SessionStore;
  fill(ids: readonly string[]): Promise<void>;
  /** All that its sessions take, in memory or on disk. */
  bytes(): Promise<number>;
  stop(): Promise<void>;
}

async function sqlite(): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
  const file = join(folder, "sessions.sqlite");
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  const store = new SqliteStore(database);
  store.createSchema();
  const insert = database.prepare("INSERT INTO latchkey_sessions (id, subject, payload, expires_at) VALUES (?, NULL, ?, ?)");
  return {
    store,
    fill: async (ids) => {
      database.exec("BEGIN");
      for (const id of ids) insert.run(id, payload, expiresAt);
      database.exec("COMMIT");
    },
    bytes: async () => {
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      return statSync(file).size;
    },
    stop: async () => {
      database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function redis(): Promise<Subject | undefined> {
  if (redisPrograms === undefined) return undefined;
  const service = await startRedis();
  const client = await createClient({ url: `redis://127.0.0.1:${service.port}` }).connect();
  // A snapshot in the middle would be measured too.
  await client.configSet("save", "");
  const memory = async (): Promise<number> => Number(/used_memory:(\d+)/.exec(await client.info("memory"))![1]);
  const empty = await memory();
  return {
    store: new RedisStore(client),
    fill: async (ids) => {
      // The client gives a command five seconds, waiting in its queue included.
      for (let start = 0; start < ids.length; start += 1000) {
        await Promise.all(
          ids
            .slice(start, start + 1000)
            .flatMap((id) => [
              client.hSet(`latchkey:session:${id}`, { payload, expires: String(expiresAt) }),
              client.expireAt(`latchkey:session:${id}`, expiresAt + 1),
            ]),
        );
      }
    },
    bytes: async () => (await memory()) - empty,
    stop: async () => {
      await client.close();
      await service.stop();
    },
  };
}

async function postgres(): Promise<Subject | undefined> {
  if (postgresPrograms === undefined) return undefined;
  const service = await startPostgres();
  const client = new pg.Client({ connectionString: service.url });
  await client.connect();
  const store = new PostgresStore(client);
  await store.createSchema();
  return {
    store,
    fill: async (ids) => {
      await client.query("INSERT INTO latchkey_sessions (id, payload, expires_at) SELECT id, $2, $3 FROM unnest($1::text[]) AS id", [
        ids,
        payload,
        expiresAt,
      ]);
    },
    bytes: async () => {
      await client.query("ANALYZE latchkey_sessions");
      const { rows } = await client.query<{ bytes: string }>("SELECT pg_total_relation_size('latchkey_sessions') AS bytes");
      return Number(rows[0]!.bytes);
    },
    stop: async () => {
      await client.end();
      await service.stop();
    },
  };
}

interface Row {
  readonly store: string;
  readonly sessions: number;
  readonly bytesPerSession: number;
  /** Microseconds: p50 and p99. */
  readonly read: readonly [number, number];
  readonly write: readonly [number, number];
  readonly touch: readonly [number, number];
}

async function time(work: (index: number) => Promise<unknown>): Promise<[number, number]> {
  const took: number[] = [];
  for (let index = -SAMPLES; index < SAMPLES; index++) {
    const started = performance.now();
    await work(index);
    if (index >= 0) took.push((performance.now() - started) * 1000);
  }
  return [quantile(took, 0.5), quantile(took, 0.99)];
}

async function measure(name: string, subject: Subject, patience: number): Promise<Row[]> {
  const rows: Row[] = [];
  const { store } = subject;
  const deadline = performance.now() + patience * 1000;
  let filled = 0;
  const known: string[] = [];
  for (let goal = 1000; goal <= Number(options.max); goal *= 10) {
    while (filled < goal && performance.now() < deadline) {
      const ids = Array.from({ length: Math.min(BATCH, goal - filled) }, () => randomBytes(32).toString("base64url"));
      await subject.fill(ids);
      filled += ids.length;
      // Some of all that were ever put in, old and new, but no more than a list should hold.
      known.push(...(goal > 100_000 ? ids.filter((_, index) => index % 20 === 0) : ids));
    }
    // What follows a bulk load (checkpoints, collections of garbage) is not what a store costs.
    await sleep(2000);
    const any = (): string => known[Math.floor(Math.random() * known.length)]!;
    const read = await time(async () => {
      if ((await store.get(any())) === undefined) throw new Error(`${name} has lost a session.`);
    });
    const write = await time(async () => {
      const id = any();
      const before = await store.get(id);
      const started = performance.now();
      if (!(await store.set(id, `${payload} `, expiresAt, { replaces: before! }))) throw new Error(`${name} refused a write.`);
      return performance.now() - started;
    });
    const touch = await time(async (index) => await store.touch(any(), expiresAt + 1 + (index % 50)));
    const row = { store: name, sessions: filled, bytesPerSession: (await subject.bytes()) / filled, read, write, touch };
    rows.push(row);
    const show = ([p50, p99]: readonly [number, number]): string => `${p50.toFixed(0)}, ${p99.toFixed(0)}`;
    console.log(
      `| ${name} | ${filled.toLocaleString("en")} | ${show(read)} | ${show(write)} | ${show(touch)} | ${row.bytesPerSession.toFixed(0)} |`,
    );
    if (filled < goal) break;
  }
  return rows;
}

console.log(
  "| store | sessions | read p50, p99 µs | read and write | touch | bytes per session |\n| --- | ---: | ---: | ---: | ---: | ---: |",
);
const makers: Readonly<Record<string, () => Promise<Subject | undefined>>> = { sqlite, redis, postgres };
const names = options.stores.split(",");
const rows: Row[] = [];
for (const name of names) {
  const subject = await makers[name]!();
  if (subject === undefined) {
    console.log(`${name} is not on this machine.`);
    continue;
  }
  try {
    rows.push(...(await measure(name, subject, Number(options.seconds) / names.length)));
  } finally {
    await subject.stop();
  }
}
const folder = new URL("../results/", import.meta.url);
mkdirSync(folder, { recursive: true });
const about = { date: new Date().toISOString().slice(0, 10), node: process.version, samples: SAMPLES };
writeFileSync(new URL("number.json", folder), `${JSON.stringify({ about, rows }, undefined, 1)}\n`);
for (const operation of ["read", "write", "touch"] as const) {
  const lines = names.flatMap((name) => {
    const own = rows.filter(({ store }) => store === name);
    if (own.length === 0) return [];
    return (["p50", "p99"] as const).map((label, index) => ({
      name: `${name} ${label}`,
      points: own.map((row) => [row.sessions, row[operation][index]!] as const),
    }));
  });
  const title = operation === "write" ? "A read and a write" : `A ${operation}`;
  writeFileSync(
    new URL(`number-${operation}.svg`, folder),
    plot(`${title}, against the number of sessions`, "sessions in the store", "microseconds", lines),
  );
}
for (const name of names) {
  const own = rows.filter(({ store }) => store === name);
  const [first, last] = [own[0], own.at(-1)];
  if (first === undefined || last === undefined) continue;
  for (const operation of ["read", "write", "touch"] as const) {
    const ratio = last[operation][0] / first[operation][0];
    console.log(
      `${name}, ${operation}: p50 at ${last.sessions.toLocaleString("en")} is ${ratio.toFixed(2)} times that at ${first.sessions.toLocaleString("en")}${ratio <= 2 ? "" : " (not flat)"}`,
    );
  }
}
