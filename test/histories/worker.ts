import { DatabaseSync } from "node:sqlite";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { SessionManager, type SessionStore } from "latchkey";
import { MysqlStore } from "latchkey/stores/mysql";
import { PostgresStore } from "latchkey/stores/postgres";
import { RedisStore } from "latchkey/stores/redis";
import { SqliteStore } from "latchkey/stores/sqlite";
import type { HistoryOperation } from "latchkey/testing";
import { createPool } from "mysql2/promise";
import { Pool } from "pg";
import { createClient } from "redis";

/*
 * A process that makes requests on sessions, as its input says, and prints each operation when it
 * begins and when its answer is there. So what was under way when the process is killed is known.
 */
export interface Order {
  readonly session: string;
  /** Without it, the session begins. */
  readonly cookie?: string | undefined;
  readonly requests: number;
  /** Whether the last request ends the session. */
  readonly ends: boolean;
}
export type Report =
  | { readonly isReady: true }
  | { readonly began: number; readonly operation: HistoryOperation }
  | { readonly ended: number; readonly part: Partial<HistoryOperation> }
  /** A load that failed. */
  | { readonly missed: true }
  | { readonly done: string; readonly cookie?: string | undefined };

const [kind, address, keys, now] = process.argv.slice(2) as [string, string, string, string];
// So many outcomes of one session may be unknown to one process: each doubles the orders to look
// at.
const MOST_UNKNOWN = 2;
const store = await open();
// The time stands still, so that no token of a renewal becomes too old on a slow machine.
const manager = new SessionManager<{ count: number }>({ keys, store, storeTimeout: 2, clock: () => Number(now) });

async function open(): Promise<SessionStore> {
  if (kind === "redis") {
    const client = createClient({ url: address, socket: { reconnectStrategy: 50 } });
    return new RedisStore(await client.on("error", () => {}).connect());
  }
  if (kind === "postgres")
    return new PostgresStore(
      new Pool({ connectionString: address, max: 4, connectionTimeoutMillis: 1500 }).on("error", () => {}),
    );
  if (kind === "mariadb") return new MysqlStore(createPool({ uri: address, connectionLimit: 4, connectTimeout: 1500 }));
  const database = new DatabaseSync(address);
  database.exec("PRAGMA busy_timeout = 1000; PRAGMA synchronous = FULL");
  const sqlite = new SqliteStore(database);
  sqlite.createSchema();
  return kind === "careless" ? careless(sqlite) : sqlite;
}

/** A store that does not look at what it replaces. */
function careless(store: SessionStore): SessionStore {
  return {
    get: async (id) => await store.get(id),
    delete: async (id) => await store.delete(id),
    set: async (id, payload, expiresAt, { replaces, subject } = {}) => {
      if (replaces !== undefined) await store.delete(id);
      return await store.set(id, payload, expiresAt, { subject });
    },
  };
}

function print(report: Report): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

/** One clock for all processes of this machine, in milliseconds. */
function clock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

let operations = 0;
/** Records an operation. Gives what it gave, or undefined if its outcome is unknown. */
async function recorded<Result>(
  operation: Pick<HistoryOperation, "session" | "kind" | "add" | "set">,
  run: () => Promise<Result>,
  seenOf: (result: Result) => Partial<HistoryOperation> = () => ({}),
): Promise<Result | undefined> {
  const number = operations++;
  const start = clock();
  print({ began: number, operation: { ...operation, start, end: start, outcome: "unknown" } });
  try {
    const result = await run();
    const end = clock();
    print({ ended: number, part: { end, outcome: "ok", ...seenOf(result) } });
    return result;
  } catch {
    print({ ended: number, part: { end: clock() } });
    return undefined;
  }
}

const cookieOf = (headers: readonly (readonly [string, string])[] | undefined): string | undefined =>
  headers?.find(([name]) => name === "Set-Cookie")?.[1].split(";")[0];

async function begin(session: string): Promise<void> {
  const fresh = await manager.load(undefined);
  fresh.login("ada");
  fresh.data.count = 0;
  const headers = await recorded({ session, kind: "begin", set: { count: 0 } }, () => manager.commit(fresh));
  print({ done: session, cookie: cookieOf(headers) });
}

async function work({ session, cookie: first, requests, ends }: Order): Promise<void> {
  let cookie = first;
  let unknown = 0;
  for (let left = requests; left > 0 && unknown < MOST_UNKNOWN; left--) {
    const loaded = await recorded(
      { session, kind: "read" },
      async () => await manager.load(cookie),
      (found) => ({ seen: found.isNew ? null : { ...found.data } }),
    );
    if (loaded === undefined) {
      print({ missed: true });
      await sleep(20);
      continue;
    }
    if (loaded.isNew) break;
    await sleep(Math.random() * 4);
    const chance = Math.random();
    const commit = async (): Promise<Awaited<ReturnType<typeof manager.commit>>> => await manager.commit(loaded);
    let outcome: unknown = true;
    if (ends && left === 1) {
      // A new token, a logout, and an end from outside: each ends what the old cookie opens.
      if (chance < 0.3) loaded.login("eve");
      else if (chance < 0.6) loaded.logout();
      const { id } = loaded;
      outcome = await recorded({ session, kind: "end" }, async () =>
        chance < 0.6 ? await commit() : await manager.revoke(id!),
      );
    } else if (chance < 0.55) {
      loaded.update((data) => void (data.count = (data.count ?? 0) + 1));
      outcome = await recorded({ session, kind: "write", add: { count: 1 } }, commit);
    } else if (chance < 0.7) {
      loaded.renew();
      const headers = await recorded({ session, kind: "renew" }, commit);
      cookie = cookieOf(headers) ?? cookie;
      outcome = headers;
    } else await commit().catch(() => undefined);
    if (outcome === undefined) unknown++;
  }
  print({ done: session });
}

print({ isReady: true });
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as Order;
  void (order.cookie === undefined ? begin(order.session) : work(order));
}
process.exit();
