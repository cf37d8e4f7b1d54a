// What the four servers in this folder share: a manager whose store passes on the ends of sessions.
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SessionManager, type SessionStore } from "latchkey";
import { loadKeyRing } from "latchkey/keys";
import { MemoryStore } from "latchkey/stores/memory";
import { PostgresStore } from "latchkey/stores/postgres";
import { RedisStore } from "latchkey/stores/redis";
import { Pool } from "pg";
import { createClient } from "redis";

const { env } = process;

/** With REDIS_URL the sessions are in Redis, with DATABASE_URL in PostgreSQL, else in memory. */
async function openStore(): Promise<SessionStore> {
  const logError = ({ message }: Error): void => console.error(message);
  if (env["REDIS_URL"] !== undefined) {
    const client = createClient({ url: env["REDIS_URL"], disableOfflineQueue: true }).on("error", logError);
    // A connection that subscribes takes no other commands, so it is a second one.
    const subscriber = client.duplicate().on("error", logError);
    await Promise.all([client.connect(), subscriber.connect()]);
    return new RedisStore(client, { subscriber });
  }
  if (env["DATABASE_URL"] !== undefined) {
    // One connection of the pool listens, while anybody waits for the end of a session.
    const pool = new Pool({ connectionString: env["DATABASE_URL"] }).on("error", logError);
    const store = new PostgresStore(pool);
    await store.createSchema();
    return store;
  }
  return new MemoryStore();
}

/** A manager for one process of several. IDLE_TIMEOUT is in seconds. */
export async function openManager(): Promise<SessionManager> {
  const idleTimeout = env["IDLE_TIMEOUT"] === undefined ? undefined : Number(env["IDLE_TIMEOUT"]);
  return new SessionManager({ keys: loadKeyRing({ env }), store: await openStore(), idleTimeout });
}

export const port = Number(env["PORT"] ?? 3000);

/** Says where the server is, once it listens. */
export function report(server: Server): void {
  server.on("listening", () => console.log(`Listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`));
}

/** What each of the servers does on the path of a POST request. */
export const ACTIONS: Readonly<
  Record<string, (manager: SessionManager, session: Awaited<ReturnType<SessionManager["load"]>>) => unknown>
> = {
  // A real application checks a password here.
  "/login": (_, session) => session.login("ada"),
  "/logout": (_, session) => session.logout(),
  "/renew": (_, session) => session.renew(),
  "/logout-everywhere": async (manager, { subject }) => (subject === undefined ? 0 : await manager.revokeAll(subject)),
};
