import { accessSync, chmodSync, constants, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeKeyFile } from "../../keys/index.ts";
import { paint, type Io } from "../io.ts";
import { UsageError } from "../usage-error.ts";

/** A file as it is and as it is to be. */
export interface FileChange {
  /** Relative to the application's folder, with forward slashes. */
  readonly path: string;
  /** Undefined if there is no such file yet. */
  readonly before: string | undefined;
  readonly after: string;
  /** Whether its values are hidden when it is shown, and only its owner may read it. */
  readonly isSecret: boolean;
}

/** So many unchanged lines are shown around a change. */
const CONTEXT = 2;

/** A change as a diff. The values of a secret file are hidden. */
export function describeChange({ path, before, after, isSecret }: FileChange, io: Io): string {
  const old = linesOf(before ?? "");
  const next = linesOf(after);
  let start = 0;
  while (start < old.length && start < next.length && old[start] === next[start]) start++;
  let end = 0;
  while (end < old.length - start && end < next.length - start && old.at(-1 - end) === next.at(-1 - end)) end++;
  const shown = (line: string): string => (isSecret ? hidden(line) : line);
  const plain = (lines: readonly string[]): string[] => lines.map((line) => `  ${shown(line)}`);
  const title = `${path}${before === undefined ? " (new" : " (changed"}${isSecret ? ", readable by you alone)" : ")"}`;
  return [
    paint(io, "bold", title),
    ...plain(old.slice(Math.max(0, start - CONTEXT), start)),
    ...old.slice(start, old.length - end).map((line) => paint(io, "red", `- ${shown(line)}`)),
    ...next.slice(start, next.length - end).map((line) => paint(io, "green", `+ ${shown(line)}`)),
    ...plain(old.slice(old.length - end).slice(0, CONTEXT)),
    "",
  ].join("\n");
}

/**
 * Refuses before the first file is written, so that no half of the changes is.
 *
 * @throws UsageError if one of the files cannot be written.
 */
export function checkWritable(folder: string, changes: readonly FileChange[]): void {
  for (const { path } of changes) {
    let parent = dirname(join(folder, path));
    while (!existsSync(parent)) parent = dirname(parent);
    const places = [parent, join(folder, path)].filter((place) => existsSync(place));
    for (const place of places) {
      try {
        accessSync(place, constants.W_OK);
      } catch {
        throw new UsageError(
          `${place} cannot be written, so nothing was written. Fix: run this as the user that owns it.`,
        );
      }
    }
  }
}

/** Writes a change: atomically, through a symbolic link, and with the mode that the file had. */
export function writeChange(folder: string, { path, before, after, isSecret }: FileChange): void {
  const target = join(folder, path);
  mkdirSync(dirname(target), { recursive: true });
  // A new file that is not secret has the mode that the user's other files have.
  if (!isSecret && before === undefined) return writeFileSync(target, after, { flag: "wx" });
  // Before the key is in it. The writer keeps the mode.
  if (isSecret && before !== undefined) chmodSync(target, 0o600);
  writeKeyFile(target, after);
}

function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/** A line of a .env file without its value. A comment may be a line that was switched off. */
function hidden(line: string): string {
  if (/^\s*(?:#[^=]*)?$/.test(line)) return line;
  return `${/^\s*(?:export\s+)?[\w.-]+\s*=/.exec(line)?.[0] ?? ""}…`;
}
