import { InvalidOptionError } from "../errors.ts";
import { lateModule } from "../late-module.ts";
import { hasMethods, nameOf, wrongClient } from "./wrong-argument.ts";

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
 * Runs a statement, and repeats it if the server refused it with one of the codes.
 *
 * @param again SQLSTATE of failures that pass. Default: COLLISIONS.
 */
export type Query = (text: string, values: Value[], again?: readonly unknown[]) => Promise<Answer>;

/**
 * SQLSTATE of statements that fail only because another statement ran at the same time, which
 * happens if transactions are serializable by default: serialization_failure, deadlock_detected.
 */
export const COLLISIONS: readonly unknown[] = ["40001", "40P01"];
/**
 * SQLSTATE of a server that cannot run the statement under its name, and so has not run it:
 * invalid_sql_statement_name and duplicate_prepared_statement, behind a pooler that gives each
 * statement another connection, and feature_not_supported, after a column got another type.
 */
const NOT_UNDER_THIS_NAME: readonly unknown[] = ["26000", "42P05", "0A000"];
const MAX_ATTEMPTS = 20;

/**
 * One way to run a statement with each of the clients. Once a server refused a name, no statement
 * has one.
 *
 * @param prepare whether statements with values have a name; undefined for true, with the clients
 *   that are known to take names.
 */
export function queryOf(client: Partial<PostgresQueryable & PostgresJsSql>, prepare: boolean | undefined): Query {
  if (prepare !== undefined && typeof prepare !== "boolean") {
    throw new InvalidOptionError(
      `The option prepare of PostgresStore must be true or false. It is ${typeof prepare === "string" ? JSON.stringify(prepare) : nameOf(prepare)}. Fix: prepare: false, or leave it out.`,
    );
  }
  const run = runOf(client, prepare);
  let hasNames = prepare ?? takesNames(client);
  return async (text, values, again = COLLISIONS) => {
    for (let attempt = 1; ; attempt++) {
      // A statement without values creates the table: once, so it needs no name.
      const isNamed = hasNames && values.length > 0;
      try {
        return answerOf(await run(text, values, isNamed));
      } catch (error) {
        const code = (error as { code?: unknown } | null | undefined)?.code;
        if (isNamed && NOT_UNDER_THIS_NAME.includes(code)) hasNames = false;
        else if (attempt === MAX_ATTEMPTS || !again.includes(code)) throw error;
      }
    }
  };
}

type Run = (text: string, values: Value[], isNamed: boolean) => PromiseLike<ClientAnswer>;

function runOf(client: Partial<PostgresQueryable & PostgresJsSql>, prepare: boolean | undefined): Run {
  if (typeof client?.unsafe === "function") {
    // `prepare: false` in the client's own options overrides this.
    return (text, values, isNamed) => client.unsafe!(text, values, { prepare: isNamed });
  }
  if (typeof client?.query !== "function") {
    throw wrongClient(
      "PostgresStore needs a Pool or Client of the package pg, the sql of the package postgres, or a PGlite.",
      client,
      "new PostgresStore(new Pool({ connectionString })).",
    );
  }
  if (prepare === true && isPGlite(client)) {
    throw new InvalidOptionError(
      "The option prepare of PostgresStore is for a Pool or Client of the package pg. A PGlite has no names for statements. Fix: leave it out.",
    );
  }
  const named = client as unknown as NamedQueryable;
  return (text, values, isNamed) => (isNamed ? named.query(statementNamed(text), values) : client.query!(text, values));
}

/** A client of another kind may have a `query` that takes a text only, as PGlite does. */
function takesNames(client: Partial<PostgresQueryable & PostgresJsSql>): boolean {
  if (typeof client.unsafe === "function") return true;
  const isPool = typeof (client as { totalCount?: unknown }).totalCount === "number";
  return hasMethods(client, "connect") && (isPool || hasMethods(client, "escapeIdentifier"));
}

type ClientAnswer = Awaited<ReturnType<PostgresQueryable["query"]> | ReturnType<PostgresJsSql["unsafe"]>>;

function answerOf(answer: ClientAnswer): Answer {
  // `postgres` gives the rows themselves.
  if (!("rows" in answer)) return { rows: answer as readonly Row[], count: answer.count };
  return { rows: answer.rows as readonly Row[], count: answer.rowCount ?? answer.affectedRows };
}

/** What `pg` takes for a statement with a name; in a PGlite the same method takes a text only. */
interface NamedQueryable {
  query(statement: Statement, values: Value[]): ReturnType<PostgresQueryable["query"]>;
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
    // At most 63 bytes of a name count in PostgreSQL. Tracers show it, so it begins with words.
    const verb = text.split(" ", 1)[0]!.toLowerCase();
    const name = `latchkey_${verb}_${crypto().createHash("sha256").update(text).digest("hex").slice(0, 32)}`;
    statement = { name, text };
    statements.set(text, statement);
  }
  // `pg` copies each property of its own that the statement has, which is a tenth of the whole
  // query: these two are inherited. An object for each query, because older versions write on it.
  return Object.create(statement) as Statement;
}
