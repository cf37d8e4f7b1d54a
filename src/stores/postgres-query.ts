import { InvalidOptionError } from "../errors.ts";
import { lateModule } from "../late-module.ts";
import { nameOf, wrongClient } from "./wrong-argument.ts";

const crypto = lateModule("node:crypto");

/**
 * The method that is used of a Pool or Client of the package `pg`, or of a PGlite. `pg` says in
 * `rowCount` how many rows a statement has changed, a PGlite in `affectedRows`.
 */
export interface PostgresQueryable {
  query(
    text: string,
    values?: unknown[],
  ): Promise<{
    rows: unknown[];
    rowCount?: number | null | undefined;
    affectedRows?: number | undefined;
  }>;
}

/** The method that is used of the `sql` of the package `postgres`. */
export interface PostgresJsSql {
  unsafe(
    text: string,
    values?: (string | number | null)[],
    options?: { prepare: boolean },
  ): PromiseLike<readonly unknown[] & { readonly count?: number | null | undefined }>;
}

export type Value = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

/** What a statement has found, and how many rows it has written. */
export interface Answer {
  readonly rows: readonly Row[];
  /** Undefined if the client does not say. */
  readonly count: number | null | undefined;
}

/**
 * One way to run a statement with each of the clients.
 *
 * @param prepare whether statements with values are prepared once for each connection; undefined
 *   for the habit of the client: `postgres` does, `pg` does not.
 */
export function queryOf(
  client: Partial<PostgresQueryable & PostgresJsSql>,
  prepare: boolean | undefined,
): (text: string, values: Value[]) => Promise<Answer> {
  if (prepare !== undefined && typeof prepare !== "boolean") {
    throw new InvalidOptionError(
      `The option prepare of PostgresStore must be true or false. It is ${typeof prepare === "string" ? JSON.stringify(prepare) : nameOf(prepare)}. Fix: prepare: true, or leave it out.`,
    );
  }
  if (typeof client?.unsafe === "function") {
    // An unprepared statement takes two round trips with this client. `prepare: false` in the
    // client's own options overrides this.
    return async (text, values) => {
      const rows = await client.unsafe!(text, values, { prepare: prepare !== false && values.length > 0 });
      return { rows: rows as readonly Row[], count: rows.count };
    };
  }
  if (typeof client?.query !== "function") {
    throw wrongClient(
      "PostgresStore needs a Pool or Client of the package pg, the sql of the package postgres, or a PGlite.",
      client,
      "new PostgresStore(new Pool({ connectionString })).",
    );
  }
  if (prepare !== true) return async (text, values) => answerOf(await client.query!(text, values));
  if (isPGlite(client)) {
    throw new InvalidOptionError(
      "The option prepare of PostgresStore is for a Pool or Client of the package pg. A PGlite has no names for statements. Fix: leave it out.",
    );
  }
  const named = client as unknown as NamedQueryable;
  // A statement without values creates the table: once, so it needs no name.
  return async (text, values) =>
    answerOf(values.length === 0 ? await client.query!(text) : await named.query(statementNamed(text), values));
}

type ClientAnswer = Awaited<ReturnType<PostgresQueryable["query"]>>;

function answerOf({ rows, rowCount, affectedRows }: ClientAnswer): Answer {
  return { rows: rows as Row[], count: rowCount ?? affectedRows };
}

/** What `pg` takes for a statement with a name; in a PGlite the same method takes a text only. */
interface NamedQueryable {
  query(statement: Statement, values: Value[]): Promise<ClientAnswer>;
}

interface Statement {
  readonly name: string;
  readonly text: string;
}

function isPGlite(client: object): boolean {
  return "exec" in client && "waitReady" in client;
}

const statements = new Map<string, Statement>();

/**
 * The name is made from the text, because a connection of the pool may be used by several stores,
 * and by several versions of this package: one name stands for one text.
 */
function statementNamed(text: string): Statement {
  let statement = statements.get(text);
  if (statement === undefined) {
    // At most 63 bytes of a name count in PostgreSQL.
    const name = `latchkey_${crypto().createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
    statement = { name, text };
    statements.set(text, statement);
  }
  // `pg` copies each property of its own that the statement has, which is a tenth of the whole
  // query: these two are inherited. An object for each query, because older versions write on it.
  return Object.create(statement) as Statement;
}
