import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Miniflare } from "miniflare";
import { bundleSuites } from "./bundle.ts";
import { NAMES, ROOT } from "./names.ts";
import { FOLDER, RUNTIMES, type Runtime, type RuntimeName } from "./runtimes.ts";
import { filesOf } from "./suites.ts";
import type { Results } from "./vitest.ts";

/** What became of a file of tests. */
export interface FileResults extends Results {
  /** The path from the folder of the project. */
  readonly file: string;
}

const ADDRESSES = Object.fromEntries(Object.entries(NAMES).map(([name, path]) => [name, pathToFileURL(path).href]));

/**
 * Runs the suites on a runtime, all in one process.
 *
 * @throws if the process ends before the last file.
 */
export async function runOn(name: RuntimeName): Promise<readonly FileResults[]> {
  const { command, bundle }: Runtime = RUNTIMES[name];
  const files = filesOf(name);
  mkdirSync(FOLDER, { recursive: true });
  if (bundle !== undefined) await bundleSuites(files, bundle, command === undefined ? "worker" : "program");
  if (command === undefined) return await runOnWorkerd(files, bundle!);
  const paths = Object.fromEntries(Object.entries(NAMES).map(([key, path]) => [key, [path]]));
  if (name === "Bun") writeFileSync(join(FOLDER, "tsconfig.json"), JSON.stringify({ compilerOptions: { paths } }));
  if (name === "Deno") writeFileSync(join(FOLDER, "imports.json"), JSON.stringify({ imports: ADDRESSES }));
  const args = bundle !== undefined ? [bundle] : [join(ROOT, "test/runtimes/main.ts"), ...files];
  const child = spawn(command[0]!, [...command.slice(1), ...args], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: "1", NODE_ENV: "test", LATCHKEY_NAMES: JSON.stringify(ADDRESSES) },
    stdio: ["ignore", "pipe", "pipe"],
    // Earlier than the test's own, so that the program does not outlive it.
    timeout: 800_000,
    killSignal: "SIGKILL",
  });
  let [output, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => void (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (errors = (errors + text).slice(-3000)));
  await once(child, "close");
  const results = output
    .split("\n")
    .filter((line) => line.startsWith("RESULTS "))
    .map((line) => JSON.parse(line.slice("RESULTS ".length)) as FileResults);
  if (results.length < files.length)
    throw new Error(`${name} ended in ${files[results.length]!}:\n${output.slice(-1000)}\n${errors}`);
  return results;
}

async function runOnWorkerd(files: readonly string[], bundle: string): Promise<readonly FileResults[]> {
  const worker = new Miniflare({
    modules: [{ type: "ESModule", path: "worker.mjs", contents: readFileSync(bundle, "utf8") }],
    compatibilityDate: "2026-07-01",
    compatibilityFlags: ["nodejs_compat"],
    bindings: { NODE_ENV: "test" },
  });
  try {
    const results: FileResults[] = [];
    for (const file of files) {
      const answer = await worker.dispatchFetch(`http://worker.test/${file}`);
      results.push((await answer.json()) as FileResults);
    }
    return results;
  } finally {
    await worker.dispose();
  }
}
