import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Address } from "./address.ts";

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
 * Packs the package as `npm publish` does. It writes only into a temporary folder, so the project's
 * package.json is the same afterwards, even if npm fails or the process is killed.
 *
 * @param root the folder of the project, with dist in it.
 * @param address what the packed package.json says of its repository. Default: nothing more than
 *   the project's. A field that the project's has is not replaced.
 */
export function pack(root: string, address?: Address): Packed {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-package-"));
  try {
    const path = npmPack(root, folder);
    return packedAt(address === undefined ? path : withAddress(folder, path, address));
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
}

/** Unpacks a packed package, and gives the folder of its files. */
export function unpack({ path }: Pick<Packed, "path">): string {
  const folder = join(path, "../package");
  mkdirSync(folder);
  execFileSync("tar", ["-xzf", path, "-C", folder, "--strip-components=1"]);
  return folder;
}

/** Packs what was packed once more, with the address in its package.json. */
function withAddress(folder: string, path: string, { repository, bugs, homepage }: Address): string {
  const unpacked = unpack({ path });
  const file = join(unpacked, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, `${JSON.stringify({ repository, bugs, homepage, ...manifest }, null, 2)}\n`);
  rmSync(path);
  const again = npmPack(unpacked, folder);
  rmSync(unpacked, { recursive: true });
  return again;
}

/** The path of the file that npm has packed into a folder. */
function npmPack(root: string, folder: string): string {
  const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const output = execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  // An array, or since npm 12 an object by the names of packages.
  const [{ filename }] = Object.values(JSON.parse(output) as object) as [{ filename: string }];
  return join(folder, filename);
}

function packedAt(path: string): Packed {
  const bytes = readFileSync(path);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { name: basename(path), path, size: bytes.length, sha256 };
}
