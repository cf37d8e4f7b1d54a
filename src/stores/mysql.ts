import { unixNow, type Clock } from "../clock.ts";
import { InvalidOptionError } from "../errors.ts";
import { checkOptions } from "../options.ts";
import type { IndexedStore, SetOptions, StoredSession, SweepableStore } from "../sessions/store/session-store.ts";
import { checkCount, hasMethods, nameOf, wrongClient } from "./wrong-argument.ts";

/** A value of a statement. Texts are sent as bytes, so that no character set changes them. */
export type MysqlValue = Buffer | number | null;

/** What the store asks for with each statement, whatever the pool's own settings are. */
export interface MysqlStatement {
  readonly sql: string;
  readonly rowsAsArray: false;
  readonly typeCast: (field: unknown, next: () => unknown) => unknown;
}

/** The method that is used of a Pool or Connection of `mysql2/promise`. */
export interface MysqlExecutable {
  execute(statement: MysqlStatement, values: MysqlValue[]): Promise<readonly [result: unknown, fields: unknown]>;
}

/** Settings of MysqlStore. */
export interface MysqlStoreOptions {
  /**
   * The table's name, or database and name ("web.sessions"). Default: "latchkey_sessions", in the
   * database of the connection. Letters, digits and underscores, at most 64 of each. Sessions in
   * another table are not found.
   */
  readonly table?: string | undefined;
  /**
   * Returns the time in Unix seconds. Default: the machine's clock. A session expires by this
   * clock, not by that of the database.
   */
  readonly clock?: Clock | undefined;
}

type Row = Readonly<Record<string, unknown>>;

/** The longest name that MySQL allows. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const DUPLICATE = 1062;
/**
 * How often a statement is tried that another one was in the way of, by the number of the error.
 * With each of these the server has undone the whole statement, so it is never applied twice:
 * ER_LOCK_DEADLOCK, ER_CHECKREAD (of MariaDB with innodb_snapshot_isolation) and
 * ER_LOCK_WAIT_TIMEOUT, which comes only after innodb_lock_wait_timeout (50 seconds by default).
 */
const MAX_ATTEMPTS: ReadonlyMap<unknown, number> = new Map([
  [1213, 20],
  [1020, 20],
  [1205, 3],
]);
/** The limit is reached only if the subject gets a new session between each two statements. */
const MAX_ROUNDS = 100;

/**
 * Saves sessions in a table of MySQL 8 or MariaDB, one row each. Comparing and writing are one
 * statement, which is one transaction. All statements are prepared, so a pool sends each text once
 * for each connection. Confirmed writes survive a crash, as far as the server's
 * `innodb_flush_log_at_trx_commit` promises.
 *
 * The store creates nothing by itself: call `createSchema()` once, or put the text of `schema` into
 * a migration. Expired rows count as absent. They stay until `deleteExpired()` removes them: call
 * it every hour, for instance. The end of a session is not told other processes by a message:
 * `manager.onEnd` asks the store every 30 seconds there.
 *
 * @example
 * import { createPool } from "mysql2/promise";
 * import { MysqlStore } from "latchkey/stores/mysql";
 *
 * const store = new MysqlStore(createPool("mysql://app@localhost/app"));
 * await store.createSchema();
 */
export class MysqlStore implements IndexedStore, SweepableStore {
  readonly #client: MysqlExecutable;
  readonly #clock: Clock;
  readonly #table: string;

  /**
   * @param client a Pool or Connection of `mysql2/promise`. The store never opens or closes it.
   * @throws InvalidOptionError if `client` is not one of these, `table` is not a plain name, or an
   *   option is unknown.
   */
  constructor(client: MysqlExecutable, options: MysqlStoreOptions = {}) {
    checkOptions("MysqlStore", options, ["table", "clock"], {
      tableName: 'Did you mean "table"?',
      database: 'Write the database before the name of the table: table: "web.sessions".',
      pool: "The client is the first argument: new MysqlStore(pool, { table }).",
    });
    const { table = "latchkey_sessions", clock = unixNow } = options;
    // A pool of "mysql2" itself takes callbacks, and has the method `promise`.
    if (!hasMethods(client, "execute") || hasMethods(client, "promise")) {
      throw wrongClient(
        'MysqlStore needs a Pool or Connection of "mysql2/promise".',
        client,
        hasMethods(client, "promise")
          ? "new MysqlStore(pool.promise())."
          : 'import createPool from "mysql2/promise", and write new MysqlStore(createPool(address)).',
      );
    }
    const names = typeof table === "string" ? table.split(".") : [];
    if (names.length < 1 || names.length > 2 || !names.every((name) => NAME.test(name))) {
      throw new InvalidOptionError(
        `The option table of MysqlStore must be a name, or a database and a name, of at most 64 letters, digits and underscores each. It is ${typeof table === "string" ? JSON.stringify(table) : nameOf(table)}. Fix: table: "web.sessions".`,
      );
    }
    this.#client = client;
    this.#clock = clock;
    this.#table = names.map((name) => `\`${name}\``).join(".");
  }

  /**
   * The SQL that `createSchema()` runs, for a migration: a table with its indexes, if it does not
   * exist yet.
   */
  get schema(): string {
    // Columns of bytes: each collation of texts takes some texts for equal that differ, if only by
    // spaces at their end. `version` changes with each write, because a client may ask the server
    // to count the rows that were found, or only those that were changed.
    return `CREATE TABLE IF NOT EXISTS ${this.#table} (
  id varbinary(255) NOT NULL PRIMARY KEY,
  payload longblob NOT NULL,
  expires_at bigint NOT NULL,
  subject longblob,
  version bigint NOT NULL DEFAULT 0,
  INDEX expires_at (expires_at),
  INDEX subject (subject(255))
) ENGINE = InnoDB;
`;
  }

  /** Creates the table where it does not exist. Several processes may call it at once. */
  async createSchema(): Promise<void> {
    await this.#run(this.schema.trimEnd().replace(/;$/, ""), []);
  }

  async get(id: string): Promise<string | undefined> {
    const [row] = await this.#rows(`SELECT payload FROM ${this.#table} WHERE id = ? AND expires_at >= ?`, [
      bytesOf(id),
      this.#clock(),
    ]);
    return row === undefined ? undefined : textOf(row["payload"]);
  }

  async set(id: string, payload: string, expiresAt: number, { replaces, subject }: SetOptions = {}): Promise<boolean> {
    const key = bytesOf(id);
    const values = [bytesOf(payload), expiresAt, subject === undefined ? null : bytesOf(subject)];
    if (replaces === undefined) return await this.#begin(key, values);
    return (
      (await this.#update("expires_at >= ? AND payload = ?", [...values, key, this.#clock(), bytesOf(replaces)])) > 0
    );
  }

  async delete(id: string): Promise<void> {
    await this.#run(`DELETE FROM ${this.#table} WHERE id = ?`, [bytesOf(id)]);
  }

  /**
   * Removes at most `limit` expired rows, the oldest first, and returns how many it removed.
   * Several processes may sweep at once: each row counts for one of them.
   *
   * @throws InvalidOptionError if `limit` is not a whole number from 1.
   */
  async deleteExpired(limit: number = 1000): Promise<number> {
    checkCount("MysqlStore.deleteExpired(limit)", limit);
    // Part of the text, because mysql2 sends numbers as floating-point ones, which LIMIT refuses.
    const statement = `DELETE FROM ${this.#table} WHERE expires_at < ? ORDER BY expires_at LIMIT ${limit}`;
    return await this.#changed(statement, [this.#clock()]);
  }

  async listBySubject(subject: string): Promise<readonly StoredSession[]> {
    const rows = await this.#rows(
      `SELECT id, payload, expires_at FROM ${this.#table} WHERE subject = ? AND expires_at >= ?`,
      [bytesOf(subject), this.#clock()],
    );
    return rows.map((row) => ({
      id: textOf(row["id"]),
      payload: textOf(row["payload"]),
      expiresAt: Number(row["expires_at"]),
    }));
  }

  /**
   * A session that is renewed while the statement runs gets a new row, which the statement may have
   * gone past. So it is repeated until a look after it shows no row of the subject.
   */
  async deleteBySubject(subject: string, except?: string): Promise<number> {
    const theirs = `FROM ${this.#table} WHERE subject = ? AND expires_at >= ? AND NOT (id <=> ?)`;
    const spared = except === undefined ? null : bytesOf(except);
    let count = 0;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const values = [bytesOf(subject), this.#clock(), spared];
      count += await this.#changed(`DELETE ${theirs}`, values);
      if ((await this.#rows(`SELECT 1 ${theirs} LIMIT 1`, values)).length === 0) return count;
    }
    throw new Error(
      `The sessions of this subject could not all be removed: new sessions began ${MAX_ROUNDS} times meanwhile. Fix: stop the logins of this subject first, and try again.`,
    );
  }

  /**
   * Writes a row under an id where none is, or an expired one. MySQL cannot do both in one
   * statement and say which it has done: after ON DUPLICATE KEY UPDATE, a row that was left alone
   * may count like one that was written.
   */
  async #begin(id: Buffer, values: MysqlValue[]): Promise<boolean> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      try {
        await this.#run(`INSERT INTO ${this.#table} (payload, expires_at, subject, id) VALUES (?, ?, ?, ?)`, [
          ...values,
          id,
        ]);
        return true;
      } catch (error) {
        if ((error as { errno?: unknown }).errno !== DUPLICATE) throw error;
      }
      const now = this.#clock();
      if ((await this.#update("expires_at < ?", [...values, id, now])) > 0) return true;
      const living = await this.#rows(`SELECT 1 FROM ${this.#table} WHERE id = ? AND expires_at >= ?`, [id, now]);
      if (living.length > 0) return false;
      // The row was removed between the statements.
    }
    return false;
  }

  async #update(condition: string, values: MysqlValue[]): Promise<number> {
    return await this.#changed(
      `UPDATE ${this.#table} SET payload = ?, expires_at = ?, subject = ?, version = version + 1 WHERE id = ? AND ${condition}`,
      values,
    );
  }

  async #rows(sql: string, values: MysqlValue[]): Promise<readonly Row[]> {
    return (await this.#run(sql, values)) as readonly Row[];
  }

  async #changed(sql: string, values: MysqlValue[]): Promise<number> {
    return Number(((await this.#run(sql, values)) as { readonly affectedRows: unknown }).affectedRows);
  }

  async #run(sql: string, values: MysqlValue[]): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.#client.execute({ sql, rowsAsArray: false, typeCast: asSent }, values))[0];
      } catch (error) {
        if (attempt >= (MAX_ATTEMPTS.get((error as { errno?: unknown }).errno) ?? 1)) throw error;
      }
    }
  }
}

/** Columns as mysql2 reads them: a pool may have a `typeCast` that makes other values of them. */
function asSent(_field: unknown, next: () => unknown): unknown {
  return next();
}

function bytesOf(text: string): Buffer {
  return Buffer.from(text, "utf8");
}

function textOf(column: unknown): string {
  return Buffer.isBuffer(column) ? column.toString("utf8") : String(column);
}
