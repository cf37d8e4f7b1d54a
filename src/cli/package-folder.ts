import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The folder of this package. The files of `src/cli` and those that are built from them, in
 * `dist/cli` and `dist/parts`, are two folders below it.
 */
export const PACKAGE_FOLDER: string = fileURLToPath(new URL("../../", import.meta.url));

/** The version of this package. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(PACKAGE_FOLDER, "package.json"), "utf8")) as { version: string }).version;
}
