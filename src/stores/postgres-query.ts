import { InvalidOptionError } from "../errors.ts";
import { lateModule } from "../late-module.ts";
import { nameOf, wrongClient } from "./wrong-argument.ts";

const crypto = lateModule("node:crypto");

/** The method that is used of a Pool or Client of the package `pg`, or of a PGlite. */
export interface PostgresQueryable {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** The method that is used of the `sql` of the package `postgres`. */
export interface PostgresJsSql {
  unsafe(
    text: string,
    values?: (string | number | null)[],
    options?: { prepare: boolean },
  ): PromiseLike<readonly unknown[]>;
}

export type Value = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

/**
 * One way to run a statement with each of the clients.
 *
 * @param prepare whether statements with values are prepared once for each connection; undefined
 *   for the habit of the client: `postgres` does, `pg` does not.
 */
export function queryOf(
  client: Partial<PostgresQueryable & PostgresJsSql>,
  prepare: boolean | undefined,
): (text: string, values: Value[]) => Promise<readonly Row[]> {
  if (prepare !== undefined && typeof prepare !== "boolean") {
    throw new InvalidOptionError(
      `The option prepare of PostgresStore must be true or false. It is ${typeof prepare === "string" ? JSON.stringify(prepare) : nameOf(prepare)}. Fix: prepare: true, or leave it out.`,
    );
  }
  if (typeof client?.unsafe === "function") {
    // An unprepared statement takes two round trips with this client. `prepare: false` in the
    // client's own options overrides this.
    return async (text, values) =>
      (await client.unsafe!(text, values, { prepare: prepare !== false && values.length > 0 })) as readonly Row[];
  }
  if (typeof client?.query !== "function") {
    throw wrongClient(
      "PostgresStore needs a Pool or Client of the package pg, the sql of the package postgres, or a PGlite.",
      client,
      "new PostgresStore(new Pool({ connectionString })).",
    );
  }
  if (prepare !== true) return async (text, values) => (await client.query!(text, values)).rows as Row[];
  if (isPGlite(client)) {
    throw new InvalidOptionError(
      "The option prepare of PostgresStore is for a Pool or Client of the package pg. A PGlite has no names for statements. Fix: leave it out.",
    );
  }
  const named = client as unknown as NamedQueryable;
  return async (text, values) => {
    // A statement without values creates the table: once, so it needs no name.
    const answer =
      values.length === 0 ? await client.query!(text) : await named.query({ name: statementName(text), text, values });
    return answer.rows as Row[];
  };
}

/** What `pg` takes for a statement with a name; in a PGlite the same method takes a text only. */
interface NamedQueryable {
  query(statement: { name: string; text: string; values: Value[] }): Promise<{ rows: unknown[] }>;
}

function isPGlite(client: object): boolean {
  return "exec" in client && "waitReady" in client;
}

const names = new Map<string, string>();

/**
 * The name is made from the text, because a connection of the pool may be used by several stores,
 * and by several versions of this package: one name stands for one text.
 */
function statementName(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    // At most 63 bytes of a name count in PostgreSQL.
    name = `latchkey_${crypto().createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
    names.set(text, name);
  }
  return name;
}
