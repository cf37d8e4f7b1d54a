import { statSync } from "node:fs";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { ExchangeSummary } from "../exchange-page.ts";
import type { HistoryEntry } from "../history.ts";
import { isBusy, openToWrite, rollBack, sentenceOf } from "./database.ts";
import { isPanels, readSummary } from "./read-summary.ts";
import { WriteQueue } from "./write-queue.ts";

/** Milliseconds that a write may wait for another process. After that it is tried again later. */
const BUSY_TIMEOUT = 20;
/** Milliseconds that the last write of a process may wait. */
const CLOSING_TIMEOUT = 1_000;
/** The most requests that are reported to open pages at once. */
const MOST_NEWS = 200;
/** How many records are redacted again in one step. */
const STEP = 20;

/** Arguments of a history file. */
export interface HistoryFileOptions {
  readonly path: string;
  /** The most records of this application. */
  readonly capacity: number;
  /** The most bytes of all records. */
  readonly bytes: number;
  /** Which of the programs that use the file this is: processes of the same name share a list. */
  readonly app: string;
  /** Redacts JSON with the keys of now. */
  readonly scrub: (json: string) => string;
  /** Told why the file is not used any more. */
  readonly onFailure: (sentence: string) => void;
}

/** A failure may be one of a moment. After so many, the file is given up. */
const MOST_REOPENED = 3;

/**
 * The history in an SQLite file. Several processes may share it, and it outlives them.
 *
 * Nothing here throws: what cannot be read is not found, and after an error that will not go away
 * the file is closed. Records are written after their responses, several at once.
 */
export class HistoryFile {
  /** The number of this process among those that opened the file. */
  readonly slot: number;
  /** The largest sequence number when the file was opened. */
  readonly highest: number;
  readonly #options: HistoryFileOptions;
  readonly #process = crypto.randomUUID();
  readonly #queue: WriteQueue;
  #database: DatabaseSync | undefined;
  #statements = new Map<string, StatementSync>();
  #inode: number;
  #reopened = 0;

  /**
   * @throws HistoryFileError if it cannot be used.
   */
  constructor(options: HistoryFileOptions) {
    this.#options = options;
    this.#database = openToWrite(options.path);
    this.#inode = inodeOf(options.path);
    this.#run(
      "INSERT INTO meta (name, value) VALUES ('opened', '1') ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
    );
    this.slot = this.#number("SELECT value FROM meta WHERE name = 'opened'");
    this.highest = this.#number("SELECT max(sequence) AS value FROM requests");
    this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
    this.#queue = new WriteQueue({
      capacity: options.capacity,
      bytes: options.bytes,
      write: (entries) => this.#write(entries),
    });
    this.#scrubFrom(0);
  }

  get path(): string {
    return this.#options.path;
  }

  /** Whether records are still written. */
  get isOpen(): boolean {
    return this.#database !== undefined;
  }

  /** Saves a record soon. */
  add(entry: HistoryEntry): void {
    if (this.#database !== undefined) this.#queue.add(entry);
  }

  /** The record with this id, of any process of this application. */
  get(id: string): HistoryEntry | undefined {
    return this.#read(() => {
      const row = this.#statement("SELECT summary, panels FROM requests WHERE id = ? AND app = ?").get(
        id,
        this.#options.app,
      ) as { readonly summary: string; readonly panels: string } | undefined;
      const summary = row === undefined ? undefined : readSummary(this.#options.scrub(row.summary));
      return summary === undefined || !isPanels(row!.panels)
        ? undefined
        : { summary, json: this.#options.scrub(row!.panels) };
    }, undefined);
  }

  /** The lines of this application's records from this sequence number on, newest first. */
  list(from: number): readonly ExchangeSummary[] {
    return this.#read(() => {
      const rows = this.#statement(
        "SELECT summary FROM requests WHERE app = ? AND sequence >= ? ORDER BY sequence DESC LIMIT ?",
      ).all(this.#options.app, from, this.#options.capacity);
      return rows.flatMap((row) => readSummary(this.#options.scrub(String(row["summary"]))) ?? []);
    }, []);
  }

  /** The number of the last record that was written. */
  get last(): number {
    return this.#read(() => this.#number("SELECT max(n) AS value FROM requests"), 0);
  }

  /** The lines that other processes of this application wrote after a record, and the new `last`. */
  newsSince(last: number): { readonly summaries: readonly ExchangeSummary[]; readonly last: number } {
    return this.#read(
      () => {
        const rows = this.#statement(
          "SELECT n, summary FROM requests WHERE n > ? AND app = ? AND process <> ? ORDER BY n LIMIT ?",
        ).all(last, this.#options.app, this.#process, MOST_NEWS);
        return {
          summaries: rows.flatMap((row) => readSummary(this.#options.scrub(String(row["summary"]))) ?? []),
          last: rows.reduce((highest, row) => Math.max(highest, Number(row["n"])), last),
        };
      },
      { summaries: [], last },
    );
  }

  /** Saves what waits, and closes the file. A second call does nothing. */
  close(): void {
    this.#read(() => this.#database?.exec(`PRAGMA busy_timeout = ${CLOSING_TIMEOUT}`), undefined);
    this.#queue.flush();
    this.#shut();
  }

  #write(entries: readonly HistoryEntry[]): "written" | "later" | "never" {
    if (this.#database === undefined || !this.#isInPlace()) return "never";
    const { app, capacity, bytes } = this.#options;
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      for (const { summary, json } of entries) {
        const line = JSON.stringify(summary);
        this.#run(
          "INSERT OR IGNORE INTO requests (id, sequence, app, process, bytes, summary, panels) VALUES (?, ?, ?, ?, ?, ?, ?)",
          summary.id,
          summary.sequence,
          app,
          this.#process,
          Buffer.byteLength(line) + Buffer.byteLength(json),
          line,
          json,
        );
      }
      // By sequence, because that is the order of the list.
      this.#run(
        "DELETE FROM requests WHERE app = ? AND sequence < (SELECT sequence FROM requests WHERE app = ? ORDER BY sequence DESC LIMIT 1 OFFSET ?)",
        app,
        app,
        capacity - 1,
      );
      if (this.#number("SELECT sum(bytes) AS value FROM requests") > bytes) this.#dropLargest(bytes);
      this.#database.exec("COMMIT");
      return "written";
    } catch (error) {
      rollBack(this.#database);
      if (isBusy(error)) return "later";
      this.#fail(error);
      return "never";
    }
  }

  /** Drops the oldest records, until the rest fits. The newest one stays in any case. */
  #dropLargest(bytes: number): void {
    this.#run(
      `DELETE FROM requests WHERE n IN (
        SELECT n FROM (SELECT n, sum(bytes) OVER (ORDER BY n DESC) AS total, row_number() OVER (ORDER BY n DESC) AS place FROM requests)
        WHERE total > ? AND place > 1)`,
      bytes,
    );
  }

  /**
   * Redacts older records again, in small steps: a text in them may be a key now. Programs that
   * read the file do not know the keys.
   */
  #scrubFrom(n: number): void {
    setTimeout(() => {
      if (this.#database === undefined) return;
      const rows = this.#read(
        () => this.#statement("SELECT n, summary, panels FROM requests WHERE n > ? ORDER BY n LIMIT ?").all(n, STEP),
        [],
      );
      for (const row of rows) {
        const [summary, panels] = [String(row["summary"]), String(row["panels"])];
        const [line, json] = [this.#options.scrub(summary), this.#options.scrub(panels)];
        if (line === summary && json === panels) continue;
        const { n: number } = row;
        this.#read(() => this.#run("UPDATE requests SET summary = ?, panels = ? WHERE n = ?", line, json, number!), 0);
        this.#read(() => this.#database?.exec("PRAGMA wal_checkpoint(TRUNCATE)"), undefined);
      }
      if (rows.length === STEP) this.#scrubFrom(Number(rows.at(-1)!["n"]));
    }, 50).unref?.();
  }

  /** Whether the file is still there. If it was deleted, a new one is made. */
  #isInPlace(): boolean {
    const { path } = this.#options;
    if (inodeOf(path) === this.#inode) return true;
    this.#shut();
    if (this.#reopened++ >= MOST_REOPENED) {
      this.#options.onFailure(`${path} was deleted again and again.`);
      return false;
    }
    try {
      this.#database = openToWrite(path);
      this.#inode = inodeOf(path);
      this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT}`);
      return true;
    } catch (error) {
      this.#shut();
      this.#options.onFailure(sentenceOf(path, error));
      return false;
    }
  }

  #read<Result>(read: () => Result, otherwise: Result): Result {
    if (this.#database === undefined) return otherwise;
    try {
      return read();
    } catch (error) {
      if (!isBusy(error)) this.#fail(error);
      return otherwise;
    }
  }

  #fail(error: unknown): void {
    this.#shut();
    this.#options.onFailure(sentenceOf(this.#options.path, error));
  }

  #shut(): void {
    const database = this.#database;
    this.#database = undefined;
    this.#statements = new Map();
    try {
      database?.close();
    } catch {
      // It is closed already.
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database!.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  #number(sql: string): number {
    return Number(this.#statement(sql).get()?.["value"] ?? 0);
  }
}

/** A number that changes when another file takes this place; 0 if there is none. */
function inodeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0;
}
