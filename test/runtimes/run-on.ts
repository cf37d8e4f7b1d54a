import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Miniflare } from "miniflare";
import { bundleSuites } from "./bundle.ts";
import { NAMES, ROOT } from "./names.ts";
import { filesOf } from "./suites.ts";
import type { Results } from "./vitest.ts";

const folder = join(ROOT, "artifacts/runtimes");
const packaged = (name: string): string => join(ROOT, "node_modules", name);
/** Other versions of Node have a folder of their own, because all of them are named `node`. */
const nodes = (name: string): string => join(ROOT, "test/runtimes/nodes/node_modules", name);

/** What runs the suites. */
interface Runtime {
  /** The folder of its package, which says the version. */
  readonly package: string;
  /** Whether it gets one file, because it reads no others. */
  readonly isBundled?: true;
  /** The program and its arguments, before the program of the tests. workerd has none. */
  readonly command?: readonly string[];
}

const ADDRESSES = Object.fromEntries(Object.entries(NAMES).map(([name, path]) => [name, pathToFileURL(path).href]));
const QUIET = "--disable-warning=ExperimentalWarning";
const node = (place: string): Runtime => ({
  package: place,
  command: [join(place, "bin/node"), QUIET, `--import=${pathToFileURL(join(ROOT, "test/runtimes/register.mjs")).href}`],
});
const program = join(folder, "program.mjs");

/** What the suites run on beside the Node of the project, by the names in the table. */
export const RUNTIMES = {
  "Node 22": node(nodes("node22")),
  "Node 26": node(nodes("node26")),
  Bun: {
    package: packaged("bun"),
    command: [packaged(".bin/bun"), "run", `--tsconfig-override=${folder}/tsconfig.json`],
  },
  Deno: {
    package: packaged("deno"),
    command: [
      packaged(".bin/deno"),
      ...["run", "--quiet", "--no-check", "--allow-all", `--import-map=${folder}/imports.json`],
    ],
  },
  "Node --permission": {
    package: packaged("node"),
    isBundled: true,
    command: [
      join(packaged("node"), "bin/node"),
      ...[QUIET, "--disable-warning=SecurityWarning", "--permission", `--allow-fs-read=${program}`],
    ],
  },
  "Deno without files": {
    package: packaged("deno"),
    isBundled: true,
    command: [packaged(".bin/deno"), "run", "--quiet", "--no-prompt", "--allow-env"],
  },
  workerd: { package: packaged("workerd"), isBundled: true },
} satisfies Readonly<Record<string, Runtime>>;

/** The name of a runtime in the table. */
export type RuntimeName = keyof typeof RUNTIMES;

/** What became of a file of tests. */
export interface FileResults extends Results {
  /** The path from the folder of the project. */
  readonly file: string;
}

/** The version of a runtime, as its package says it. */
export function versionOf(name: RuntimeName): string {
  return (JSON.parse(readFileSync(join(RUNTIMES[name].package, "package.json"), "utf8")) as { version: string })
    .version;
}

/**
 * Runs the suites on a runtime, all in one process.
 *
 * @throws if the process ends before the last file.
 */
export async function runOn(name: RuntimeName): Promise<readonly FileResults[]> {
  const { command, isBundled }: Runtime = RUNTIMES[name];
  const files = filesOf(name);
  mkdirSync(folder, { recursive: true });
  if (command === undefined) return await runOnWorkerd(files);
  if (isBundled) await bundleSuites(files, program, "program");
  const paths = Object.fromEntries(Object.entries(NAMES).map(([key, path]) => [key, [path]]));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { paths } }));
  writeFileSync(join(folder, "imports.json"), JSON.stringify({ imports: ADDRESSES }));
  const args = isBundled ? [program] : [join(ROOT, "test/runtimes/main.ts"), ...files];
  const child = spawn(command[0]!, [...command.slice(1), ...args], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: "1", NODE_ENV: "test", LATCHKEY_NAMES: JSON.stringify(ADDRESSES) },
    stdio: ["ignore", "pipe", "pipe"],
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

async function runOnWorkerd(files: readonly string[]): Promise<readonly FileResults[]> {
  const file = join(folder, "worker.mjs");
  await bundleSuites(files, file, "worker");
  const worker = new Miniflare({
    modules: [{ type: "ESModule", path: "worker.mjs", contents: readFileSync(file, "utf8") }],
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
