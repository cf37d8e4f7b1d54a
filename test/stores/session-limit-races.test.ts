import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { createClient } from "@libsql/client";
import { Cluster, Redis } from "ioredis";
import { SessionManager, type IndexedStore, type MaxSessions } from "latchkey";
import { generateSecretKey } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { MysqlStore } from "latchkey/stores/mysql";
import { PostgresStore } from "latchkey/stores/postgres";
import { RedisStore } from "latchkey/stores/redis";
import { SqliteStore } from "latchkey/stores/sqlite";
import { AsyncSqliteStore } from "latchkey/stores/sqlite-async";
import { createPool, type Pool as MysqlPool } from "mysql2/promise";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LineProcess } from "../support/line-process.ts";
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
 * 200 logins of one user at the same moment. Managers do not know of each other: what they share is
 * the store, as in several processes.
 */
const AT_ONCE = 200;
const MANAGERS = 8;
const PROCESSES = 8;
const MOST = 5;
/** More of them with LATCHKEY_LIMIT_RUNS=50, which takes minutes. */
const MANAGER_RUNS = Number(process.env["LATCHKEY_LIMIT_RUNS"] ?? 2);
const PROCESS_RUNS = Number(process.env["LATCHKEY_LIMIT_RUNS"] ?? 1);
const RULES = ["end_oldest", "refuse"] as const;
const keys = generateSecretKey();

type Answer = { readonly cookie: string } | { readonly code: string };

/** What is left of the logins of one user. */
interface Outcome {
  /** Logins that were answered with a cookie, and the codes of the errors of the others. */
  readonly succeeded: number;
  readonly codes: readonly string[];
  /** Cookies that open a session afterwards. */
  readonly usable: number;
  readonly listed: number;
}

const EXPECTED: Readonly<Record<MaxSessions["then"], Outcome>> = {
  end_oldest: { succeeded: AT_ONCE, codes: [], usable: MOST, listed: MOST },
  refuse: { succeeded: MOST, codes: ["session_limit"], usable: MOST, listed: MOST },
};

async function outcomeOf(answers: readonly Answer[], manager: SessionManager, subject: string): Promise<Outcome> {
  const cookies = answers.flatMap((answer) => ("cookie" in answer ? [answer.cookie] : []));
  const codes = new Set(answers.flatMap((answer) => ("code" in answer ? [answer.code] : [])));
  const opened = await Promise.all(cookies.map(async (cookie) => (await manager.load(cookie)).subject));
  return {
    succeeded: cookies.length,
    codes: [...codes],
    usable: opened.filter((user) => user === subject).length,
    listed: (await manager.list(subject)).length,
  };
}

async function login(manager: SessionManager, subject: string): Promise<Answer> {
  const session = await manager.load(undefined);
  session.login(subject);
  try {
    const [, line] = (await manager.commit(session)).find(([name]) => name === "Set-Cookie")!;
    return { cookie: line.split(";")[0]! };
  } catch (error) {
    return { code: (error as { readonly code: string }).code };
  }
}

function fromManagers(name: string, open: () => IndexedStore): void {
  describe(`${name}, from ${MANAGERS} managers`, { timeout: 1_200_000 }, () => {
    test.each(RULES)(`${AT_ONCE} logins at once leave exactly ${MOST} (%s)`, async (then) => {
      const store = open();
      const maxSessions = { perSubject: MOST, then };
      const managers = Array.from(
        { length: MANAGERS },
        () => new SessionManager({ keys, store, maxSessions, storeTimeout: 60 }),
      );
      for (let run = 0; run < MANAGER_RUNS; run++) {
        const subject = `${then} ${run}`;
        const answers = await Promise.all(
          Array.from({ length: AT_ONCE }, async (_, at) => await login(managers[at % MANAGERS]!, subject)),
        );
        expect(await outcomeOf(answers, managers[0]!, subject)).toEqual(EXPECTED[then]);
      }
    });
  });
}

/** One set of processes for all stores: to start them takes longer than a run. */
const processes: LineProcess[] = [];
beforeAll(async () => {
  const worker = fileURLToPath(new URL("login-worker.ts", import.meta.url));
  const options = ["--conditions=latchkey-source", "--disable-warning=ExperimentalWarning"];
  while (processes.length < PROCESSES) processes.push(new LineProcess(process.execPath, [...options, worker, keys]));
}, 300_000);
afterAll(() => {
  for (const each of processes) each.close();
});

function fromProcesses(name: string, kind: string, address: () => string, open: () => IndexedStore): void {
  describe(`${name}, from ${PROCESSES} processes`, { timeout: 1_200_000 }, () => {
    test.each(RULES)(`${AT_ONCE} logins at once leave exactly ${MOST} (%s)`, async (then) => {
      const maxSessions = { perSubject: MOST, then };
      const manager = new SessionManager({ keys, store: open(), maxSessions, storeTimeout: 60 });
      const ask = async (each: LineProcess, subject: string, count: number): Promise<readonly Answer[]> =>
        await each.ask({ kind, address: address(), maxSessions, subject, count });
      // All of them are there, and connected, before the first run.
      await Promise.all(processes.map(async (each, at) => await ask(each, `${then} first ${at}`, 1)));
      for (let run = 0; run < PROCESS_RUNS; run++) {
        const subject = `processes ${then} ${run}`;
        const answers = await Promise.all(processes.map(async (each) => await ask(each, subject, AT_ONCE / PROCESSES)));
        expect(await outcomeOf(answers.flat(), manager, subject)).toEqual(EXPECTED[then]);
      }
    });
  });
}

fromManagers("MemoryStore", () => new MemoryStore());

describe("SqliteStore", () => {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-limit-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "sessions.sqlite");
  const open = (): SqliteStore => {
    const database = new DatabaseSync(file);
    database.exec("PRAGMA busy_timeout = 20000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    const store = new SqliteStore(database);
    store.createSchema();
    return store;
  };
  fromManagers("in one file", open);
  fromProcesses("in one file", "sqlite", () => file, open);
});

describe("AsyncSqliteStore", () => {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-limit-"));
  const client = createClient({ url: `file:${join(folder, "sessions.sqlite")}` });
  const store = new AsyncSqliteStore(client);
  beforeAll(async () => await store.createSchema());
  afterAll(() => {
    client.close();
    rmSync(folder, { recursive: true, force: true });
  });
  fromManagers("with libSQL in a file", () => store);
});

describe.skipIf(redisPrograms === undefined)("RedisStore", () => {
  let server: Service;
  let cluster: RedisCluster;
  const clients: { disconnect(): void }[] = [];
  beforeAll(async () => void ([server, cluster] = await Promise.all([startRedis(), startRedisCluster()])), 120_000);
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await Promise.all([server.stop(), cluster.stop()]);
  }, 300_000);
  const onServer = (): RedisStore => {
    const client = new Redis(server.port, "127.0.0.1");
    clients.push(client);
    return new RedisStore(client);
  };
  const onCluster = (): RedisStore => {
    const client = new Cluster(cluster.nodes.map(({ port }) => ({ port, host: "127.0.0.1" })));
    clients.push(client);
    return new RedisStore(client);
  };
  fromManagers("on a server", onServer);
  fromProcesses("on a server", "redis", () => String(server.port), onServer);
  fromManagers("on a Cluster of six", onCluster);
  fromProcesses("on a Cluster of six", "cluster", () => cluster.nodes.map(({ port }) => port).join(), onCluster);
});

describe.skipIf(postgresPrograms === undefined)("PostgresStore", () => {
  let server: Service & { readonly url: string };
  let pool: Pool;
  beforeAll(async () => {
    server = await startPostgres();
    pool = new Pool({ connectionString: server.url, max: 8 });
    await new PostgresStore(pool).createSchema();
  }, 300_000);
  afterAll(async () => {
    await pool.end();
    await server.stop();
  }, 300_000);
  const open = (): PostgresStore => new PostgresStore(pool);
  fromManagers("through a pool", open);
  fromProcesses("through a pool", "postgres", () => server.url, open);
});

describe.skipIf(mariadbPrograms === undefined)("MysqlStore", () => {
  let server: Service & { readonly url: string };
  let pool: MysqlPool;
  beforeAll(async () => {
    server = await startMariaDb();
    pool = createPool({ uri: server.url, connectionLimit: 8 });
    await new MysqlStore(pool).createSchema();
  }, 300_000);
  afterAll(async () => {
    await pool.end();
    await server.stop();
  }, 300_000);
  const open = (): MysqlStore => new MysqlStore(pool);
  fromManagers("on MariaDB", open);
  fromProcesses("on MariaDB", "mysql", () => server.url, open);
});
