import { findKeys, type FoundKey } from "./find-keys.ts";
import { gitLines } from "./git-lines.ts";
import { kindOf } from "./list-files.ts";
import { pathInHeader } from "./path-in-header.ts";

/** A key that a commit added. */
export interface HistoricKey extends FoundKey {
  readonly commit: string;
  readonly path: string;
}

/**
 * Matches lines that could name a key, so that git selects commits. It matches more than `findKeys`
 * finds.
 */
const WORTH_A_LOOK = "lk1_|lk1-dev_|[Ss][Ee][Cc][Rr][Ee][Tt]|_[Kk][Ee][Yy]|[a-z]Key\\b|KeyRing|[Pp]assword";

const LOG = [
  "-c",
  "core.quotePath=false",
  "log",
  "--all",
  "--no-color",
  "--no-ext-diff",
  "--no-textconv",
  "--src-prefix=a/",
  "--dst-prefix=b/",
  "--unified=0",
  "--extended-regexp",
  "-G",
  WORTH_A_LOOK,
  "-p",
  "--format=\u0001%h",
  "--relative",
  ".",
];

/**
 * The keys that any commit of a checkout added, oldest last. It only reads. A folder without git
 * has none.
 */
export async function findKeysInHistory(folder: string): Promise<readonly HistoricKey[]> {
  const found = new Map<string, HistoricKey>();
  let commit = "";
  let path = "";
  try {
    for await (const line of gitLines(folder, LOG)) {
      const header = pathInHeader(line);
      if (line.startsWith("\u0001")) commit = line.slice(1);
      else if (header !== undefined) path = header;
      else if (line.startsWith("+") && line.length < 10_000) {
        // The oldest commit comes last and overwrites the others: since then the key has been
        // public.
        for (const key of findKeys(line.slice(1), kindOf(path)))
          found.set(`${path}\0${key.value}`, { ...key, commit, path });
      }
    }
  } catch {
    // Outside of a checkout there is no history.
  }
  return [...found.values()];
}
