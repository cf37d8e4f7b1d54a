import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Cluster, Redis } from "ioredis";
import { createConnection, createPool, type RowDataPacket } from "mysql2/promise";
import { Pool } from "pg";
import postgres from "postgres";
import { createClient, createCluster } from "redis";
import { describe, expect, onTestFinished, test } from "vitest";
import { MysqlStore } from "latchkey/stores/mysql";
import { PostgresStore } from "latchkey/stores/postgres";
import { RedisStore } from "latchkey/stores/redis";
import { SqliteStore } from "latchkey/stores/sqlite";
import { Load, type LoadReport } from "../support/load.ts";
import { mariadbPrograms, startMariaDb } from "../support/mariadb.ts";
import { postgresPrograms, redisPrograms, startPostgres, startRedis, startRedisCluster } from "../support/services.ts";

/**
 * Most time that a load may take to get through an outage, in milliseconds: a call that takes
 * longer counts as hung.
 */
const PATIENCE = 15_000;

function print(name: string, report: LoadReport, lost: number): void {
  const { confirmed, refused, failed, hung, outage, slowest } = report;
  console.log(
    `${name}: ${confirmed} writes confirmed, ${lost} of them lost, ${refused} refused, ${failed} calls failed, ${hung} hung, outage ${outage} ms, slowest call ${slowest} ms`,
  );
}

/**
 * Runs loads, breaks what is below them, and looks afterwards at what each has seen, and what is
 * still there.
 */
async function survive(
  loads: Readonly<Record<string, Load>>,
  breakIt: () => Promise<void>,
): Promise<Record<string, { report: LoadReport; lost: readonly string[] }>> {
  const all = Object.entries(loads);
  await Promise.all(all.map(async ([, load]) => await load.confirms(200)));
  await breakIt();
  await Promise.all(all.map(async ([, load]) => await load.confirms(200)));
  const results: Record<string, { report: LoadReport; lost: readonly string[] }> = {};
  for (const [name, load] of all) {
    const report = await load.stop();
    const lost = await load.lost();
    print(name, report, lost.length);
    results[name] = { report, lost };
  }
  return results;
}

describe("when the machine below fails", () => {
  test.skipIf(redisPrograms === undefined)(
    "a Redis with appendfsync always, killed and started again, has lost no confirmed write",
    { timeout: 300_000 },
    async () => {
      const server = await startRedis({ always: true });
      onTestFinished(async () => await server.stop());
      const nodeRedis = createClient({ url: `redis://127.0.0.1:${server.port}` }).on("error", () => {});
      onTestFinished(() => nodeRedis.destroy());
      await nodeRedis.connect();
      // Left to itself, ioredis sends a write again whose answer it has missed; the second one
      // finds the first one's work, and is refused.
      const ioredis = new Redis(server.port, "127.0.0.1", { maxRetriesPerRequest: 0 }).on("error", () => {});
      onTestFinished(() => ioredis.disconnect());

      const loads = {
        "Redis killed, client redis": new Load(new RedisStore(nodeRedis, { prefix: "a:" }), "node-redis", {
          patience: PATIENCE,
        }),
        "Redis killed, client ioredis": new Load(new RedisStore(ioredis, { prefix: "b:" }), "ioredis", {
          patience: PATIENCE,
        }),
      };
      const results = await survive(loads, async () => {
        for (let round = 0; round < 3; round++) {
          await server.kill("SIGKILL");
          await sleep(300);
          await server.start();
          await Promise.all(Object.values(loads).map(async (load) => await load.confirms(50)));
        }
      });
      for (const { report, lost } of Object.values(results)) {
        expect(lost).toEqual([]);
        expect(report).toMatchObject({ hung: 0, refused: 0 });
      }
    },
  );

  test.skipIf(redisPrograms === undefined)(
    "a Redis Cluster that loses a primary goes on with its replica",
    { timeout: 300_000 },
    async () => {
      const cluster = await startRedisCluster();
      onTestFinished(async () => await cluster.stop());
      const nodeRedis = createCluster({
        rootNodes: cluster.nodes.map(({ port }) => ({ url: `redis://127.0.0.1:${port}` })),
      }).on("error", () => {});
      onTestFinished(() => nodeRedis.destroy());
      await nodeRedis.connect();
      const ioredis = new Cluster(
        cluster.nodes.map(({ port }) => ({ port, host: "127.0.0.1" })),
        { retryDelayOnFailover: 0 },
      ).on("error", () => {});
      onTestFinished(() => ioredis.disconnect());

      const primary = await cluster.primaryOf("latchkey:session:a");
      const loads = {
        "Cluster failover, client redis": new Load(new RedisStore(nodeRedis, { prefix: "a:" }), "node-redis", {
          patience: PATIENCE,
        }),
        "Cluster failover, client ioredis": new Load(new RedisStore(ioredis, { prefix: "b:" }), "ioredis", {
          patience: PATIENCE,
        }),
      };
      const results = await survive(loads, async () => {
        await primary.kill("SIGKILL");
        // The others notice first, and then agree on a new primary.
        await expect.poll(async () => await cluster.isWhole(), { timeout: 60_000 }).toBe(false);
        await expect.poll(async () => await cluster.isWhole(), { timeout: 60_000 }).toBe(true);
        await primary.start();
      });
      for (const { report, lost } of Object.values(results)) {
        expect(report.hung).toBe(0);
        // Replication is asynchronous, so a confirmed write may be lost here; the sessions of the
        // other two primaries are all there.
        expect(lost.length).toBeLessThan(report.confirmed / 20);
      }
      for (const client of [nodeRedis, ioredis]) {
        const store = new RedisStore(client, { prefix: "after:" });
        for (let number = 0; number < 30; number++) {
          const id = `${client === ioredis ? "io" : "node"}-${number}`;
          expect(await store.set(id, "payload", 4_000_000_000, { subject: id })).toBe(true);
          expect(await store.deleteBySubject(id)).toBe(1);
        }
      }
    },
  );

  test.skipIf(postgresPrograms === undefined)(
    "a PostgreSQL that stops at once and starts again has lost no confirmed write",
    { timeout: 300_000 },
    async () => {
      const server = await startPostgres();
      onTestFinished(async () => await server.stop());
      const pool = new Pool({ connectionString: server.url, max: 8, connectionTimeoutMillis: 5000 }).on(
        "error",
        () => {},
      );
      onTestFinished(async () => await pool.end());
      // Left to itself, postgres waits up to 20 s before it tries to connect again, and lets calls
      // wait as long.
      const sql = postgres(server.url, { max: 8, connect_timeout: 5, backoff: () => 0.25, onnotice: () => {} });
      onTestFinished(async () => await sql.end({ timeout: 1 }));
      await new PostgresStore(pool).createSchema();

      const loads = {
        "PostgreSQL stopped, client pg": new Load(new PostgresStore(pool), "pg", { patience: PATIENCE }),
        "PostgreSQL stopped, client postgres": new Load(new PostgresStore(sql), "postgres", { patience: PATIENCE }),
      };
      const results = await survive(loads, async () => {
        for (const signal of ["SIGQUIT", "SIGKILL"] as const) {
          await server.kill(signal);
          await sleep(300);
          await server.start();
          await Promise.all(Object.values(loads).map(async (load) => await load.confirms(50)));
        }
      });
      for (const { report, lost } of Object.values(results)) {
        expect(lost).toEqual([]);
        expect(report).toMatchObject({ hung: 0, refused: 0 });
      }
    },
  );

  test.skipIf(mariadbPrograms === undefined)(
    "a MariaDB whose connections are killed 100 times, and which is killed itself, has lost no confirmed write",
    { timeout: 300_000 },
    async () => {
      const server = await startMariaDb({ durable: true });
      onTestFinished(async () => await server.stop());
      const pool = createPool({ uri: server.url, connectionLimit: 8, connectTimeout: 5000 });
      onTestFinished(async () => await pool.end());
      await new MysqlStore(pool).createSchema();

      const load = new Load(new MysqlStore(pool), "mysql2", { patience: PATIENCE });
      const results = await survive({ "MariaDB killed, client mysql2": load }, async () => {
        const admin = await createConnection(server.url);
        const others = "SELECT id FROM information_schema.processlist WHERE user = 'root' AND id <> CONNECTION_ID()";
        for (let killed = 0; killed < 100; await load.confirms(10)) {
          const [rows] = await admin.query<RowDataPacket[]>(others);
          for (const { id } of rows)
            killed += await admin.query(`KILL ${id}`).then(
              () => 1,
              () => 0,
            );
        }
        admin.destroy();
        for (let round = 0; round < 3; round++) {
          await server.kill("SIGKILL");
          await sleep(300);
          await server.start();
          await load.confirms(50);
        }
      });
      for (const { report, lost } of Object.values(results)) {
        expect(lost).toEqual([]);
        expect(report).toMatchObject({ hung: 0, refused: 0 });
      }
    },
  );

  test(
    "an SQLite file whose writer is killed 100 times holds every confirmed write, and is whole",
    { timeout: 300_000 },
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "latchkey-killed-"));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      let confirmed = 0;
      const killOften = async (file: string, times: number): Promise<void> => {
        for (let round = 0; round < times; round++) {
          const numbers = await writeUntilKilled(file, `${round}`);
          const database = new DatabaseSync(file);
          try {
            expect(database.prepare("PRAGMA quick_check").all()).toEqual([{ quick_check: "ok" }]);
            const store = new SqliteStore(database);
            for (const [id, number] of numbers) {
              confirmed += number;
              const kept = Number((await store.get(id))?.split(" ")[0]);
              // One write more than was told of may have been done when the process ended.
              expect([number, number + 1], id).toContain(kept);
            }
            expect(await store.listBySubject(`${round}`)).not.toEqual([]);
          } finally {
            database.close();
          }
        }
      };
      await Promise.all(["one", "two", "three", "four"].map(async (name) => await killOften(join(folder, name), 25)));
      console.log(`SQLite, writer killed 100 times: ${confirmed} writes confirmed, 0 of them lost`);
      expect(confirmed).toBeGreaterThan(100);
    },
  );
});

/**
 * Kills the writer some milliseconds after its first word, and returns the last number of each id
 * that it has told of.
 */
async function writeUntilKilled(file: string, round: string): Promise<ReadonlyMap<string, number>> {
  const writer = fileURLToPath(new URL("sqlite-writer.ts", import.meta.url));
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", writer, file, round], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, "close");
  const numbers = new Map<string, number>();
  for await (const line of createInterface({ input: child.stdout })) {
    if (numbers.size === 0) setTimeout(() => child.kill("SIGKILL"), Math.random() * 20);
    const [id, number] = line.split(" ");
    numbers.set(id!, Number(number));
  }
  await ended;
  if (child.signalCode !== "SIGKILL") throw new Error(`The writer ended by itself:\n${errors}`);
  return numbers;
}
