import type { SessionManager, SessionStore } from "../../../src/index.ts";
import { Pool } from "pg";
import { createClient } from "redis";
import { OWN_DIST, type Build } from "../../build.ts";
import type { Environment, Guarantee, Visitor } from "../contender.ts";

/** A cookie's format that is not the default for its guarantee. */
export type Format = "flask";

/** A manager that gives the guarantee, with defaults for everything else. */
export async function latchkey(
  guarantee: Guarantee,
  environment: Environment,
  format?: Format,
): Promise<SessionManager<Visitor>> {
  const { KeyRing, SessionManager, flask, sealed, signed } = await environment.build.entry("latchkey");
  const [current, ...fallbacks] = environment.secrets;
  const keys = new KeyRing(current, fallbacks);
  if (format === "flask") return new SessionManager<Visitor>({ keys, format: flask() });
  if (guarantee === "encrypted") return new SessionManager<Visitor>({ keys, format: sealed() });
  if (guarantee === "signed") return new SessionManager<Visitor>({ keys, format: signed() });
  return new SessionManager<Visitor>({ keys, store: await storeFor(guarantee, environment), ...environment.sizeLimit });
}

async function storeFor(guarantee: "memory" | "redis" | "postgres", environment: Environment): Promise<SessionStore> {
  const { build } = environment;
  if (guarantee === "memory") {
    const { MemoryStore } = await build.entry("latchkey/stores/memory");
    return new MemoryStore({ production: true });
  }
  if (guarantee === "redis") {
    const { RedisStore } = await build.entry("latchkey/stores/redis");
    return new RedisStore(await redisClient(environment), { prefix: "latchkey:" });
  }
  const { PostgresStore } = await build.entry("latchkey/stores/postgres");
  const store = new PostgresStore(postgresPool(environment), { table: `latchkey_${process.pid}` });
  await store.createSchema();
  return store;
}

/** A connected client of the package redis. */
export async function redisClient({ services: { redisPort } }: Environment): Promise<RedisClient> {
  if (redisPort === undefined) throw new Error("There is no Redis server on this machine.");
  return await clientOf(redisPort).connect();
}

type RedisClient = ReturnType<typeof clientOf>;
const clientOf = (port: number) => createClient({ url: `redis://127.0.0.1:${port}` });

/** A pool of the package pg, with a connection for each request that is under way. */
export function postgresPool({ services: { postgresUrl } }: Environment): Pool {
  if (postgresUrl === undefined) throw new Error("There is no PostgreSQL server on this machine.");
  const pool = new Pool({ connectionString: postgresUrl, max: 16 });
  pool.on("error", () => {});
  return pool;
}
