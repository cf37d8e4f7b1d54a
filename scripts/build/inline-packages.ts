import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, dirname } from "node:path";
import { build } from "esbuild";

/**
 * Puts packages into dist as one file each, and lets the files of dist import those. They are
 * devDependencies, so that a server which uses no command does not have to install them. NOTICE has
 * their licences.
 */
export async function inlinePackages(root: string, names: readonly string[]): Promise<void> {
  const files = globSync("dist/**/*.js", { cwd: root });
  for (const name of names) {
    const outfile = `dist/parts/${name}.js`;
    await build({
      absWorkingDir: root,
      stdin: { contents: `export * from ${JSON.stringify(name)};`, resolveDir: root },
      bundle: true,
      platform: "node",
      format: "esm",
      outfile,
      legalComments: "inline",
    });
    for (const file of files) {
      const text = readFileSync(join(root, file), "utf8");
      const path = relative(dirname(file), outfile).replaceAll("\\", "/");
      const changed = text.replaceAll(`from "${name}"`, `from "${path.startsWith(".") ? path : `./${path}`}"`);
      if (changed !== text) writeFileSync(join(root, file), changed);
    }
  }
}
