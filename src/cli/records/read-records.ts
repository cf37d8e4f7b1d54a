import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { isRecordsError, openRecords } from "../../toolbar/disk/open-records.ts";
import type { ExchangeSummary } from "../../toolbar/exchange-page.ts";
import type { ExchangeRecord } from "../../toolbar/exchange-record.ts";
import type { Io } from "../io.ts";
import { UsageError } from "../usage-error.ts";

/** Where the records are. */
export interface PlaceOptions {
  readonly directory: string;
  readonly file?: string;
}

/** The records of an application. */
export interface Records {
  /** Newest first. */
  readonly list: readonly ExchangeSummary[];
  record(id: string): Promise<ExchangeRecord | undefined>;
}

/** The shortest beginning of an id that is accepted. */
const SHORTEST_ID = 4;

/**
 * Opens the records of an application, hands them over, and closes them.
 *
 * @returns what `work` returns; undefined if the application has no records.
 * @throws UsageError if the folder or the records cannot be read.
 */
export async function withRecords<Result>(
  { directory, file }: PlaceOptions,
  io: Io,
  work: (records: Records) => Promise<Result>,
): Promise<Result | undefined> {
  const folder = resolve(io.cwd, directory);
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new UsageError(`There is no folder ${directory}. Fix: give the path of the application's folder.`);
  try {
    const reader = openRecords(folder, file === undefined ? undefined : resolve(io.cwd, file));
    if (reader === undefined) return undefined;
    try {
      return await work({ list: await reader.list(), record: async (id) => await reader.record(id) });
    } finally {
      reader.close();
    }
  } catch (error) {
    if (isRecordsError(error)) throw new UsageError(error.message);
    throw error;
  }
}

/** @throws UsageError for a name that cannot be one of a request. */
export function checkName(name: string): void {
  if (name === "last" || (/^[0-9a-f-]{1,36}$/i.test(name) && name.length >= SHORTEST_ID)) return;
  throw new UsageError(
    `"${printable(name)}" is not the id of a request. Fix: give "last", or at least the first ${SHORTEST_ID} characters of an id, as \`latchkey requests\` lists them.`,
  );
}

/**
 * The line of the request that a user names: "last", an id, or the beginning of one. Undefined if
 * it does not exist.
 *
 * @throws UsageError for a beginning that several ids have.
 */
export function findRequest(name: string, list: readonly ExchangeSummary[]): ExchangeSummary | undefined {
  if (name === "last") return list[0];
  const found = list.filter(({ id }) => id.startsWith(name.toLowerCase()));
  if (found.length > 1)
    throw new UsageError(
      `${found.length} requests have an id that begins with ${name}: ${found
        .slice(0, 5)
        .map(({ id }) => id)
        .join(", ")}. Fix: give more characters of it.`,
    );
  return found[0];
}

/** The sentence for an application without records. */
export function noRecords({ directory, file }: PlaceOptions): string {
  const place = file ?? (directory === "." ? "this folder" : directory);
  return `There are no recorded requests in ${place}. Fix: start the server in this folder with NODE_ENV=development and the toolbar, make a request, and call this again. For an application in another folder: --directory DIR.`;
}

/**
 * A text of a record as it may be printed on a terminal: without control characters, which could
 * change what the terminal shows.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => (character === "\t" ? " " : "·"));
}
