import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import type { ExchangeSummary } from "../exchange-page.ts";
import type { HistoryEntry } from "../history.ts";
import { isBusy, openToWrite, rollBack, sentenceOf } from "./database.ts";
import { readSummary } from "./read-summary.ts";
import { RecordTable } from "./record-table.ts";
import { WriteQueue } from "./write-queue.ts";

/** Milliseconds that a write may wait for another process. After that it is tried again later. */
const BUSY_TIMEOUT = 20;
/** Milliseconds that the last write of a process may wait. */
const CLOSING_TIMEOUT = 1_000;
/** The most requests that are reported to open pages at once. */
const MOST_NEWS = 200;
/** How many records are redacted again in one step. */
const STEP = 20;
/** A file that was deleted is made again so often. */
const MOST_REOPENED = 3;

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

/** Lines that other processes have written. */
export interface News {
  readonly summaries: readonly ExchangeSummary[];
  /** The number of the last row that was read. */
  readonly last: number;
}

interface Open {
  readonly database: DatabaseSync;
  readonly table: RecordTable;
  /** Changes when another file takes the place of this one. */
  readonly inode: number;
}

/**
 * The history in an SQLite file. Several processes may share it, and it outlives them.
 *
 * Only the constructor throws: later, what cannot be read is not found, and after an error that
 * will not go away the file is closed. Records are written after their responses, several at once.
 */
export class HistoryFile {
  /** The number of this process among those that opened the file. */
  readonly slot: number;
  /** The largest sequence number when the file was opened. */
  readonly highest: number;
  readonly #options: HistoryFileOptions;
  readonly #process = crypto.randomUUID();
  readonly #queue: WriteQueue;
  #open: Open | undefined;
  #reopened = 0;
  /** The last redirect of this application, in any of its processes, as JSON. */
  readonly redirect = {
    note: (json: string): void => this.#read((table) => table.note("redirect", json), undefined),
    get: (): string | undefined => this.#read((table) => table.noted("redirect"), undefined),
    forget: (json: string): void => this.#read((table) => table.forget("redirect", json), undefined),
  };

  /** @throws Error if it cannot be used; see `sentenceOf`. */
  constructor(options: HistoryFileOptions) {
    this.#options = options;
    this.#open = this.#opened();
    try {
      this.slot = this.#open.table.countOpening();
      this.highest = this.#open.table.highest;
      setTimeoutOf(this.#open.database, BUSY_TIMEOUT);
    } catch (error) {
      this.#shut();
      throw error;
    }
    const { capacity, bytes } = options;
    this.#queue = new WriteQueue({ capacity, bytes, write: (entries) => this.#write(entries) });
    this.#scrubAfter(0);
  }

  get path(): string {
    return this.#options.path;
  }

  /** Whether records are still written. */
  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Saves a record soon. One with the same id is replaced. */
  add(entry: HistoryEntry): void {
    if (this.#open !== undefined) this.#queue.add(entry);
  }

  /** The record with this id, of any process of this application. */
  get(id: string): HistoryEntry | undefined {
    return this.#read((table) => table.get(id, this.#options.scrub), undefined);
  }

  /** The lines of this application's records from this sequence number on, newest first. */
  list(from: number): readonly ExchangeSummary[] {
    return this.#read((table) => table.list(from, this.#options.scrub), []);
  }

  /** The number of the last record that was written. */
  get last(): number {
    return this.#read((table) => table.last, 0);
  }

  /** The lines that other processes of this application wrote after a record. */
  newsSince(last: number): News {
    const rows = this.#read((table) => table.newsSince(last, MOST_NEWS), []);
    return {
      summaries: rows.flatMap(({ summary }) => readSummary(this.#options.scrub(summary)) ?? []),
      last: rows.at(-1)?.n ?? last,
    };
  }

  /** Saves what waits, and closes the file. A second call does nothing. */
  close(): void {
    if (this.#open !== undefined) {
      setTimeoutOf(this.#open.database, CLOSING_TIMEOUT);
      this.#queue.flush();
    }
    this.#shut();
  }

  #opened(): Open {
    const { path, app, capacity, bytes } = this.#options;
    const database = openToWrite(path);
    const table = new RecordTable(database, { app, process: this.#process, capacity, bytes });
    return { database, table, inode: inodeOf(path) };
  }

  #write(entries: readonly HistoryEntry[]): "written" | "later" | "never" {
    this.#reopenIfDeleted();
    if (this.#open === undefined) return "never";
    const { database, table } = this.#open;
    try {
      table.write(entries);
      return "written";
    } catch (error) {
      rollBack(database);
      if (isBusy(error)) return "later";
      this.#fail(error);
      return "never";
    }
  }

  /**
   * Redacts older records again, in small steps: a text in them may be a key now. Programs that
   * read the file do not know the keys.
   */
  #scrubAfter(n: number): void {
    setTimeout(() => {
      const { scrub } = this.#options;
      const rows = this.#read((table) => table.rowsAfter(n, STEP), []);
      for (const row of rows) {
        const clean = { n: row.n, summary: scrub(row.summary), panels: scrub(row.panels) };
        if (clean.summary !== row.summary || clean.panels !== row.panels)
          this.#read((table) => table.replace(clean), undefined);
      }
      if (rows.length === STEP) this.#scrubAfter(rows.at(-1)!.n);
    }, 50).unref?.();
  }

  /** If somebody has deleted the file, a new one is made. */
  #reopenIfDeleted(): void {
    const { path, onFailure } = this.#options;
    if (this.#open === undefined || inodeOf(path) === this.#open.inode) return;
    this.#shut();
    if (this.#reopened++ >= MOST_REOPENED) {
      onFailure(`${path} was deleted again and again. Fix: let it be, or set the option historyFile to false.`);
      return;
    }
    try {
      this.#open = this.#opened();
      setTimeoutOf(this.#open.database, BUSY_TIMEOUT);
    } catch (error) {
      this.#fail(error);
    }
  }

  #read<Result>(read: (table: RecordTable) => Result, otherwise: Result): Result {
    if (this.#open === undefined) return otherwise;
    try {
      return read(this.#open.table);
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
    const { database } = this.#open ?? {};
    this.#open = undefined;
    try {
      database?.close();
    } catch {
      // It is closed already.
    }
  }
}

/** How long a call may wait for another process, in milliseconds. */
function setTimeoutOf(database: DatabaseSync, milliseconds: number): void {
  database.exec(`PRAGMA busy_timeout = ${milliseconds}`);
}

function inodeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0;
}
