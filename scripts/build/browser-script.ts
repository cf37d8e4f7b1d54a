import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/**
 * Builds the toolbar's browser script as src/toolbar/ui.bundle.ts. That is a module which holds the
 * script as a string, so every bundler takes it along.
 *
 * @param root the folder of the project.
 */
export async function buildBrowserScript(root: string): Promise<void> {
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
}
