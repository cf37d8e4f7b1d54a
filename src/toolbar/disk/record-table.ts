import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { ExchangeSummary } from "../exchange-page.ts";
import type { HistoryEntry } from "../history.ts";
import { isPanels, readSummary } from "./read-summary.ts";

/** Who reads and writes, and how much may be stored. */
export interface RecordTableOptions {
  /** Which of the programs that use the file this is: processes of the same name share a list. */
  readonly app: string;
  /** A random text of this process. */
  readonly process: string;
  /** The most records of this application. */
  readonly capacity: number;
  /** The most bytes of all records. */
  readonly bytes: number;
}

/** A row as it is stored. */
export interface RecordRow {
  readonly n: number;
  readonly summary: string;
  readonly panels: string;
}

/** The records in a database. What SQLite throws is thrown. */
export class RecordTable {
  readonly #database: DatabaseSync;
  readonly #options: RecordTableOptions;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, options: RecordTableOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** Counts this process among those that opened the file, and gives its number. */
  countOpening(): number {
    this.#run(
      "INSERT INTO meta (name, value) VALUES ('opened', '1') ON CONFLICT (name) DO UPDATE SET value = CAST(value AS INTEGER) + 1",
    );
    return this.#number("SELECT value FROM meta WHERE name = 'opened'");
  }

  /** Stores a text of this application under a name, in place of the one before. */
  note(name: string, text: string): void {
    this.#run(
      "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      this.#nameOf(name),
      text,
    );
  }

  /** The text under a name. */
  noted(name: string): string | undefined {
    const value = this.#statement("SELECT value FROM meta WHERE name = ?").get(this.#nameOf(name))?.["value"];
    return typeof value === "string" ? value : undefined;
  }

  /** Drops the text under a name, if it is still this one. */
  forget(name: string, text: string): void {
    this.#run("DELETE FROM meta WHERE name = ? AND value = ?", this.#nameOf(name), text);
  }

  #nameOf(name: string): string {
    return `${name} ${this.#options.app}`;
  }

  /** The largest sequence number; 0 without records. */
  get highest(): number {
    return this.#number("SELECT max(sequence) AS value FROM requests");
  }

  /** The number of the last row that was written. */
  get last(): number {
    return this.#number("SELECT max(n) AS value FROM requests");
  }

  /** @param scrub redacts what is read. */
  get(id: string, scrub: (json: string) => string): HistoryEntry | undefined {
    const [row] = this.#all("SELECT n, summary, panels FROM requests WHERE id = ? AND app = ?", id, this.#options.app);
    const summary = row === undefined ? undefined : readSummary(scrub(row.summary));
    return summary === undefined || !isPanels(row!.panels) ? undefined : { summary, json: scrub(row!.panels) };
  }

  /** The lines from this sequence number on, newest first. */
  list(from: number, scrub: (json: string) => string): readonly ExchangeSummary[] {
    const { app, capacity } = this.#options;
    const rows = this.#all(
      "SELECT summary FROM requests WHERE app = ? AND sequence >= ? ORDER BY sequence DESC LIMIT ?",
      app,
      from,
      capacity,
    );
    return rows.flatMap((row) => readSummary(scrub(row.summary)) ?? []);
  }

  /** What other processes of this application wrote after a row. */
  newsSince(last: number, limit: number): readonly RecordRow[] {
    const { app, process } = this.#options;
    return this.#all(
      "SELECT n, summary FROM requests WHERE n > ? AND app = ? AND process <> ? ORDER BY n LIMIT ?",
      last,
      app,
      process,
      limit,
    );
  }

  /** The rows after a row, of all applications. */
  rowsAfter(n: number, limit: number): readonly RecordRow[] {
    return this.#all("SELECT n, summary, panels FROM requests WHERE n > ? ORDER BY n LIMIT ?", n, limit);
  }

  /** Replaces the texts of a row, also in the file beside the database. */
  replace({ n, summary, panels }: RecordRow): void {
    this.#run("UPDATE requests SET summary = ?, panels = ? WHERE n = ?", summary, panels, n);
    this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  /** Writes records in one transaction, and drops the oldest ones that are too many. */
  write(entries: readonly HistoryEntry[]): void {
    const { app, process, capacity, bytes } = this.#options;
    this.#database.exec("BEGIN IMMEDIATE");
    for (const { summary, json } of entries) {
      const line = JSON.stringify(summary);
      // A record that is stored again, because more is known, gets a new number: it is news.
      this.#run(
        "INSERT OR REPLACE INTO requests (id, sequence, app, process, bytes, summary, panels) VALUES (?, ?, ?, ?, ?, ?, ?)",
        summary.id,
        summary.sequence,
        app,
        process,
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
    if (this.#number("SELECT sum(bytes) AS value FROM requests") > bytes) this.#dropOldest(bytes);
    this.#database.exec("COMMIT");
  }

  /** Drops the oldest records, until the rest fits. The newest one stays in any case. */
  #dropOldest(bytes: number): void {
    this.#run(
      `DELETE FROM requests WHERE n IN (
        SELECT n FROM (SELECT n, sum(bytes) OVER (ORDER BY n DESC) AS total, row_number() OVER (ORDER BY n DESC) AS place FROM requests)
        WHERE total > ? AND place > 1)`,
      bytes,
    );
  }

  #all(sql: string, ...values: SQLInputValue[]): readonly RecordRow[] {
    return this.#statement(sql).all(...values) as unknown as readonly RecordRow[];
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#statement(sql).run(...values);
  }

  #number(sql: string): number {
    return Number(this.#statement(sql).get()?.["value"] ?? 0);
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
