import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Results } from "../runtimes/vitest.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const packaged = (name: string): string => join(root, "node_modules", name);
/** Other versions of Node have a folder of their own (test/runtimes/nodes). */
const ofNodes = (name: string): string => join(root, "test/runtimes/nodes/node_modules", name);

/** How a program is run, where the name "vitest" leads to test/runtimes/vitest.ts. */
interface Runtime {
  readonly command: string;
  /** Arguments before the program. */
  readonly args: readonly string[];
  /** The folder of the package that says the version. */
  readonly package: string;
}

const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly exports: Readonly<Record<string, string | { readonly "latchkey-source": string }>>;
};
/** Where the names lead that tests import. */
const NAMES: Readonly<Record<string, string>> = {
  vitest: join(root, "test/runtimes/vitest.ts"),
  ...Object.fromEntries(
    Object.entries(exports).flatMap(([name, target]) =>
      typeof target === "string" ? [] : [[`latchkey${name.slice(1)}`, join(root, target["latchkey-source"])]],
    ),
  ),
};
const ADDRESSES = Object.fromEntries(Object.entries(NAMES).map(([name, path]) => [name, pathToFileURL(path).href]));

const node = (folder: string, args: readonly string[] = []): Runtime => ({
  command: join(folder, "bin/node"),
  args: [...args, "--disable-warning=ExperimentalWarning", `--import=${ADDRESSES["vitest"]!.replace("vitest.ts", "register.mjs")}`],
  package: folder,
});
const folder = join(root, "artifacts/runtimes");

/** The runtimes that tests run on, by their names in the table. */
export const RUNTIMES: Readonly<Record<string, Runtime>> = {
  "Node 22": node(ofNodes("node22")),
  "Node 24": node(packaged("node")),
  "Node 26": node(ofNodes("node26")),
  "Node 24 with --permission": node(packaged("node"), [
    "--permission",
    "--allow-fs-read=*",
    "--allow-fs-write=*",
    "--allow-net",
    "--disable-warning=SecurityWarning",
  ]),
  Bun: { command: packaged(".bin/bun"), args: ["run", `--tsconfig-override=${folder}/tsconfig.json`], package: packaged("bun") },
  Deno: {
    command: packaged(".bin/deno"),
    args: ["run", "--quiet", "--no-check", "--allow-all", `--import-map=${folder}/imports.json`],
    package: packaged("deno"),
  },
};

/** What became of a file of tests on a runtime. */
export interface FileResults extends Results {
  /** The path, from the folder of the project. */
  readonly file: string;
}

/** Whether the runtime is installed, which needs the scripts of its package at the installation. */
export function isInstalled(runtime: string): boolean {
  return existsSync(RUNTIMES[runtime]!.command);
}

/** The version of a runtime, as its package says it. */
export function versionOf(runtime: string): string {
  return (JSON.parse(readFileSync(join(RUNTIMES[runtime]!.package, "package.json"), "utf8")) as { version: string })
    .version;
}

/**
 * Runs files of tests on a runtime, one after the other in one process.
 *
 * @param files paths from the folder of the project.
 * @throws if the process ends before the last file.
 */
export async function runOn(runtime: string, files: readonly string[]): Promise<readonly FileResults[]> {
  mkdirSync(folder, { recursive: true });
  const paths = Object.fromEntries(Object.entries(NAMES).map(([name, path]) => [name, [path]]));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: { paths } }));
  writeFileSync(join(folder, "imports.json"), JSON.stringify({ imports: ADDRESSES }));
  const { command, args } = RUNTIMES[runtime]!;
  const child = spawn(
    command,
    [...args, join(root, "test/runtimes/main.ts"), ...files.map((file) => join(root, file))],
    {
      cwd: root,
      env: { ...process.env, NO_COLOR: "1", NODE_ENV: "test", LATCHKEY_NAMES: JSON.stringify(ADDRESSES) },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => void (output += text));
  await once(child, "close");
  const results = output
    .split("\n")
    .filter((line) => line.startsWith("RESULTS "))
    .map((line) => JSON.parse(line.slice("RESULTS ".length)) as FileResults)
    .map((one) => ({ ...one, file: one.file.slice(root.length) }));
  if (results.length < files.length)
    throw new Error(`${runtime} ended in ${files[results.length]!}:\n${output.slice(-3000)}`);
  return results;
}
