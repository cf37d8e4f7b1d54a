import type * as Sqlite from "node:sqlite";
import { isPrivateFile, makePrivateFile, refuseLink, UnsafePathError } from "./private-folder.ts";

/** "LKRB": marks the files of this module, so that no other database is ever changed. */
const APPLICATION_ID = 0x4c4b5242;
const SCHEMA_VERSION = 1;
/** Milliseconds to wait for a process that creates the file. */
const OPENING_TIMEOUT = 2_000;

/** The texts that SQLite stores of the schema, by the objects' names. */
const SCHEMA: Readonly<Record<string, string>> = {
  // `bytes` stands before the texts, so that sums do not read them.
  requests: `CREATE TABLE requests (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  sequence INTEGER NOT NULL,
  app TEXT NOT NULL,
  process TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  summary TEXT NOT NULL,
  panels TEXT NOT NULL
)`,
  requests_app: "CREATE INDEX requests_app ON requests (app, sequence, bytes)",
  meta: "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
};

/** Why a file cannot be used as history, in a sentence with the fix. */
export class HistoryFileError extends Error {
  override readonly name = "HistoryFileError";
}

/**
 * Opens a history file, and creates it if it does not exist.
 *
 * @throws HistoryFileError if this runtime has no SQLite, or the file is not a history or not safe.
 */
export function openToWrite(path: string): Sqlite.DatabaseSync {
  return explained(path, () => {
    makePrivateFile(path);
    for (const suffix of ["-wal", "-shm", "-journal"]) refuseLink(path + suffix);
    return opened(path, false);
  });
}

/**
 * Opens a history file to read it. Undefined if the file does not exist.
 *
 * @throws HistoryFileError if this runtime has no SQLite, or the file is not a history or not safe.
 */
export function openToRead(path: string): Sqlite.DatabaseSync | undefined {
  return explained(path, () => (isPrivateFile(path) ? opened(path, true) : undefined));
}

/** Whether another process holds a lock, so that the same call may succeed later. */
export function isBusy(error: unknown): boolean {
  const code = (error as { readonly errcode?: unknown } | undefined)?.errcode;
  // SQLITE_BUSY and SQLITE_LOCKED, with their extended codes.
  return typeof code === "number" && [5, 6].includes(code & 0xff);
}

/** What SQLite said about a file, in a sentence with the fix. */
export function sentenceOf(path: string, error: unknown): string {
  if (error instanceof UnsafePathError || error instanceof HistoryFileError) return error.message;
  const { errcode, errstr, code } = (error ?? {}) as { errcode?: number; errstr?: string; code?: string };
  // SQLITE_CORRUPT and SQLITE_NOTADB.
  if (errcode !== undefined && [11, 26].includes(errcode & 0xff))
    return `${path} is damaged, or is not a database. Fix: delete it.`;
  return `${path} cannot be used (${errstr ?? code ?? "unknown error"}). Fix: let this process write it, or set the option historyFile to another path, or to false.`;
}

/** node:sqlite; undefined where the runtime does not have it. An import would end the process. */
function sqlite(): typeof Sqlite | undefined {
  try {
    return process.getBuiltinModule?.("node:sqlite") as typeof Sqlite | undefined;
  } catch {
    return undefined;
  }
}

function explained<Result>(path: string, open: () => Result): Result {
  try {
    return open();
  } catch (error) {
    throw new HistoryFileError(sentenceOf(path, error), { cause: error });
  }
}

function opened(path: string, readOnly: boolean): Sqlite.DatabaseSync {
  const module = sqlite();
  if (module === undefined)
    throw new HistoryFileError(
      "This runtime has no module node:sqlite. Fix: use Node 22.13 or later, or set the option historyFile to false.",
    );
  const database = new module.DatabaseSync(path, { readOnly });
  try {
    // Another process may be creating the file at this moment.
    database.exec(`PRAGMA busy_timeout = ${OPENING_TIMEOUT}; PRAGMA trusted_schema = OFF`);
    if (!readOnly) prepareToWrite(database, path);
    checkSchema(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function prepareToWrite(database: Sqlite.DatabaseSync, path: string): void {
  if (idOf(database) === 0 && namesOf(database).length === 0) {
    // Takes effect only before the first table.
    database.exec("PRAGMA auto_vacuum = INCREMENTAL");
  }
  database.exec("BEGIN IMMEDIATE");
  try {
    const [id, version] = [idOf(database), numberOf(database, "user_version")];
    const names = namesOf(database);
    if (id !== APPLICATION_ID && (id !== 0 || names.length > 0)) throw foreign(path);
    if (id === 0 || version !== SCHEMA_VERSION) {
      // A history of another version of this package is dropped: it is only a history.
      if (version !== SCHEMA_VERSION) database.exec("DROP TABLE IF EXISTS requests; DROP TABLE IF EXISTS meta");
      database.exec(Object.values(SCHEMA).join(";\n"));
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
    }
    checkSchema(database, path);
    database.exec("COMMIT");
  } catch (error) {
    rollBack(database);
    throw error;
  }
  // Without synchronization a crash of the machine may damage the file, but none of a process can.
  // A request never waits for the disk. Deleted records are overwritten.
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 4000000",
  );
  database.exec("PRAGMA incremental_vacuum");
}

/** Exactly our tables. A trigger or a view of someone else would run with our statements. */
function checkSchema(database: Sqlite.DatabaseSync, path: string): void {
  const rows = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    .all() as { readonly name: string; readonly sql: string }[];
  const isOurs =
    idOf(database) === APPLICATION_ID &&
    numberOf(database, "user_version") === SCHEMA_VERSION &&
    rows.length === Object.keys(SCHEMA).length &&
    rows.every(({ name, sql }) => SCHEMA[name] === sql);
  if (!isOurs) throw foreign(path);
}

function foreign(path: string): HistoryFileError {
  return new HistoryFileError(
    `${path} is a database, but not a history of this version of Latchkey. Fix: delete it, or set the option historyFile to another path.`,
  );
}

function idOf(database: Sqlite.DatabaseSync): number {
  return numberOf(database, "application_id");
}

function numberOf(database: Sqlite.DatabaseSync, pragma: "application_id" | "user_version"): number {
  return Number(Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
}

function namesOf(database: Sqlite.DatabaseSync): readonly unknown[] {
  return database.prepare("SELECT name FROM sqlite_schema").all();
}

/** Ends a transaction that failed. SQLite ends it by itself after some errors. */
export function rollBack(database: Sqlite.DatabaseSync): void {
  try {
    database.exec("ROLLBACK");
  } catch {
    // There was none.
  }
}
