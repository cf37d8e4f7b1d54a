import { unixNow, type Clock } from "../clock.ts";
import { InvalidOptionError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import type { IndexedStore, SetOptions, StoredSession, SweepableStore } from "../sessions/store/session-store.ts";
import { checkCount, hasMethods, nameOf, wrongClient } from "./wrong-argument.ts";

type SqliteValue = string | number | null;

/** The methods of a prepared statement that are used. */
export interface SqliteStatement {
  get(...values: SqliteValue[]): unknown;
  all(...values: SqliteValue[]): unknown[];
  run(...values: SqliteValue[]): { readonly changes: number | bigint };
}

/**
 * The methods of a database that are used. `DatabaseSync` of node:sqlite and `Database` of
 * better-sqlite3 both fit.
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

interface Statements {
  readonly get: SqliteStatement;
  readonly insert: SqliteStatement;
  readonly update: SqliteStatement;
  readonly delete: SqliteStatement;
  readonly deleteExpired: SqliteStatement;
  readonly listBySubject: SqliteStatement;
  readonly deleteBySubject: SqliteStatement;
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/**
 * Saves sessions in a table of an SQLite database. The application opens and closes the database.
 *
 * The store creates nothing by itself: call `createSchema()` once, or put the text of `schema` into
 * a migration. If several processes write, set `PRAGMA journal_mode = WAL` and `PRAGMA busy_timeout
 * = 2000` on the database. Expired sessions are never read. They stay in the table until
 * `deleteExpired()` is called.
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
  readonly #table: string;
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
        "SqliteStore needs an open database: a DatabaseSync of node:sqlite, or a Database of better-sqlite3.",
        database,
        'new SqliteStore(new DatabaseSync("app.sqlite")).',
      );
    }
    if (typeof table !== "string" || !IDENTIFIER.test(table)) {
      throw new InvalidOptionError(
        `The option table of SqliteStore must be a name of at most 63 letters, digits and underscores that does not begin with a digit. It is ${typeof table === "string" ? JSON.stringify(table) : nameOf(table)}. Fix: table: "latchkey_sessions".`,
      );
    }
    this.#database = database;
    this.#table = table;
    this.#clock = clock;
  }

  /** The SQL that creates the table and its indexes, if they do not exist. */
  get schema(): string {
    return `CREATE TABLE IF NOT EXISTS ${this.#table} (
  id TEXT PRIMARY KEY,
  subject TEXT,
  payload TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS ${this.#table}_expires_at ON ${this.#table} (expires_at);
CREATE INDEX IF NOT EXISTS ${this.#table}_subject ON ${this.#table} (subject) WHERE subject IS NOT NULL;
`;
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
    const table = this.#table;
    const prepare = (sql: string): SqliteStatement => this.#database.prepare(sql);
    this.#prepared = {
      get: prepare(`SELECT payload FROM ${table} WHERE id = ? AND expires_at >= ?`),
      insert: prepare(
        `INSERT INTO ${table} AS stored (id, subject, payload, expires_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, payload = excluded.payload, expires_at = excluded.expires_at
         WHERE stored.expires_at < ?`,
      ),
      update: prepare(
        `UPDATE ${table} SET subject = ?, payload = ?, expires_at = ? WHERE id = ? AND payload = ? AND expires_at >= ?`,
      ),
      delete: prepare(`DELETE FROM ${table} WHERE id = ?`),
      deleteExpired: prepare(`DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE expires_at < ? LIMIT ?)`),
      listBySubject: prepare(
        `SELECT id, payload, expires_at AS expiresAt FROM ${table} WHERE subject = ? AND expires_at >= ?`,
      ),
      deleteBySubject: prepare(`DELETE FROM ${table} WHERE subject = ? AND expires_at >= ? AND id IS NOT ?`),
    };
    return this.#prepared;
  }
}
