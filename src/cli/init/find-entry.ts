import { readFileSync, statSync } from "node:fs";
import { join, normalize } from "node:path";
import type { Manifest } from "./manifest.ts";

const FOLDERS = ["", "src/", "server/", "app/"];
const NAMES = ["server", "app", "index", "main"];
const EXTENSIONS = [".ts", ".mts", ".js", ".mjs", ".cjs", ".cts"];
/** Folders with what tools have made. */
const BUILT = /^(?:dist|build|out|lib|node_modules|\.[^/]+)\//;
const IN_SCRIPT = /(?:^|[\s"'=])((?:\.\/)?[\w@./-]+\.[cm]?[jt]s)(?=$|[\s"'])/g;
/** What the file of a server does. */
const SERVES = /\.listen\s*\(|\bserve\s*\(|\bcreateServer\b|\bexpress\s*\(|\bfastify\s*\(|new\s+(?:Koa|Hono)\b/i;

/**
 * The file that starts the server: the one that a script of package.json runs, then `main`, then
 * one with a usual name. Of several, the first one that looks like a server. Undefined if there is
 * none.
 */
export function findEntry(folder: string, { scripts = {}, main }: Manifest): string | undefined {
  const inScripts = [scripts["start"], scripts["dev"], scripts["serve"]]
    .filter((script) => typeof script === "string")
    .flatMap((script) => [...script.matchAll(IN_SCRIPT)].map(([, file]) => file!));
  const usual = FOLDERS.flatMap((place) =>
    NAMES.flatMap((name) => EXTENSIONS.map((extension) => `${place}${name}${extension}`)),
  );
  const named = [...inScripts, ...(typeof main === "string" ? [main] : []), ...usual]
    .map((file) => normalize(file).replaceAll("\\", "/"))
    .filter((file) => !file.startsWith("..") && !file.startsWith("/") && !BUILT.test(file));
  const found = [...new Set(named)].filter((file) => statSync(join(folder, file), { throwIfNoEntry: false })?.isFile());
  return found.find((file) => SERVES.test(readFileSync(join(folder, file), "utf8"))) ?? found[0];
}
