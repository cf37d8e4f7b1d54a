import type { DatabaseSync } from "node:sqlite";
import type { ExchangeSummary } from "../exchange-page.ts";
import type { ExchangeRecord } from "../exchange-record.ts";
import { HistoryFileError, openToRead, sentenceOf } from "./database.ts";
import { isPanels, readSummary } from "./read-summary.ts";

/** Reads records, wherever they are. */
export interface RecordReader {
  /** The lines of all records, newest first. */
  list(): Promise<readonly ExchangeSummary[]>;
  record(id: string): Promise<ExchangeRecord | undefined>;
  close(): void;
}

/**
 * Opens a history file for a program that only reads. Undefined if it does not exist. The file is
 * not changed, and a server may write it at the same time.
 *
 * @throws HistoryFileError if it is not a history, or not safe to read. So do the methods, if it is
 *   damaged.
 */
export function openHistoryReader(path: string): RecordReader | undefined {
  const database = openToRead(path);
  if (database === undefined) return undefined;
  return {
    list: async () => await Promise.resolve(read(path, () => listOf(database))),
    record: async (id) => await Promise.resolve(read(path, () => recordOf(database, id))),
    close: () => database.close(),
  };
}

function listOf(database: DatabaseSync): readonly ExchangeSummary[] {
  const rows = database.prepare("SELECT summary FROM requests ORDER BY sequence DESC").all();
  return rows.flatMap((row) => readSummary(String(row["summary"])) ?? []);
}

function recordOf(database: DatabaseSync, id: string): ExchangeRecord | undefined {
  const row = database.prepare("SELECT summary, panels FROM requests WHERE id = ?").get(id);
  const summary = row === undefined ? undefined : readSummary(String(row["summary"]));
  const json = String(row?.["panels"]);
  if (summary === undefined || !isPanels(json)) return undefined;
  return { version: 1, summary, panels: JSON.parse(json) as ExchangeRecord["panels"] };
}

function read<Result>(path: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw new HistoryFileError(sentenceOf(path, error), { cause: error });
  }
}
