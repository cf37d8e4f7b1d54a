import { execFileSync } from "node:child_process";
import { UsageError } from "../usage-error.ts";
import { LINES_OF_A_CALL } from "./find-keys.ts";
import { gitLines } from "./git-lines.ts";
import { pathInHeader } from "./path-in-header.ts";

/**
 * Lines of a staged file that follow each other, or a piece of them: those that the commit adds,
 * and their neighbours.
 */
export interface StagedHunk {
  readonly path: string;
  readonly text: string;
  /** The number in the file of each line of the text. Undefined for a line that is not new. */
  readonly added: readonly (number | undefined)[];
}

/** What the next commit of a repository adds. */
export interface StagedFiles {
  /** The folder of the whole repository: a commit takes everything that is staged in it. */
  readonly root: string;
  /** Files that are new or changed, relative to the root. A renamed file is a new one. */
  readonly paths: readonly string[];
  readonly hunks: AsyncGenerator<StagedHunk>;
}

/** Settings of the user and attributes of files must not change what is read. */
const DIFF = ["-c", "core.quotePath=false", "diff", "--cached", "--no-renames", "--no-ext-diff", "--no-color"];
const NAMES = [...DIFF, "--name-only", "-z", "--diff-filter=d"];
const PATCH = [
  ...DIFF,
  "--patch",
  "--no-textconv",
  // Also what an attribute calls binary: a key in it is published all the same.
  "--text",
  "--diff-filter=d",
  "--ignore-submodules",
  "--src-prefix=a/",
  "--dst-prefix=b/",
  `--unified=${LINES_OF_A_CALL}`,
];

/** A file of many megabytes is read in pieces of so many characters. */
const PIECE = 1024 * 1024;

/**
 * Asks git what is staged.
 *
 * @throws UsageError if the folder is in no repository, or git is not there.
 */
export function stagedFiles(folder: string): StagedFiles {
  const root = git(folder, ["rev-parse", "--show-toplevel"], folder).replace(/\n$/, "");
  const paths = git(root, NAMES, folder).split("\0").slice(0, -1);
  return { root, paths, hunks: hunksOf(root) };
}

async function* hunksOf(root: string): AsyncGenerator<StagedHunk> {
  let path = "";
  let lines: string[] = [];
  let added: (number | undefined)[] = [];
  let next = 0;
  let size = 0;
  let [removedLeft, addedLeft] = [0, 0];
  for await (const line of gitLines(root, PATCH)) {
    // The numbers in the header tell which lines are content. Content may look like a header.
    if (removedLeft > 0 || addedLeft > 0) {
      // Git can be set to leave out the space before an empty line.
      const sign = line[0] ?? " ";
      if (sign === "-" || sign === " ") removedLeft--;
      if (sign === "+" || sign === " ") {
        addedLeft--;
        lines.push(line.slice(1));
        added.push(sign === "+" ? next : undefined);
        next++;
        size += line.length;
      }
      const isWhole = removedLeft <= 0 && addedLeft <= 0;
      if (!isWhole && size < PIECE) continue;
      yield { path, text: lines.join("\n"), added };
      // What follows in a long hunk may belong to a call on its last lines.
      lines = isWhole ? [] : lines.slice(-LINES_OF_A_CALL);
      added = lines.map(() => undefined);
      size = 0;
      continue;
    }
    const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk !== null) {
      [removedLeft, addedLeft] = [Number(hunk[1] ?? 1), Number(hunk[3] ?? 1)];
      next = Number(hunk[2]);
    } else path = pathInHeader(line) ?? path;
  }
  // Git has ended inside of a hunk. What it wrote counts.
  if (lines.length > 0) yield { path, text: lines.join("\n"), added };
}

function git(folder: string, args: readonly string[], name: string): string {
  try {
    return execFileSync("git", ["-C", folder, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 256 * 1024 * 1024,
    });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { readonly stderr?: string };
    if (code === "ENOENT") throw new UsageError("--staged needs git, and git is not installed.");
    throw new UsageError(
      `--staged reads what is staged in git, and git cannot read ${name}: ${stderr?.split("\n")[0] ?? code ?? "unknown error"}. Fix: run it in the working tree of a repository.`,
    );
  }
}
