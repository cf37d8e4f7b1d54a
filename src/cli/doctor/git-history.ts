import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { findKeys, type FoundKey } from "./find-keys.ts";
import { kindOf } from "./list-files.ts";

/** A key that a commit added. */
export interface HistoricKey extends FoundKey {
  readonly commit: string;
  readonly path: string;
}

/**
 * Matches lines that could name a key, so that git selects commits. It matches more than `findKeys`
 * finds.
 */
const WORTH_A_LOOK = "[Ss][Ee][Cc][Rr][Ee][Tt]|_[Kk][Ee][Yy]|[a-z]Key\\b|KeyRing|[Pp]assword";

/**
 * The keys that any commit of a checkout added, oldest last. It only reads. A folder without git
 * has none.
 */
export async function findKeysInHistory(folder: string): Promise<readonly HistoricKey[]> {
  const git = spawn(
    "git",
    [
      "-C",
      folder,
      "log",
      "--all",
      "--no-color",
      "--no-ext-diff",
      "--no-textconv",
      "--unified=0",
      "--extended-regexp",
      "-G",
      WORTH_A_LOOK,
      "-p",
      "--format=\u0001%h",
      "--relative",
      ".",
    ],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  const found = new Map<string, HistoricKey>();
  let commit = "";
  let path = "";
  git.on("error", () => undefined);
  for await (const line of createInterface({ input: git.stdout })) {
    if (line.startsWith("\u0001")) commit = line.slice(1);
    else if (line.startsWith("+++ b/")) path = line.slice("+++ b/".length);
    else if (line.startsWith("+") && line.length < 10_000) {
      const kind = kindOf(path);
      if (kind === undefined) continue;
      // The oldest commit comes last and overwrites the others: since then the key has been public.
      for (const key of findKeys(line.slice(1), kind)) found.set(`${path}\0${key.value}`, { ...key, commit, path });
    }
  }
  return [...found.values()];
}
