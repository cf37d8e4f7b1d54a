import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { NAMES, ROOT } from "./names.ts";

/** workerd has no node:sqlite. A test that asks the database cannot pass there. */
const NO_SQLITE = `
  import { Unavailable } from "./unavailable.ts";
  const absent = () => { throw new Unavailable("workerd has no node:sqlite"); };
  export class DatabaseSync {
    exec() {}
    close() {}
    prepare() { return { get: absent, all: absent, run: absent, iterate: absent }; }
  }`;

/** What the CommonJS modules in it ask for. */
const COMMONJS = `
  import { createRequire as createRequireHere } from "node:module";
  const require = createRequireHere("file:///suites.mjs");
  const [__filename, __dirname] = ["/suites.mjs", "/"];`;

const LOOP = `
  for (const file of Object.keys(FILES)) console.log("RESULTS " + JSON.stringify(await run(file)));
  process.exit(0);`;
const WORKER = `
  export default {
    fetch: async (request) => Response.json(await run(new URL(request.url).pathname.slice(1))),
  };`;

/**
 * Bundles files of tests into one, for a runtime that reads no others.
 *
 * @param kind a program prints what became of each file, as test/runtimes/main.ts does. A worker is
 *   asked for one file after the other.
 */
export async function bundleSuites(
  files: readonly string[],
  outfile: string,
  kind: "program" | "worker",
): Promise<void> {
  const names: Plugin = {
    name: "names",
    setup(plugin) {
      plugin.onResolve({ filter: /^(?:vitest|latchkey(?:\/.*)?)$/ }, ({ path }) => ({ path: NAMES[path]! }));
      plugin.onLoad({ filter: /test\/runtimes\/jest-expect\.ts$/ }, () => ({
        contents: 'export { expect } from "expect";',
        resolveDir: ROOT,
      }));
      if (kind !== "worker") return;
      plugin.onResolve({ filter: /^node:sqlite$/ }, ({ path }) => ({ path, namespace: "absent" }));
      plugin.onLoad({ filter: /.*/, namespace: "absent" }, () => ({
        contents: NO_SQLITE,
        resolveDir: join(ROOT, "test/runtimes"),
      }));
    },
  };
  const loaders = files.map((file) => `${JSON.stringify(file)}: () => import(${JSON.stringify(`./${file}`)})`);
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { runFile } from "./test/runtimes/vitest.ts";
        const FILES = { ${loaders.join(", ")} };
        const run = async (file) => ({ file, ...(await runFile(FILES[file])) });
        ${kind === "worker" ? WORKER : LOOP}`,
      resolveDir: ROOT,
    },
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "es2024",
    logLevel: "error",
    plugins: [names],
    banner: { js: COMMONJS },
  });
  writeFileSync(outfile, outputFiles[0]!.contents);
}
