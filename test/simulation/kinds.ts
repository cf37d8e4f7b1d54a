import { DatabaseSync } from "node:sqlite";
import { flask } from "../../src/sessions/cookie/formats/flask.ts";
import { sealed } from "../../src/sessions/cookie/formats/sealed.ts";
import { signed } from "../../src/sessions/cookie/formats/signed.ts";
import type { SessionManagerOptions } from "../../src/sessions/manager-options.ts";
import type { IndexedStore } from "../../src/sessions/store/session-store.ts";
import { MemoryStore } from "../../src/stores/memory.ts";
import { PostgresStore } from "../../src/stores/postgres.ts";
import { RedisStore } from "../../src/stores/redis.ts";
import { SqliteStore } from "../../src/stores/sqlite.ts";
import { startPostgres, startRedis } from "../support/services.ts";
import { ClockedStore } from "./clocked-store.ts";
import { TwoStepStore } from "./two-step-store.ts";

/** The hand of the clock of a simulation. */
export class Time {
  static readonly START = 1_800_000_000;
  now: number = Time.START;
  readonly clock = (): number => this.now;
}

/** One way of keeping sessions. */
export interface Kind {
  readonly name: KindName;
  /** What a manager is made with. A store is one for all processes, a format is not. */
  readonly options: () => Pick<SessionManagerOptions, "format" | "store">;
  readonly store: IndexedStore | undefined;
  close(): Promise<void>;
}

export const KIND_NAMES = ["sealed", "signed", "flask", "memory", "two-step", "sqlite", "redis", "postgres"] as const;
export type KindName = (typeof KIND_NAMES)[number];

const FORMATS = { sealed, signed, flask };

/** Opens a way of keeping sessions. Redis and PostgreSQL are started for it. */
export async function openKind(name: KindName, { clock }: Time): Promise<Kind> {
  const done = async (): Promise<void> => {};
  const inStore = (store: IndexedStore, close = done): Kind => ({ name, options: () => ({ store }), store, close });
  switch (name) {
    case "memory":
      return inStore(new MemoryStore({ clock, maxSessions: 1_000_000 }));
    case "two-step":
      return inStore(new TwoStepStore({ clock, maxSessions: 1_000_000 }));
    case "sqlite": {
      const database = new DatabaseSync(":memory:");
      const store = new SqliteStore(database, { clock });
      store.createSchema();
      return inStore(store, async () => database.close());
    }
    case "redis": {
      const { createClient } = await import("redis");
      const service = await startRedis();
      const client = await createClient({ url: `redis://127.0.0.1:${service.port}` }).connect();
      return inStore(new ClockedStore(new RedisStore(client), clock), async () => {
        client.destroy();
        await service.stop();
      });
    }
    case "postgres": {
      const { default: pg } = await import("pg");
      const service = await startPostgres();
      const pool = new pg.Pool({ connectionString: service.url });
      const store = new PostgresStore(pool, { clock });
      await store.createSchema();
      return inStore(store, async () => {
        await pool.end();
        await service.stop();
      });
    }
    default: {
      const format = FORMATS[name];
      return { name, options: () => ({ format: format() }), store: undefined, close: done };
    }
  }
}
