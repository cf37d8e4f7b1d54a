import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "rolldown";

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly "latchkey-source": string; readonly default: string }>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** A file that was written. */
export interface BuiltFile {
  readonly path: string;
  /** Whether a shell runs it. */
  readonly isCommand: boolean;
}

/** What the stores and the adapters need of the rest, beside types: the files in src itself. */
const BASE = /[\\/]src[\\/](?!index)[^\\/]+\.ts$/;

/** Code that this many entry points share, and `latchkey` does not need, is in one file. */
const WIDELY_SHARED = 3;

/**
 * Builds one file in dist for each entry point of package.json, and for each command.
 *
 * A file costs time when a program starts, so there are few. All that `latchkey` itself needs is in
 * one part, because every program loads it. Other shared code is in parts too, so each class exists
 * once, and `instanceof` holds across entry points. The names of parts begin with "latchkey-", by
 * which the toolbar knows its own code (src/toolbar/capture/is-own-file.ts).
 *
 * Packages that users install (`dependencies` and `peerDependencies`) are imported. Others are
 * built in.
 *
 * The code is not minified and keeps its docstrings, with the name of the source above each piece.
 * So there are no source maps, which would double the package.
 *
 * @param root the folder of the project.
 */
export async function buildEntryPoints(root: string): Promise<readonly BuiltFile[]> {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  const commands = Object.values(manifest.bin);
  const entryPoints = Object.values(manifest.exports).filter((target) => typeof target === "object");
  const sources = Object.fromEntries([
    ...entryPoints.map((target) => [nameOf(target.default), target["latchkey-source"]]),
    ...commands.map((command) => [nameOf(command), `./src/${nameOf(command)}.ts`]),
  ]) as Record<string, string>;
  const packages = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
  const [core, signing] = [join(root, "src/index.ts"), join(root, "src/signing/index.ts")];
  const { output } = await build({
    cwd: root,
    input: sources,
    platform: "node",
    // The settings of TypeScript are those of src. Its paths are for the examples.
    tsconfig: false,
    external: (id) => id.startsWith("node:") || packages.some((name) => id === name || id.startsWith(`${name}/`)),
    output: {
      dir: join(root, "dist"),
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "parts/latchkey-[name].js",
      // Types have the docstrings. Without comments, and as one byte for each letter, V8 has less
      // to read.
      comments: { legal: true, annotation: true, jsdoc: false },
      charset: "ascii",
      codeSplitting: {
        groups: [
          { name: "base", test: BASE, priority: 4 },
          { name: "signing", test: (id) => id === signing, priority: 3 },
          { name: "core", test: (id) => id === core, priority: 2 },
          { name: "adapters", test: /[\\/]src[\\/]adapters[\\/]/, minShareCount: WIDELY_SHARED, priority: 1 },
        ],
      },
    },
  });
  return output
    .filter((file) => file.type === "chunk")
    .map(({ fileName }) => ({
      path: join(root, "dist", fileName),
      isCommand: commands.some((command) => nameOf(command) === fileName.replace(/\.js$/, "")),
    }));
}

/** "keys/index" for "./dist/keys/index.js". */
function nameOf(file: string): string {
  return file.replace(/^(?:\.\/)?dist\//, "").replace(/\.js$/, "");
}
