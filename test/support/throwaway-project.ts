import { execFile, type ExecFileException } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach } from "vitest";
import { root } from "./docs/pages.ts";
import { executable, requirement } from "./requirements.ts";
import { cleanEnvironment } from "./walk/install-page.ts";

/** What a command printed, and how it ended. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

const BIN = join(root, "dist/cli/bin.js");
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/**
 * A folder with these files, which is removed after the test.
 *
 * @param files the texts by their paths. An object is written as JSON.
 * @param packages names in node_modules, and what of this project's node_modules they are.
 *   `latchkey` is the built package, and is always there.
 */
export function throwawayProject(
  files: Readonly<Record<string, string | Buffer | object>>,
  packages: Readonly<Record<string, string>> = {},
): string {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-init-"));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    const isText = typeof content === "string" || Buffer.isBuffer(content);
    writeFileSync(join(folder, path), isText ? content : `${JSON.stringify(content, null, 2)}\n`);
  }
  for (const [name, source] of Object.entries(packages)) {
    mkdirSync(dirname(join(folder, "node_modules", name)), { recursive: true });
    symlinkSync(join(root, "node_modules", source), join(folder, "node_modules", name));
  }
  if (Object.keys(packages).length > 0) symlinkSync(root, join(folder, "node_modules/latchkey"));
  return folder;
}

/** Runs the built command `latchkey` in a folder, without a terminal. */
export async function latchkey(folder: string, ...words: readonly string[]): Promise<CommandResult> {
  if (!existsSync(BIN)) throw new Error("The package is not built: npm run build");
  return await run(folder, process.execPath, [BIN, ...words]);
}

/** The program that gives a command a terminal: that of util-linux, whose options are used. */
export const scriptProgram = requirement("script", () =>
  process.platform === "linux" ? executable("script") : undefined,
);

/** Runs the built command at a terminal of its own, where a person types this text. */
export async function latchkeyAtTerminal(
  folder: string,
  typed: string,
  ...words: readonly string[]
): Promise<CommandResult> {
  const command = [process.execPath, BIN, ...words].map((word) => `'${word}'`).join(" ");
  return await run(folder, scriptProgram!, ["--quiet", "--return", "--command", command, "/dev/null"], typed);
}

/** Runs any command in a folder, with an environment that the test runner has not touched. */
export async function run(
  folder: string,
  command: string,
  words: readonly string[],
  input = "",
): Promise<CommandResult> {
  return await new Promise((resolve, reject) => {
    const done = (error: ExecFileException | null, out: string, text: string): void => {
      if (error !== null && typeof error.code !== "number") reject(error);
      else resolve({ code: typeof error?.code === "number" ? error.code : 0, out, error: text });
    };
    // Git must not find the repository of this project, nor take its settings from the machine.
    const env = cleanEnvironment({ GIT_CEILING_DIRECTORIES: tmpdir(), GIT_CONFIG_GLOBAL: "/dev/null" });
    const child = execFile(command, words, { cwd: folder, env }, done);
    child.stdin!.on("error", () => undefined);
    child.stdin!.end(input);
  });
}

/** The text of a file of a folder; undefined if there is none. */
export function textOf(folder: string, path: string): string | undefined {
  return existsSync(join(folder, path)) ? readFileSync(join(folder, path), "utf8") : undefined;
}

/** The lines that `latchkey init` prints for a place of the entry, such as "Before the routes". */
export function printedLines(out: string, place: string): string {
  const [, after = ""] = out.split(`  // ${place}\n`);
  const block = after.split("\n\n")[0]!;
  if (block === "") throw new Error(`No lines are printed for ${JSON.stringify(place)}:\n${out}`);
  return block.replaceAll(/^ {2}/gm, "");
}
