import { createClient } from "redis";
import { sealed, SessionManager, signed, type SessionStore } from "../../../src/index.ts";
import { MemoryStore } from "../../../src/stores/memory.ts";
import { RedisStore } from "../../../src/stores/redis.ts";
import { SECRET, type Environment, type Guarantee, type Visitor } from "../contender.ts";

/** A manager that gives the guarantee, with everything else as it comes. */
export async function latchkey(guarantee: Guarantee, environment: Environment): Promise<SessionManager<Visitor>> {
  if (guarantee === "encrypted") return new SessionManager<Visitor>({ keys: SECRET, format: sealed() });
  if (guarantee === "signed") return new SessionManager<Visitor>({ keys: SECRET, format: signed() });
  const store: SessionStore =
    guarantee === "memory"
      ? new MemoryStore({ production: true })
      : new RedisStore(await redisClient(environment), { prefix: `latchkey:${process.pid}:` });
  return new SessionManager<Visitor>({ keys: SECRET, store });
}

/** A connected client of the package redis. */
export async function redisClient({ redisPort }: Environment): Promise<ReturnType<typeof createClient>> {
  if (redisPort === undefined) throw new Error("There is no Redis server on this machine.");
  return await createClient({ url: `redis://127.0.0.1:${redisPort}` }).connect();
}
