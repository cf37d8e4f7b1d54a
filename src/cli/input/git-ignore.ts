import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { appended } from "./env-text.ts";
import { readTextFile } from "./read-text-file.ts";

/** What git does with a file: it ignores it, it has it already, or it would take it. */
export type GitState = "ignored" | "tracked" | "taken";

/**
 * What git does with a file of a folder. Outside of a checkout, or without git, the answer comes
 * from the folder's own .gitignore.
 *
 * @param file a name in the folder, such as ".env".
 */
export function gitState(folder: string, file: string): GitState {
  if (git(folder, "ls-files", "--error-unmatch", "--", file) === 0) return "tracked";
  const code = git(folder, "check-ignore", "--quiet", "--no-index", "--", file);
  if (code === 0) return "ignored";
  if (code === 1) return "taken";
  return isListed(readTextFile(join(folder, ".gitignore"), ".gitignore") ?? "", file) ? "ignored" : "taken";
}

/** The text of a .gitignore that ignores this file as well. */
export function ignoring(text: string, file: string): string {
  return appended(text, [file]);
}

/** Git's exit code. Null without git. */
function git(folder: string, ...words: readonly string[]): number | null {
  return spawnSync("git", ["-C", folder, ...words], { stdio: "ignore" }).status;
}

/** Whether one of the usual patterns for a file is in the text, and no later line takes it back. */
function isListed(text: string, file: string): boolean {
  const patterns = [file, `/${file}`, `${file}*`, `**/${file}`, `*${file}`];
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const last = (wanted: readonly string[]): number => lines.findLastIndex((line) => wanted.includes(line));
  return last(patterns) > last(patterns.map((pattern) => `!${pattern}`));
}
