import { unixNow, type Clock } from "../clock.ts";
import { checkOptions } from "../options.ts";
import type { IndexedStore, SetOptions, StoredSession, SweepableStore } from "../sessions/store/session-store.ts";
import { sqliteStatements, type SqliteStatements } from "./sqlite-statements.ts";
import { checkCount, hasMethods, wrongClient } from "./wrong-argument.ts";

type SqliteValue = string | number | null;

/** The method of a prepared statement of D1 that is used, after its values were bound. */
export interface D1Bound {
  all(): Promise<{ readonly results: unknown[]; readonly meta: { readonly changes?: number } }>;
}

/** The methods that are used of a D1 database of Cloudflare, the binding in `env`. */
export interface D1Queryable {
  prepare(sql: string): { bind(...values: SqliteValue[]): D1Bound };
  /** Not called. It tells a D1 database from a synchronous one. */
  batch(statements: never[]): unknown;
}

/** The methods that are used of a client of `@libsql/client`. */
export interface LibsqlClient {
  execute(statement: { sql: string; args: SqliteValue[] }): Promise<{
    readonly rows: readonly unknown[];
    readonly rowsAffected: number;
  }>;
  /** Not called. It tells a client of libSQL from those of other databases. */
  batch(statements: never[]): unknown;
}

/** Settings of AsyncSqliteStore. */
export interface AsyncSqliteStoreOptions {
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

interface StoredRow {
  readonly id: string;
  readonly payload: string;
  /** A client of libSQL may be set up to return whole numbers as bigints. */
  readonly expiresAt: number | bigint;
}

interface Answer {
  readonly rows: readonly unknown[];
  readonly changes: number;
}

/**
 * Saves sessions in an SQLite database that is asked over a network: D1 of Cloudflare, or libSQL
 * (Turso, or a file). Each operation is one statement, so it is one round trip and one transaction.
 * The table is that of `SqliteStore`.
 *
 * The store creates nothing by itself: call `createSchema()` once, or put the text of `schema` into
 * a migration. Expired sessions are never read. They stay in the table until `deleteExpired()` is
 * called.
 *
 * @example
 * import { createClient } from "@libsql/client";
 * import { AsyncSqliteStore } from "latchkey/stores/sqlite-async";
 *
 * const store = new AsyncSqliteStore(createClient({ url: "file:app.sqlite" }));
 * await store.createSchema();
 */
export class AsyncSqliteStore implements IndexedStore, SweepableStore {
  readonly #run: (sql: string, ...values: SqliteValue[]) => Promise<Answer>;
  readonly #sql: SqliteStatements;
  readonly #clock: Clock;

  /**
   * @param database a D1 database, or a client of `@libsql/client`. The store never closes it.
   * @throws InvalidOptionError if `database` is not one of these, `table` is not a plain name, or
   *   an option is unknown.
   */
  constructor(database: D1Queryable | LibsqlClient, options: AsyncSqliteStoreOptions = {}) {
    checkOptions("AsyncSqliteStore", options, ["table", "clock"], {
      tableName: 'Did you mean "table"?',
      binding: "The database is the first argument: new AsyncSqliteStore(env.DB).",
      url: "The client is the first argument: new AsyncSqliteStore(createClient({ url })).",
    });
    const { table = "latchkey_sessions", clock = unixNow } = options;
    this.#run = runOn(database);
    this.#sql = sqliteStatements("AsyncSqliteStore", table);
    this.#clock = clock;
  }

  /** The SQL that creates the table and its indexes, if they do not exist. */
  get schema(): string {
    return this.#sql.schema.map((statement) => `${statement};\n`).join("");
  }

  /** Creates the table and its indexes where they do not exist. */
  async createSchema(): Promise<void> {
    for (const statement of this.#sql.schema) await this.#run(statement);
  }

  async get(id: string): Promise<string | undefined> {
    const [row] = (await this.#run(this.#sql.get, id, this.#clock())).rows;
    return (row as { readonly payload: string } | undefined)?.payload;
  }

  async set(id: string, payload: string, expiresAt: number, { replaces, subject }: SetOptions = {}): Promise<boolean> {
    const { insert, update } = this.#sql;
    const now = this.#clock();
    const { changes } =
      replaces === undefined
        ? await this.#run(insert, id, subject ?? null, payload, expiresAt, now)
        : await this.#run(update, subject ?? null, payload, expiresAt, id, replaces, now);
    return changes === 1;
  }

  async delete(id: string): Promise<void> {
    await this.#run(this.#sql.delete, id);
  }

  /** @throws InvalidOptionError if `limit` is not a whole number from 1. */
  async deleteExpired(limit: number = 1000): Promise<number> {
    checkCount("AsyncSqliteStore.deleteExpired(limit)", limit);
    return (await this.#run(this.#sql.deleteExpired, this.#clock(), limit)).changes;
  }

  async listBySubject(subject: string): Promise<readonly StoredSession[]> {
    const { rows } = await this.#run(this.#sql.listBySubject, subject, this.#clock());
    return (rows as StoredRow[]).map(({ id, payload, expiresAt }) => ({ id, payload, expiresAt: Number(expiresAt) }));
  }

  async deleteBySubject(subject: string, except?: string): Promise<number> {
    return (await this.#run(this.#sql.deleteBySubject, subject, this.#clock(), except ?? null)).changes;
  }
}

function runOn(database: D1Queryable | LibsqlClient): (sql: string, ...values: SqliteValue[]) => Promise<Answer> {
  if (isD1(database)) {
    return async (sql, ...values) => {
      const { results, meta } = await database
        .prepare(sql)
        .bind(...values)
        .all();
      return { rows: results, changes: meta.changes ?? 0 };
    };
  }
  if (isLibsql(database)) {
    return async (sql, ...args) => {
      const { rows, rowsAffected } = await database.execute({ sql, args });
      return { rows, changes: rowsAffected };
    };
  }
  throw wrongClient(
    hasMethods(database, "exec", "prepare")
      ? "AsyncSqliteStore needs a D1 database or a client of @libsql/client. This database answers at once: use SqliteStore of latchkey/stores/sqlite."
      : "AsyncSqliteStore needs a D1 database or a client of @libsql/client.",
    database,
    "new AsyncSqliteStore(env.DB), or new AsyncSqliteStore(createClient({ url })).",
  );
}

function isD1(database: unknown): database is D1Queryable {
  return hasMethods(database, "prepare", "batch");
}

function isLibsql(database: unknown): database is LibsqlClient {
  return hasMethods(database, "execute", "batch");
}
