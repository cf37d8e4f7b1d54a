import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { counter } from "./checks.ts";
import { root, type Program } from "./pages.ts";

const MARK = /; \/\/ (?:=>|throws) /g;

/**
 * Whether the program says of some line what comes of it: `; // => value` or `; // throws Name`.
 */
export function hasChecks({ text }: Program): boolean {
  return text.search(MARK) !== -1;
}

/**
 * Runs the program as it stands on its page, holds what its comments say against what it does, and
 * gives what it exports.
 */
export async function runProgram(program: Program): Promise<Readonly<Record<string, unknown>>> {
  const folder = join(root, "artifacts");
  mkdirSync(folder, { recursive: true });
  const own = mkdtempSync(join(folder, "docs-run-"));
  try {
    const file = join(own, `${basename(program.page)}.${program.number}.ts`);
    const checked = program.text
      .replace(/^(\S.*); \/\/ => (.*)$/gm, "await docs.gives(async () => ($1), () => ($2));")
      .replace(/^(\S.*); \/\/ throws (\w+)$/gm, 'await docs.refuses(async () => ($1), "$2");');
    writeFileSync(
      file,
      `${checked}\nimport * as docs from ${JSON.stringify(join(import.meta.dirname, "checks.ts"))};\nexport {};\n`,
    );
    const before = counter.checks;
    const exports = (await import(/* @vite-ignore */ file)) as Readonly<Record<string, unknown>>;
    const expected = program.text.match(MARK)?.length ?? 0;
    if (counter.checks - before !== expected)
      throw new Error(
        `${program.page}: of ${expected} lines with "// =>" or "// throws", ${counter.checks - before} were held against the code. Put each on one line of its own, at its beginning.`,
      );
    return exports;
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}
