import { InvalidOptionError } from "../errors.ts";
import { nameOf } from "./wrong-argument.ts";

/** The SQL of a store in SQLite. The values of each statement are in the order of its marks. */
export interface SqliteStatements {
  /** The statements that create the table and its indexes, if they do not exist. */
  readonly schema: readonly string[];
  /** id, now */
  readonly get: string;
  /** id, subject, payload, expiry, now */
  readonly insert: string;
  /** subject, payload, expiry, id, payload before, now */
  readonly update: string;
  /** id */
  readonly delete: string;
  /** now, limit */
  readonly deleteExpired: string;
  /** subject, now */
  readonly listBySubject: string;
  /** subject, now, the id that is spared */
  readonly deleteBySubject: string;
}

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/**
 * @param store the name of the store's class, for the message.
 * @throws InvalidOptionError if `table` is not a plain name.
 */
export function sqliteStatements(store: string, table: unknown): SqliteStatements {
  if (typeof table !== "string" || !IDENTIFIER.test(table)) {
    throw new InvalidOptionError(
      `The option table of ${store} must be a name of at most 63 letters, digits and underscores that does not begin with a digit. It is ${typeof table === "string" ? JSON.stringify(table) : nameOf(table)}. Fix: table: "latchkey_sessions".`,
    );
  }
  return {
    schema: [
      `CREATE TABLE IF NOT EXISTS ${table} (
  id TEXT PRIMARY KEY,
  subject TEXT,
  payload TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID`,
      `CREATE INDEX IF NOT EXISTS ${table}_expires_at ON ${table} (expires_at)`,
      `CREATE INDEX IF NOT EXISTS ${table}_subject ON ${table} (subject) WHERE subject IS NOT NULL`,
    ],
    get: `SELECT payload FROM ${table} WHERE id = ? AND expires_at >= ?`,
    insert: `INSERT INTO ${table} AS stored (id, subject, payload, expires_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, payload = excluded.payload, expires_at = excluded.expires_at
         WHERE stored.expires_at < ?`,
    update: `UPDATE ${table} SET subject = ?, payload = ?, expires_at = ? WHERE id = ? AND payload = ? AND expires_at >= ?`,
    delete: `DELETE FROM ${table} WHERE id = ?`,
    deleteExpired: `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE expires_at < ? LIMIT ?)`,
    listBySubject: `SELECT id, payload, expires_at AS expiresAt FROM ${table} WHERE subject = ? AND expires_at >= ?`,
    deleteBySubject: `DELETE FROM ${table} WHERE subject = ? AND expires_at >= ? AND id IS NOT ?`,
  };
}
