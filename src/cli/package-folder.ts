import { fileURLToPath } from "node:url";

/**
 * The folder of this package. The files of `src/cli` and those that are built from them, in
 * `dist/cli` and `dist/parts`, are two folders below it.
 */
export const PACKAGE_FOLDER: string = fileURLToPath(new URL("../../", import.meta.url));
