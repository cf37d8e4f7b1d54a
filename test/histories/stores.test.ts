import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { createPool } from "mysql2/promise";
import { Pool } from "pg";
import { MysqlStore } from "latchkey/stores/mysql";
import { PostgresStore } from "latchkey/stores/postgres";
import { checkHistory } from "latchkey/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { mariadbPrograms, startMariaDb } from "../support/mariadb.ts";
import { postgresPrograms, redisPrograms, startPostgres, startRedis, type Service } from "../support/services.ts";
import { CutProxy } from "./cut-proxy.ts";
import { Recorder } from "./recorder.ts";

async function recorderOf(kind: string, address: string): Promise<Recorder> {
  const recorder = new Recorder(kind, address);
  onTestFinished(() => recorder.stop());
  return await recorder.start();
}

function expectOrder(name: string, { history, counts }: Recorder): void {
  console.log(`${name}: ${counts.acknowledged} operations acknowledged, ${counts.unanswered} without a good answer`);
  for (const kind of ["begin", "read", "write", "renew", "end"])
    expect(history.some((operation) => operation.kind === kind && operation.outcome === "ok")).toBe(true);
  expect(checkHistory(history)).toEqual({ isLinearizable: true, part: [] });
}

/** What happens to a server, to the way to it, and to one of the processes that use it. */
async function survives(
  kind: string,
  server: Service,
  urlOf: (port: number) => string,
  end: NodeJS.Signals = "SIGKILL",
): Promise<void> {
  const proxy = await new CutProxy(server.port).start();
  onTestFinished(async () => await proxy.stop());
  const recorder = await recorderOf(kind, urlOf(proxy.port));
  await recorder.record(async () => {
    const goOn = async (): Promise<void> => await recorder.until("acknowledged", 30);
    for (let cut = 0; cut < 3; cut++) {
      await goOn();
      proxy.cut();
    }
    await goOn();
    proxy.hold();
    await recorder.until("unanswered", 1);
    proxy.release();
    await goOn();
    server.signal("SIGSTOP");
    // Nothing new is connected to, and a server of one process does nothing.
    proxy.cut();
    await recorder.until("unanswered", 1);
    server.signal("SIGCONT");
    await goOn();
    await recorder.restart(0);
    await goOn();
    await server.kill(end);
    await recorder.until("unanswered", 1);
    await server.start();
    await goOn();
  });
  expect(recorder.counts.unanswered).toBeGreaterThan(2);
  expectOrder(kind, recorder);
}

describe("the requests of three processes on shared sessions have an order", { timeout: 240_000 }, () => {
  test.skipIf(redisPrograms === undefined)("on a Redis that is cut off, stopped and killed", async () => {
    const server = await startRedis({ always: true });
    onTestFinished(async () => await server.stop());
    await survives("redis", server, (port) => `redis://127.0.0.1:${port}`);
  });

  test.skipIf(postgresPrograms === undefined)("on a PostgreSQL that is cut off, stopped and killed", async () => {
    const server = await startPostgres();
    onTestFinished(async () => await server.stop());
    const pool = new Pool({ connectionString: server.url });
    await new PostgresStore(pool).createSchema();
    await pool.end();
    // Its processes end with it by this signal alone.
    await survives("postgres", server, (port) => server.url.replace(`:${server.port}`, `:${port}`), "SIGQUIT");
  });

  test.skipIf(mariadbPrograms === undefined)("on a MariaDB that is cut off, stopped and killed", async () => {
    const server = await startMariaDb({ durable: true });
    onTestFinished(async () => await server.stop());
    const pool = createPool({ uri: server.url });
    await new MysqlStore(pool).createSchema();
    await pool.end();
    await survives("mariadb", server, (port) => server.url.replace(`:${server.port}`, `:${port}`));
  });

  const temporaryFile = (): string => {
    const folder = mkdtempSync(join(tmpdir(), "latchkey-histories-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "sessions.sqlite");
    // The file keeps this mode. Workers that start at once and set it would lock each other out.
    const database = new DatabaseSync(file);
    database.exec("PRAGMA journal_mode = WAL");
    database.close();
    return file;
  };

  test("on an SQLite file, while processes are stopped and killed", async () => {
    const recorder = await recorderOf("sqlite", temporaryFile());
    await recorder.record(async () => {
      for (const number of [0, 1, 2]) {
        await recorder.until("acknowledged", 30);
        recorder.signal(number, "SIGSTOP");
        // Perhaps while it has the file locked: then the others fail meanwhile.
        await sleep(500);
        recorder.signal(number, "SIGCONT");
        await recorder.until("acknowledged", 20);
        await recorder.restart(number);
      }
      await recorder.until("acknowledged", 30);
    });
    expectOrder("sqlite", recorder);
  });

  test("and have none on a store that does not compare before it writes", async () => {
    const recorder = await recorderOf("careless", temporaryFile());
    await recorder.record(async () => await recorder.until("acknowledged", 150));
    const { isLinearizable, part } = checkHistory(recorder.history);
    expect(isLinearizable).toBe(false);
    expect(part.length).toBeGreaterThan(1);
  });
});
