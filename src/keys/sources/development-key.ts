import { lateModule } from "../../late-module.ts";
import { join } from "node:path";
import { generateDevelopmentKey } from "../generate.ts";
import { readKeyFile, temporaryBeside, writeWhole } from "./key-file.ts";

const fs = lateModule("node:fs");

/** A key for this machine, its source, and warnings about it. */
export interface DevelopmentKey {
  readonly key: string;
  readonly source: string;
  readonly warnings: readonly string[];
}

/**
 * The project's development key. It is saved in `.latchkey/secret_key` of the folder, readable by
 * its owner only, and created if it is missing. So sessions survive restarts. The folder contains a
 * .gitignore for itself. Processes that start at the same time use the same key.
 *
 * If the folder cannot be written, the key lives as long as the process, with a warning.
 *
 * @throws SecretKeyError `key_file` if the file exists and cannot be used.
 */
export function developmentKey(directory: string): DevelopmentKey {
  const folder = join(directory, ".latchkey");
  const path = join(folder, "secret_key");
  try {
    fs().mkdirSync(folder, { recursive: true, mode: 0o700 });
    createOnce(join(folder, ".gitignore"), "*\n");
    createOnce(path, `${generateDevelopmentKey()}\n`);
  } catch (error) {
    if (!UNWRITABLE.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    return {
      key: generateDevelopmentKey(),
      source: "development key of this process",
      warnings: [
        `The folder ${folder} cannot be written, so the development key and all sessions end with this process. Fix: let this process write the folder, or set SECRET_KEY.`,
      ],
    };
  }
  const { current, warnings } = readKeyFile(path);
  return { key: current, source: `development key file ${path}`, warnings };
}

const UNWRITABLE: readonly string[] = ["EACCES", "EPERM", "EROFS", "ENOTDIR"];

/** Writes a file if it does not exist. No other process ever sees half of it. */
function createOnce(path: string, text: string): void {
  const temporary = temporaryBeside(path);
  const handle = fs().openSync(temporary, "wx", 0o600);
  try {
    writeWhole(handle, text);
  } finally {
    fs().closeSync(handle);
  }
  try {
    // A link fails if the name exists. So the first of several processes wins, and all read its
    // file.
    fs().linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") createWithoutLinks(path, text);
  } finally {
    fs().rmSync(temporary, { force: true });
  }
}

/** For file systems that have no hard links. */
function createWithoutLinks(path: string, text: string): void {
  try {
    fs().writeFileSync(path, text, { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
