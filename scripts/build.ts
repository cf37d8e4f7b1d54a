/**
 * Builds the package: the toolbar's browser script as src/toolbar/ui.bundle.ts, a module that holds
 * it as a string, so that every bundler takes it along; then TypeScript to dist/.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { inlinePackages } from "./build/inline-packages.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ["src/toolbar/ui/main.tsx"],
  write: false,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  tsconfig: "src/toolbar/ui/tsconfig.json",
  legalComments: "none",
});
writeFileSync(
  join(root, "src/toolbar/ui.bundle.ts"),
  "/* Made by scripts/build.ts out of the folder ui. */\n" +
    `export const BROWSER_SCRIPT: string =\n  ${JSON.stringify(outputFiles[0]!.text)};\n`,
);

rmSync(join(root, "dist"), { recursive: true, force: true });
const tsc = join(root, "node_modules/typescript/bin/tsc");
execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], { cwd: root, stdio: "inherit" });
await inlinePackages(root, ["commander"]);
// npm sets this bit where it installs the package. A clone runs the file of its last build.
chmodSync(join(root, "dist/cli/bin.js"), 0o755);
