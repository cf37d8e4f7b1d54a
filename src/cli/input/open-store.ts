import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { IndexedStore, SweepableStore } from "../../index.ts";
import { MysqlStore, type MysqlExecutable } from "../../stores/mysql.ts";
import { PostgresStore } from "../../stores/postgres.ts";
import { RedisStore } from "../../stores/redis.ts";
import { SqliteStore } from "../../stores/sqlite.ts";
import type { Io } from "../io.ts";
import { UsageError } from "../usage-error.ts";

/** A store that a command opened and has to close. */
export interface OpenStore {
  readonly store: IndexedStore & Partial<SweepableStore>;
  close(): Promise<void>;
}

/** The kinds of stores that a URL can name. */
export type StoreKind = "sqlite" | "redis" | "postgres" | "mysql";

/** The kind of store that a URL names. */
export function storeKindOf(url: string): StoreKind {
  if (url.startsWith("sqlite:")) return "sqlite";
  if (/^rediss?:/.test(url)) return "redis";
  if (/^postgres(?:ql)?:/.test(url)) return "postgres";
  if (/^(?:mysql|mariadb):/.test(url)) return "mysql";
  throw new UsageError(
    "The store must be a URL of SQLite, Redis, PostgreSQL or MySQL. Fix: sqlite:FILE, redis://HOST:PORT, postgres://USER@HOST/DATABASE or mysql://USER@HOST/DATABASE.",
  );
}

/**
 * Opens a store by its URL. It uses the client package that is installed in the project of the
 * current folder.
 */
export async function openStore(
  url: string,
  { table, prefix }: { readonly table?: string; readonly prefix?: string },
  io: Io,
): Promise<OpenStore> {
  const named = table === undefined ? {} : { table };
  switch (storeKindOf(url)) {
    case "sqlite": {
      const file = url.startsWith("sqlite://")
        ? fileURLToPath(url.replace(/^sqlite:/, "file:"))
        : resolve(io.cwd, url.slice("sqlite:".length));
      // Opening would create the file, and this command creates nothing.
      if (!existsSync(file))
        throw new UsageError(`There is no database ${file}. Fix: give the path of an existing file after sqlite:`);
      const { DatabaseSync } = await import("node:sqlite");
      const database = new DatabaseSync(file);
      database.exec("PRAGMA busy_timeout = 5000");
      return { store: new SqliteStore(database, named), close: async () => await Promise.resolve(database.close()) };
    }
    case "redis": {
      const redis = await importFrom<RedisPackage>("redis", io);
      const client = redis.createClient({ url });
      client.on("error", () => undefined);
      await client.connect();
      return {
        store: new RedisStore(client, prefix === undefined ? {} : { prefix }),
        close: async () => void (await client.close()),
      };
    }
    case "postgres": {
      const pg = await importFrom<PgPackage>("pg", io);
      const { Client } = pg.default ?? pg;
      const client = new Client({ connectionString: url });
      await client.connect();
      return { store: new PostgresStore(client, named), close: async () => await client.end() };
    }
    case "mysql": {
      const mysql = await importFrom<MysqlPackage>("mysql2/promise", io);
      const connection = await (mysql.default ?? mysql).createConnection(url);
      return { store: new MysqlStore(connection, named), close: async () => await connection.end() };
    }
  }
}

type RedisClient = ConstructorParameters<typeof RedisStore>[0] & {
  on(event: "error", listen: () => void): unknown;
  connect(): Promise<unknown>;
  close(): unknown;
};
interface RedisPackage {
  createClient(options: { url: string }): RedisClient;
}
type PgClient = {
  connect(): Promise<unknown>;
  end(): Promise<void>;
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
};
interface PgModule {
  Client: new (options: { connectionString: string }) => PgClient;
}
type PgPackage = PgModule & { readonly default?: PgModule };
interface MysqlModule {
  createConnection(url: string): Promise<MysqlExecutable & { end(): Promise<void> }>;
}
type MysqlPackage = MysqlModule & { readonly default?: MysqlModule };

/**
 * Imports a package as the project in the current folder would, because this package depends on no
 * driver.
 */
async function importFrom<Package>(name: string, io: Io): Promise<Package> {
  try {
    const path = createRequire(pathToFileURL(join(io.cwd, "package.json"))).resolve(name);
    return (await import(pathToFileURL(path).href)) as Package;
  } catch {
    throw new UsageError(
      `This store needs the package "${name}", which is not installed here. Fix: npm install ${name.split("/")[0]}`,
    );
  }
}
