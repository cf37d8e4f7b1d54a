import { existsSync } from "node:fs";
import { basename, join, relative, resolve, sep } from "node:path";
import { InvalidOptionError } from "../../errors.ts";
import { isTestRun, type Mode } from "../../mode.ts";
import { kindOf } from "../../options.ts";
import type { HistoryPlace } from "./shared-history.ts";

/** The folder of the application in which Latchkey keeps files of this machine. */
export const FOLDER = ".latchkey";
/** The history file in that folder. */
export const HISTORY_FILE = "requests.sqlite";

/** The options that say what is written to the disk. */
interface DiskOptions {
  readonly directory?: string | undefined;
  readonly historyFile?: string | false | undefined;
  readonly mode?: string | undefined;
}

/** What a toolbar writes, and where. */
export interface DiskPlaces extends HistoryPlace {
  /** The folder of the access file; undefined for none. */
  readonly access: string | undefined;
  /** Which of the programs in the directory this is: the path of its main file. */
  readonly app: string;
}

/**
 * Decides what a toolbar writes.
 *
 * Nothing unasked, except in development and in a folder that is an application's: one with a
 * package.json, or where Latchkey has a folder already. A script that is run somewhere leaves no
 * files there, and neither do tests.
 *
 * @param isOn whether the toolbar runs. If not, nothing is written.
 * @throws InvalidOptionError for another kind of `historyFile`.
 */
export function diskPlaces(
  options: DiskOptions,
  { isOn, mode }: { readonly isOn: boolean; readonly mode: Mode },
): DiskPlaces {
  const { historyFile, directory = process.cwd() } = options;
  if (historyFile !== undefined && historyFile !== false && (typeof historyFile !== "string" || historyFile === ""))
    throw new InvalidOptionError(
      `Toolbar's option historyFile is a path, or false. It got ${kindOf(historyFile)}. Fix: historyFile: "requests.sqlite", or false for memory alone.`,
    );
  const folder = join(directory, FOLDER);
  const app = nameOf(process.argv[1] ?? "", directory);
  if (!isOn) return { access: undefined, app, path: undefined, folder };
  const isApplication = existsSync(join(directory, "package.json")) || existsSync(folder);
  const isAutomatic = isApplication && mode === "development" && options.mode !== "test" && !isTestRun();
  const access = isAutomatic ? folder : undefined;
  if (typeof historyFile === "string") return { access, app, path: resolve(directory, historyFile), folder: undefined };
  const isSaved = isAutomatic && historyFile !== false;
  return { access, app, path: isSaved ? join(folder, HISTORY_FILE) : undefined, folder };
}

function nameOf(script: string, directory: string): string {
  const inside = relative(directory, script).replaceAll(sep, "/");
  return inside.startsWith("..") ? basename(script) : inside;
}
