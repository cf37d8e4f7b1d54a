/**
 * Builds the package: TypeScript to dist/, and the toolbar's browser file (one module, bundled).
 */
import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const bundle = join(root, "src/toolbar/ui.bundle.js");

await build({
  absWorkingDir: root,
  entryPoints: ["src/toolbar/ui/main.tsx"],
  outfile: bundle,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  tsconfig: "src/toolbar/ui/tsconfig.json",
  legalComments: "none",
});

rmSync(join(root, "dist"), { recursive: true, force: true });
const tsc = join(root, "node_modules/typescript/bin/tsc");
execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], { cwd: root, stdio: "inherit" });

// What is not TypeScript and yet needed at run time.
for (const file of globSync("src/toolbar/ui.bundle.js", { cwd: root })) {
  const target = join(root, "dist", file.slice("src/".length));
  mkdirSync(dirname(target), { recursive: true });
  cpSync(join(root, file), target);
}
