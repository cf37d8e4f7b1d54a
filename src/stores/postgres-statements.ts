import { InvalidOptionError } from "../errors.ts";
import { nameOf } from "./wrong-argument.ts";

/**
 * The SQL of a store in PostgreSQL. The values of each statement are in the order of $1, $2 and so
 * on.
 */
export interface PostgresStatements {
  /** The statements that create the table and its indexes, if they do not exist. */
  readonly schema: readonly string[];
  /** id, now */
  readonly get: string;
  /** id, payload, expiry, subject, now */
  readonly insert: string;
  /** id, payload, expiry, subject, now, payload before */
  readonly update: string;
  /** id */
  readonly delete: string;
  /** now, limit */
  readonly deleteExpired: string;
  /** subject, now */
  readonly listBySubject: string;
  /** subject, the id that is spared or null, now */
  readonly deleteBySubject: string;
}

/**
 * PostgreSQL cuts names off after 63 bytes. The longest name here is the table's name with
 * "_expires_at".
 */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,51}$/;

/**
 * The texts are made once: a statement that the client has prepared is found by its text.
 *
 * @throws InvalidOptionError if `table` is not a plain name, or a schema and a name.
 */
export function postgresStatements(table: unknown): PostgresStatements {
  const names = typeof table === "string" ? table.split(".") : [];
  if (names.length < 1 || names.length > 2 || !names.every((name) => NAME.test(name))) {
    throw new InvalidOptionError(
      `The option table of PostgresStore must be a name, or a schema and a name, of at most 52 letters, digits and underscores each. It is ${typeof table === "string" ? JSON.stringify(table) : nameOf(table)}. Fix: table: "web.sessions".`,
    );
  }
  const quoted = names.map((name) => `"${name}"`).join(".");
  const name = names.at(-1)!;
  const theirs = `subject = $1 AND id IS DISTINCT FROM $2`;
  return {
    schema: [
      `CREATE TABLE IF NOT EXISTS ${quoted} (\n  id text COLLATE "C" PRIMARY KEY,\n  payload text NOT NULL,\n  expires_at bigint NOT NULL,\n  subject text\n)`,
      `CREATE INDEX IF NOT EXISTS "${name}_expires_at" ON ${quoted} (expires_at)`,
      // A hash index, because a subject may be too long for a B-tree.
      `CREATE INDEX IF NOT EXISTS "${name}_subject" ON ${quoted} USING hash (subject) WHERE subject IS NOT NULL`,
    ],
    get: `SELECT payload FROM ${quoted} WHERE id = $1 AND expires_at >= $2::bigint`,
    insert: `INSERT INTO ${quoted} AS stored (id, payload, expires_at, subject) VALUES ($1, $2, $3::bigint, $4)
         ON CONFLICT (id) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at, subject = excluded.subject
         WHERE stored.expires_at < $5::bigint`,
    update: `UPDATE ${quoted} SET payload = $2, expires_at = $3::bigint, subject = $4
         WHERE id = $1 AND expires_at >= $5::bigint AND payload = $6`,
    delete: `DELETE FROM ${quoted} WHERE id = $1`,
    // An array makes PostgreSQL run the inner query once, regardless of the plan of the outer one.
    deleteExpired: `WITH gone AS (
         DELETE FROM ${quoted} WHERE expires_at < $1::bigint AND id = ANY (ARRAY(
           SELECT id FROM ${quoted} WHERE expires_at < $1::bigint ORDER BY expires_at LIMIT $2::bigint FOR UPDATE SKIP LOCKED))
         RETURNING 1)
       SELECT count(*) AS count FROM gone`,
    listBySubject: `SELECT id, payload, expires_at FROM ${quoted} WHERE subject = $1 AND expires_at >= $2::bigint`,
    deleteBySubject: `WITH gone AS (DELETE FROM ${quoted} WHERE ${theirs} RETURNING expires_at >= $3::bigint AS living)
       SELECT EXISTS (SELECT FROM ${quoted} WHERE ${theirs}) AS seen, (SELECT count(*) FROM gone WHERE living) AS count`,
  };
}
