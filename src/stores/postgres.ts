import { unixNow, type Clock } from "../clock.ts";
import { checkOptions } from "../options.ts";
import type {
  AnnouncementListener,
  AnnouncingStore,
  IndexedStore,
  SetOptions,
  StoredSession,
  SweepableStore,
} from "../sessions/store/session-store.ts";
import {
  channelOf,
  notificationsOf,
  type Listen,
  type PostgresJsListener,
  type PostgresListenerPool,
} from "./postgres-notifications.ts";
import {
  COLLISIONS,
  queryOf,
  type PostgresJsSql,
  type PostgresQueryable,
  type Query,
  type Row,
  type Value,
} from "./postgres-query.ts";
import { postgresStatements, type PostgresStatements } from "./postgres-statements.ts";
import { checkCount } from "./wrong-argument.ts";

export type {
  PostgresJsListener,
  PostgresListenerClient,
  PostgresListenerPool,
  PostgresNotice,
} from "./postgres-notifications.ts";
export type { PostgresJsSql, PostgresQueryable } from "./postgres-query.ts";

/** Settings of PostgresStore. */
export interface PostgresStoreOptions {
  /**
   * The table's name, or schema and name ("web.sessions"). Default: "latchkey_sessions". The name
   * is case-sensitive. Sessions in another table are not found.
   */
  readonly table?: string | undefined;
  /**
   * Returns the time in Unix seconds. Default: the machine's clock. A session expires by this
   * clock, not by that of the database.
   */
  readonly clock?: Clock | undefined;
  /**
   * For `manager.onEnd`: a Pool of `pg`, or the `sql` of `postgres`, that leads to the server
   * itself. One of its connections is taken while anybody listens. Default: the client, if it is
   * one of these. Behind PgBouncer with `pool_mode = transaction`, LISTEN does not work: give a
   * pool that goes past it.
   */
  readonly subscriber?: PostgresListenerPool | PostgresJsListener | undefined;
  /**
   * Whether the server keeps each statement of the store, prepared under a name, for as long as a
   * connection lives. Reads then take about half the time. Default: true with `pg` and `postgres`,
   * false with any other client. Behind a pooler that gives each statement another connection
   * (PgBouncer in transaction mode with `max_prepared_statements = 0`), the server refuses some
   * names. With `pg`, the store repeats such a statement without a name, and gives no more names.
   * `postgres` needs `prepare: false` there: its calls do not return otherwise.
   */
  readonly prepare?: boolean | undefined;
}

/**
 * SQLSTATE when two processes create one table at the same time: duplicate_table, duplicate_object
 * and, from the catalogue itself, unique_violation.
 */
const CREATED_BY_ANOTHER: readonly unknown[] = ["42P07", "42710", "23505"];
/** The limit is reached only if the subject gets a new session between each two statements. */
const MAX_ROUNDS = 100;

/**
 * Saves sessions in a table of PostgreSQL, one row each. Every operation is one statement, so it is
 * one round trip and one transaction. Only `deleteBySubject` repeats its statement. Confirmed
 * writes survive a crash, as far as the server's `synchronous_commit` promises.
 *
 * The store creates nothing by itself: call `createSchema()` once, or put the text of `schema` into
 * a migration. Expired rows count as absent. They stay until `deleteExpired()` removes them: call
 * it every hour, for instance.
 *
 * @example
 * import { Pool } from "pg";
 * import { PostgresStore } from "latchkey/stores/postgres";
 *
 * const store = new PostgresStore(new Pool({ connectionString: "postgres://localhost/app" }));
 * await store.createSchema();
 */
export class PostgresStore implements AnnouncingStore, IndexedStore, SweepableStore {
  readonly #query: Query;
  readonly #clock: Clock;
  readonly #statements: PostgresStatements;
  readonly #channel: string;
  readonly #listen: Listen | undefined;

  /**
   * @param client a Pool or Client of `pg`, the `sql` of `postgres`, or a PGlite. The store never
   *   opens or closes it.
   * @throws InvalidOptionError if `client` is not one of these, `table` is not a plain name,
   *   `prepare` is neither true nor false, or is true with a PGlite, or an option is unknown.
   */
  constructor(client: PostgresQueryable | PostgresJsSql, options: PostgresStoreOptions = {}) {
    checkOptions("PostgresStore", options, ["table", "clock", "subscriber", "prepare"], {
      tableName: 'Did you mean "table"?',
      schemaName: 'Write the schema before the name of the table: table: "web.sessions".',
      pool: "The client is the first argument: new PostgresStore(pool, { table }).",
    });
    const { table = "latchkey_sessions", clock = unixNow, subscriber, prepare } = options;
    this.#query = queryOf(client, prepare);
    this.#listen = notificationsOf(subscriber, client);
    this.#clock = clock;
    this.#statements = postgresStatements(table);
    this.#channel = channelOf(table);
  }

  /**
   * The SQL that `createSchema()` runs, for a migration: a table and two indexes, each only if it
   * does not exist yet.
   */
  get schema(): string {
    return this.#statements.schema.map((statement) => `${statement};\n`).join("");
  }

  /**
   * Creates the table and its indexes where they do not exist. Several processes may call it at
   * once.
   */
  async createSchema(): Promise<void> {
    for (const statement of this.#statements.schema)
      await this.#query(statement, [], [...COLLISIONS, ...CREATED_BY_ANOTHER]);
  }

  async get(id: string): Promise<string | undefined> {
    const { rows } = await this.#query(this.#statements.get, [id, this.#clock()]);
    return rows[0] === undefined ? undefined : String(rows[0]["payload"]);
  }

  async set(id: string, payload: string, expiresAt: number, { replaces, subject }: SetOptions = {}): Promise<boolean> {
    const values: Value[] = [id, payload, expiresAt, subject ?? null, this.#clock()];
    const { insert, update } = this.#statements;
    const { count } =
      replaces === undefined ? await this.#query(insert, values) : await this.#query(update, [...values, replaces]);
    if (typeof count !== "number") {
      throw new Error(
        "The client of PostgresStore did not say how many rows a statement has written. Fix: pass on rowCount, as a Pool of the package pg has it.",
      );
    }
    return count === 1;
  }

  async delete(id: string): Promise<void> {
    await this.#query(this.#statements.delete, [id]);
  }

  /**
   * Removes at most `limit` expired rows, the oldest first, and returns how many it removed.
   * Several processes may sweep at once: none waits for another.
   *
   * @throws InvalidOptionError if `limit` is not a whole number from 1.
   */
  async deleteExpired(limit: number = 1000): Promise<number> {
    checkCount("PostgresStore.deleteExpired(limit)", limit);
    const row = await this.#first(this.#statements.deleteExpired, [this.#clock(), limit]);
    return Number(row?.["count"]);
  }

  async listBySubject(subject: string): Promise<readonly StoredSession[]> {
    const { rows } = await this.#query(this.#statements.listBySubject, [subject, this.#clock()]);
    return rows.map((row) => ({
      id: String(row["id"]),
      payload: String(row["payload"]),
      expiresAt: Number(row["expires_at"]),
    }));
  }

  /**
   * At the isolation level READ COMMITTED, a statement sees the rows that existed when it began. A
   * session that is renewed meanwhile has a new row, which the statement does not see. So it is
   * repeated until it sees no row of the subject.
   */
  async deleteBySubject(subject: string, except?: string): Promise<number> {
    let count = 0;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const row = await this.#first(this.#statements.deleteBySubject, [subject, except ?? null, this.#clock()]);
      if (row?.["seen"] !== true) return count;
      count += Number(row["count"]);
    }
    throw new Error(
      `The sessions of this subject could not all be removed: new sessions began ${MAX_ROUNDS} times meanwhile. Fix: stop the logins of this subject first, and try again.`,
    );
  }

  async announce(message: string): Promise<void> {
    await this.#query("SELECT pg_notify($1, $2)", [this.#channel, message]);
  }

  /** Undefined where neither the client nor `subscriber` can listen: a Client of `pg`, a PGlite. */
  listen(listener: AnnouncementListener): Promise<() => Promise<void>> | undefined {
    return this.#listen?.(this.#channel, listener);
  }

  async #first(text: string, values: Value[]): Promise<Row | undefined> {
    const { rows } = await this.#query(text, values);
    return rows[0];
  }
}
