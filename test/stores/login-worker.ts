import { DatabaseSync } from "node:sqlite";
import { createInterface } from "node:readline";
import { Cluster, Redis } from "ioredis";
import { SessionManager, type IndexedStore, type MaxSessions, type SessionError } from "latchkey";
import { MysqlStore } from "latchkey/stores/mysql";
import { PostgresStore } from "latchkey/stores/postgres";
import { RedisStore } from "latchkey/stores/redis";
import { SqliteStore } from "latchkey/stores/sqlite";
import { createPool } from "mysql2/promise";
import { Pool } from "pg";

/*
 * A process that logs one user in as often as each line of its input says, all at once, and answers
 * with the codes of the errors, and the cookies of the logins that succeeded.
 */
interface Order {
  readonly kind: string;
  /** A file, a URL, or ports. */
  readonly address: string;
  readonly maxSessions: MaxSessions;
  readonly subject: string;
  readonly count: number;
}

const key = process.argv[2]!;
const managers = new Map<string, SessionManager>();

function managerFor({ kind, address, maxSessions }: Order): SessionManager {
  const name = JSON.stringify([kind, address, maxSessions]);
  let manager = managers.get(name);
  if (manager === undefined) {
    manager = new SessionManager({ keys: key, store: open(kind, address), storeTimeout: 60, maxSessions });
    managers.set(name, manager);
  }
  return manager;
}

function open(kind: string, address: string): IndexedStore {
  if (kind === "sqlite") {
    const database = new DatabaseSync(address);
    database.exec("PRAGMA busy_timeout = 20000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    return new SqliteStore(database);
  }
  if (kind === "postgres") {
    const pool = new Pool({ connectionString: address, max: 2 });
    // The server goes away between two stores, and without a listener that would end the process.
    pool.on("error", () => {});
    return new PostgresStore(pool);
  }
  if (kind === "mysql") return new MysqlStore(createPool({ uri: address, connectionLimit: 2 }));
  const ports = address.split(",").map(Number);
  if (kind === "cluster") return new RedisStore(new Cluster(ports.map((port) => ({ port, host: "127.0.0.1" }))));
  return new RedisStore(new Redis(ports[0]!, "127.0.0.1"));
}

async function login(
  manager: SessionManager,
  subject: string,
): Promise<{ readonly cookie: string } | { readonly code: string }> {
  const session = await manager.load(undefined);
  session.login(subject);
  try {
    const [, line] = (await manager.commit(session)).find(([name]) => name === "Set-Cookie")!;
    return { cookie: line.split(";")[0]! };
  } catch (error) {
    return { code: (error as Partial<SessionError>).code ?? String(error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as Order;
  const manager = managerFor(order);
  const answers = await Promise.all(
    Array.from({ length: order.count }, async () => await login(manager, order.subject)),
  );
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}
