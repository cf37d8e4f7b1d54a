import { join } from "node:path";
import { readAccess } from "./access-file.ts";
import { AccessError, openAccessReader } from "./access-reader.ts";
import { HistoryFileError } from "./database.ts";
import { FOLDER, HISTORY_FILE } from "./disk-places.ts";
import { openHistoryReader, type RecordReader } from "./history-reader.ts";
import { UnsafePathError } from "./private-folder.ts";

/**
 * Opens the records of an application, for a program of its own: the history file, or the running
 * toolbar if it has no file. Undefined if there is neither.
 *
 * @param directory the application's folder, as in the option `directory` of the toolbar.
 * @param file the history file, if the application has set the option `historyFile`. Not needed
 *   while it runs in development.
 * @throws an error for which `isRecordsError` is true, if there are records that cannot be read.
 */
export function openRecords(directory: string, file?: string): RecordReader | undefined {
  if (file !== undefined) return openHistoryReader(file);
  const folder = join(directory, FOLDER);
  const access = readAccess(folder);
  if (access !== undefined && access.historyFile === null) return openAccessReader(access);
  try {
    return openHistoryReader(access?.historyFile ?? join(folder, HISTORY_FILE));
  } catch (error) {
    // This runtime may have no SQLite, while that of the server has.
    if (access !== undefined) return openAccessReader(access);
    throw error;
  }
}

/** Whether an error says, for people, why records cannot be read. */
export function isRecordsError(error: unknown): error is Error {
  return error instanceof HistoryFileError || error instanceof AccessError || error instanceof UnsafePathError;
}
