import { fileURLToPath } from "node:url";

/**
 * Where the code of this package is: its source, or its built files. Undefined in a bundle, where
 * the file has another name, and is the application itself.
 */
const OWN_FOLDER = /^(file:.*\/)(?:toolbar\/capture\/is-own-file\.ts|parts\/latchkey-[\w-]+\.js)$/.exec(
  (import.meta.url as string | undefined) ?? "",
)?.[1];
const OWN_PATH = OWN_FOLDER === undefined ? undefined : fileURLToPath(OWN_FOLDER);

/** Whether a bundler has put this package and the application into one file. */
export const IS_BUNDLED: boolean = OWN_FOLDER === undefined;

/**
 * Whether a file is part of this package. Always false in a bundle.
 *
 * @param file an address or a path.
 */
export function isOwnFile(file: string): boolean {
  return OWN_FOLDER !== undefined && (file.startsWith(OWN_FOLDER) || file.startsWith(OWN_PATH!));
}
