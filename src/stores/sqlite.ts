import { unixNow, type Clock } from "../clock.ts";
import { checkOptions } from "../options.ts";
import type { IndexedStore, SetOptions, StoredSession, SweepableStore } from "../sessions/store/session-store.ts";
import { sqliteStatements, type SqliteStatements } from "./sqlite-statements.ts";
import { checkCount, hasMethods, wrongClient } from "./wrong-argument.ts";

type SqliteValue = string | number | null;

/** The methods of a prepared statement that are used. */
export interface SqliteStatement {
  get(...values: SqliteValue[]): unknown;
  all(...values: SqliteValue[]): unknown[];
  run(...values: SqliteValue[]): { readonly changes: number | bigint };
}

/**
 * The methods of a database that are used. `DatabaseSync` of node:sqlite, `Database` of
 * better-sqlite3 and `Database` of bun:sqlite fit.
 */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
}

/** Settings of SqliteStore. */
export interface SqliteStoreOptions {
  /**
   * The table's name: at most 63 letters, digits and underscores. Default: "latchkey_sessions".
   * Sessions in another table are not found.
   */
  readonly table?: string | undefined;
  /**
   * Returns the time in Unix seconds. Default: the machine's clock. A session expires by this
   * clock.
   */
  readonly clock?: Clock | undefined;
}

type Statements = Readonly<Record<Exclude<keyof SqliteStatements, "schema">, SqliteStatement>>;

/**
 * Saves sessions in a table of an SQLite database. The application opens and closes the database.
 *
 * The store creates nothing by itself: call `createSchema()` once, or put the text of `schema` into
 * a migration. If several processes write, set `PRAGMA journal_mode = WAL` on the file once, and
 * `PRAGMA busy_timeout = 2000` on each connection. Expired sessions are never read. They stay in
 * the table until `deleteExpired()` is called.
 *
 * @example
 * ```ts
 * const store = new SqliteStore(new DatabaseSync("app.sqlite"));
 * store.createSchema();
 * setInterval(() => void store.deleteExpired(), 3_600_000).unref();
 * ```
 */
export class SqliteStore implements IndexedStore, SweepableStore {
  readonly #database: SqliteDatabase;
  readonly #sql: SqliteStatements;
  readonly #clock: Clock;
  #prepared: Statements | undefined;

  /**
   * @param database an open database. The store never closes it.
   * @throws InvalidOptionError if `database` is not a database, `table` is not a plain name, or an
   *   option is unknown.
   */
  constructor(database: SqliteDatabase, options: SqliteStoreOptions = {}) {
    checkOptions("SqliteStore", options, ["table", "clock"], {
      tableName: 'Did you mean "table"?',
      path: 'The open database is the first argument: new SqliteStore(new DatabaseSync("app.sqlite")).',
    });
    const { table = "latchkey_sessions", clock = unixNow } = options;
    if (!hasMethods(database, "exec", "prepare")) {
      throw wrongClient(
        "SqliteStore needs an open database: a DatabaseSync of node:sqlite, or a Database of better-sqlite3 or bun:sqlite.",
        database,
        'new SqliteStore(new DatabaseSync("app.sqlite")).',
      );
    }
    this.#database = database;
    this.#sql = sqliteStatements("SqliteStore", table);
    this.#clock = clock;
  }

  /** The SQL that creates the table and its indexes, if they do not exist. */
  get schema(): string {
    return this.#sql.schema.map((statement) => `${statement};\n`).join("");
  }

  /** Runs `schema`. */
  createSchema(): void {
    this.#database.exec(this.schema);
  }

  async get(id: string): Promise<string | undefined> {
    const row = this.#statements().get.get(id, this.#clock()) as { readonly payload: string } | null | undefined;
    return row?.payload;
  }

  async set(id: string, payload: string, expiresAt: number, { replaces, subject }: SetOptions = {}): Promise<boolean> {
    const { insert, update } = this.#statements();
    const now = this.#clock();
    const { changes } =
      replaces === undefined
        ? insert.run(id, subject ?? null, payload, expiresAt, now)
        : update.run(subject ?? null, payload, expiresAt, id, replaces, now);
    return Number(changes) === 1;
  }

  async delete(id: string): Promise<void> {
    this.#statements().delete.run(id);
  }

  /** @throws InvalidOptionError if `limit` is not a whole number from 1. */
  async deleteExpired(limit: number = 1000): Promise<number> {
    checkCount("SqliteStore.deleteExpired(limit)", limit);
    return Number(this.#statements().deleteExpired.run(this.#clock(), limit).changes);
  }

  async listBySubject(subject: string): Promise<readonly StoredSession[]> {
    return this.#statements().listBySubject.all(subject, this.#clock()) as StoredSession[];
  }

  async deleteBySubject(subject: string, except?: string): Promise<number> {
    return Number(this.#statements().deleteBySubject.run(subject, this.#clock(), except ?? null).changes);
  }

  /** Prepared on first use: before `createSchema` there is no table to prepare them for. */
  #statements(): Statements {
    if (this.#prepared !== undefined) return this.#prepared;
    const prepare = (sql: string): SqliteStatement => this.#database.prepare(sql);
    const { get, insert, update, deleteExpired, listBySubject, deleteBySubject } = this.#sql;
    this.#prepared = {
      get: prepare(get),
      insert: prepare(insert),
      update: prepare(update),
      delete: prepare(this.#sql.delete),
      deleteExpired: prepare(deleteExpired),
      listBySubject: prepare(listBySubject),
      deleteBySubject: prepare(deleteBySubject),
    };
    return this.#prepared;
  }
}
