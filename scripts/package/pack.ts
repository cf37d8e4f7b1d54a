import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A packed package. */
export interface Packed {
  /** The name of the file, which has the version in it. */
  readonly name: string;
  /** Its path, in a folder of its own. */
  readonly path: string;
  readonly size: number;
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string;
}

/**
 * Packs the package as `npm publish` does.
 *
 * @param root the folder of the project, with dist in it.
 */
export function pack(root: string): Packed {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-package-"));
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const output = execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  // An array, or since npm 12 an object by the names of packages.
  const [{ filename }] = Object.values(JSON.parse(output) as object) as [{ filename: string }];
  const path = join(folder, filename);
  const bytes = readFileSync(path);
  return { name: filename, path, size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Unpacks a packed package, and gives the folder of its files. */
export function unpack({ path }: Packed): string {
  const folder = join(path, "../package");
  mkdirSync(folder);
  execFileSync("tar", ["-xzf", path, "-C", folder, "--strip-components=1"]);
  return folder;
}
