import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./names.ts";

/** Where the files lie that are made for the runtimes. */
export const FOLDER = join(ROOT, "artifacts/runtimes");
const packaged = (name: string): string => join(ROOT, "node_modules", name);
/** Other versions of Node have a folder of their own, because all of them are named `node`. */
const nodes = (name: string): string => join(ROOT, "test/runtimes/nodes/node_modules", name);

/** What runs the suites. */
export interface Runtime {
  /** The folder of its package, which says the version. */
  readonly package: string;
  /** The one file with all suites, for a runtime that reads no others. */
  readonly bundle?: string;
  /** The program and its arguments, before the program of the tests. workerd has none. */
  readonly command?: readonly string[];
}

const QUIET = "--disable-warning=ExperimentalWarning";
const node = (place: string): Runtime => ({
  package: place,
  command: [join(place, "bin/node"), QUIET, `--import=${pathToFileURL(join(ROOT, "test/runtimes/register.mjs")).href}`],
});
/** The suites in one file, for Node without the permission to read another. */
const NODE_BUNDLE = join(FOLDER, "node.mjs");

/** What the suites run on beside the Node of the project, by the names in the table. */
export const RUNTIMES = {
  "Node 22": node(nodes("node22")),
  "Node 26": node(nodes("node26")),
  Bun: {
    package: packaged("bun"),
    command: [packaged(".bin/bun"), "run", `--tsconfig-override=${FOLDER}/tsconfig.json`],
  },
  Deno: {
    package: packaged("deno"),
    command: [
      packaged(".bin/deno"),
      "run",
      "--quiet",
      "--no-check",
      "--allow-all",
      `--import-map=${FOLDER}/imports.json`,
    ],
  },
  "Node --permission": {
    package: packaged("node"),
    bundle: NODE_BUNDLE,
    command: [
      join(packaged("node"), "bin/node"),
      QUIET,
      "--disable-warning=SecurityWarning",
      "--permission",
      `--allow-fs-read=${NODE_BUNDLE}`,
    ],
  },
  "Deno without files": {
    package: packaged("deno"),
    bundle: join(FOLDER, "deno.mjs"),
    command: [packaged(".bin/deno"), "run", "--quiet", "--no-prompt", "--allow-env"],
  },
  workerd: { package: packaged("workerd"), bundle: join(FOLDER, "worker.mjs") },
} satisfies Readonly<Record<string, Runtime>>;

/** The name of a runtime in the table. */
export type RuntimeName = keyof typeof RUNTIMES;

/** The version of a runtime, as its package says it. */
export function versionOf(name: RuntimeName): string {
  return (JSON.parse(readFileSync(join(RUNTIMES[name].package, "package.json"), "utf8")) as { version: string })
    .version;
}
