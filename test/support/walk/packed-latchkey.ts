import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../docs/pages.ts";

const folder = join(root, "artifacts/packed");

/**
 * The package as npm would publish it: the path of a tarball. It is packed anew when a file of it
 * has changed. Several processes may ask at the same time.
 *
 * @throws Error if the package is not built.
 */
export async function packedLatchkey(): Promise<string> {
  if (!existsSync(join(root, "dist/index.js"))) throw new Error("The package is not built: npm run build");
  const target = join(folder, `latchkey-${stateOfFiles()}.tgz`);
  if (existsSync(target)) return target;
  mkdirSync(folder, { recursive: true });
  const own = mkdtempSync(join(folder, "making-"));
  try {
    await promisify(execFile)("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", own], {
      cwd: root,
    });
    const [tarball] = readdirSync(own);
    renameSync(join(own, tarball!), target);
  } finally {
    rmSync(own, { recursive: true });
  }
  return target;
}

/** A name for the files that are packed, as they are now. */
function stateOfFiles(): string {
  const files = globSync("{dist,skills}/**/*.*", { cwd: root }).sort();
  const hash = createHash("sha256");
  for (const file of ["package.json", "README.md", ...files]) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}
