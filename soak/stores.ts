import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { postgresPrograms, redisPrograms, startPostgres, startRedis, type Service } from "../test/support/services.ts";

export type StoreKind = "memory" | "sqlite" | "redis" | "postgres";

/** Where a server finds its store. */
export interface StorePlace {
  readonly kind: StoreKind;
  /** A file or a URL. */
  readonly address: string;
}

/** The stores of one run: those of the package alone, and servers where they are installed. */
export interface Stores {
  readonly places: Readonly<Record<StoreKind, StorePlace | undefined>>;
  /** What is not installed, in words. */
  readonly missing: readonly string[];
  readonly folder: string;
  /** Kills the servers and starts them again, one at a time. */
  readonly outages: readonly (() => Promise<void>)[];
  stop(): Promise<void>;
}

/** Opens a folder for files, and starts Redis and PostgreSQL where they are installed. */
export async function startStores(outage: () => Promise<void>): Promise<Stores> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-soak-"));
  const services: Service[] = [];
  const outages: (() => Promise<void>)[] = [];
  const breakable = (service: Service, signal: NodeJS.Signals): void => {
    services.push(service);
    outages.push(async () => {
      await service.kill(signal);
      await outage();
      await service.start();
    });
  };
  let [redis, postgres]: (StorePlace | undefined)[] = [];
  if (redisPrograms !== undefined) {
    // It answers a write when the disk has it, so a killed one has lost no acknowledged write.
    const service = await startRedis({ always: true });
    breakable(service, "SIGKILL");
    redis = { kind: "redis", address: `redis://127.0.0.1:${service.port}` };
  }
  if (postgresPrograms !== undefined) {
    const service = await startPostgres();
    breakable(service, "SIGQUIT");
    postgres = { kind: "postgres", address: service.url };
  }
  const file = join(folder, "sessions.sqlite");
  // The file keeps this mode. Servers that start at once and set it would lock each other out.
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL");
  database.close();
  return {
    places: {
      memory: { kind: "memory", address: "" },
      sqlite: { kind: "sqlite", address: file },
      redis,
      postgres,
    },
    missing: [...(redis ? [] : ["Redis"]), ...(postgres ? [] : ["PostgreSQL"])],
    folder,
    outages,
    stop: async () => {
      await Promise.all(services.map(async (service) => await service.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
