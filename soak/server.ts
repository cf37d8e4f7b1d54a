import { readdirSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { SessionStore } from "latchkey";
import { loadKeyRing, watchKeyFile } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { PostgresStore } from "latchkey/stores/postgres";
import { RedisStore } from "latchkey/stores/redis";
import { SqliteStore } from "latchkey/stores/sqlite";
import { Pool } from "pg";
import { createClient } from "redis";
import { ADAPTERS } from "./adapters.ts";
import type { StorePlace } from "./stores.ts";

/*
 * One adapter in a process of its own, so that its memory and its descriptors can be told from
 * those of the others. It says its port, and measures itself when it is asked.
 */
export interface Measured {
  /** Bytes of the heap after a collection; of the process. */
  readonly heap: number;
  readonly resident: number;
  /** Undefined where the system does not tell. */
  readonly descriptors: number | undefined;
}

const [adapter, place, keyFile] = process.argv.slice(2) as [string, string, string];
// The parent has gone, however it ended. It may have gone before this line.
process.on("disconnect", () => process.exit());
if (!process.connected) process.exit();

async function open({ kind, address }: StorePlace): Promise<SessionStore> {
  if (kind === "memory") return new MemoryStore({ production: true, maxSessions: 2000 });
  if (kind === "sqlite") {
    const database = new DatabaseSync(address);
    database.exec("PRAGMA busy_timeout = 1500; PRAGMA synchronous = NORMAL");
    const store = new SqliteStore(database);
    store.createSchema();
    return store;
  }
  if (kind === "redis") {
    const client = createClient({ url: address, socket: { reconnectStrategy: 100 } });
    return new RedisStore(await client.on("error", () => {}).connect());
  }
  const pool = new Pool({ connectionString: address, max: 8, connectionTimeoutMillis: 1500 });
  const store = new PostgresStore(pool.on("error", () => {}));
  await store.createSchema();
  return store;
}

function measure(): Measured {
  // The second collection takes what the first one has only marked.
  for (let time = 0; time < 2; time++) globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const descriptors = process.platform === "linux" ? readdirSync("/proc/self/fd").length : undefined;
  return { heap: heapUsed + external, resident: rss, descriptors };
}

const keys = loadKeyRing({ env: { SECRET_KEY_FILE: keyFile, NODE_ENV: "production" } });
watchKeyFile(keys, keyFile);
const port = await ADAPTERS[adapter]!(keys, await open(JSON.parse(place) as StorePlace));
process.on("message", () => process.send!(measure()));
process.send!({ port });
