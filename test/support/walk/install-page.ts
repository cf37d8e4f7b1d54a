import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { root } from "../docs/pages.ts";
import { packedLatchkey } from "./packed-latchkey.ts";
import { filesOf } from "./page-files.ts";

/**
 * Copies the files of a page, character by character, into an empty folder, and installs what its
 * package.json names, with Latchkey from the packed tarball. The lock file of `examples` says which
 * versions.
 *
 * @param name such as "nestjs", for docs/nestjs.md and examples/nestjs/package-lock.json.
 * @returns the folder. Its caller removes it.
 */
export async function installPage(name: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `latchkey-${name}-`));
  for (const { path, text } of filesOf(`docs/${name}.md`)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  cpSync(join(root, `examples/${name}/package-lock.json`), join(folder, "package-lock.json"));
  // With a lock file, `install` takes the versions of the lock file. `npm ci` refuses lock files
  // that npm itself has written, where a package for another system has optional dependencies.
  await inFolder(folder, "npm", ["install", ...QUIETLY, await packedLatchkey()]);
  return folder;
}

/**
 * Type-checks the files of a folder as the library's own are, against the packed Latchkey.
 *
 * @throws Error with what the compiler said.
 */
export async function checkTypes(folder: string): Promise<void> {
  const compilerOptions = {
    target: "ES2024",
    module: "NodeNext",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    types: ["node"],
  };
  const config = join(folder, "tsconfig.checked.json");
  writeFileSync(config, JSON.stringify({ compilerOptions, include: ["**/*.ts"] }));
  await inFolder(folder, process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", config]);
}

const QUIETLY = ["--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];

/**
 * Runs a command to its end.
 *
 * @returns what it printed.
 * @throws Error with what it printed, if it fails.
 */
export async function inFolder(
  folder: string,
  command: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, words, {
      cwd: folder,
      env: cleanEnvironment(env),
      maxBuffer: 2 ** 26,
    });
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    throw new Error(`${command} ${words.join(" ")} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** The environment of a user's terminal: without what the test runner has set. */
export function cleanEnvironment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(?:VITEST|TEST|NODE_ENV|NODE_OPTIONS|SECRET_KEY|LATCHKEY_ENV|DEV|PROD|SSR|MODE|BASE_URL|CI)/.test(name),
  );
  return { ...Object.fromEntries(inherited), ...more };
}
