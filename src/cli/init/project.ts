import { existsSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { newlineOf } from "../input/env-text.ts";
import { readTextFile } from "../input/read-text-file.ts";
import { UsageError } from "../usage-error.ts";
import { findEntry } from "./find-entry.ts";
import { packagesOf, parseManifest, type Manifest } from "./manifest.ts";
import { findPackageManager, type FoundPackageManager } from "./package-manager.ts";

/** An application as it is found. */
export interface Project {
  readonly folder: string;
  readonly manifest: Manifest;
  /** All packages that package.json names, with the versions that it asks for. */
  readonly packages: ReadonlyMap<string, string>;
  readonly manager: FoundPackageManager;
  /** The file that starts the server, such as "src/app.ts". Undefined if it was not found. */
  readonly entry: string | undefined;
  /** Its text; "" if it was not found. */
  readonly entryText: string;
  /** How its own files are written. */
  readonly isTypeScript: boolean;
  readonly isEsm: boolean;
  readonly newline: "\n" | "\r\n";
  readonly indent: string;
  readonly isDeno: boolean;
  readonly hasWrangler: boolean;
}

const WRANGLER = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];
const DENO = ["deno.json", "deno.jsonc"];

/**
 * Reads what is known of the application in a folder. It runs nothing of it.
 *
 * @param name how errors name the folder.
 * @throws UsageError without a package.json, and with one that cannot be read.
 */
export function readProject(folder: string, name: string, env: Readonly<Record<string, string | undefined>>): Project {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`There is no folder ${name}. Fix: give the path of the application's folder.`);
  const has = (file: string): boolean => existsSync(join(folder, file));
  const isDeno = DENO.some(has);
  const text = readTextFile(join(folder, "package.json"), "package.json");
  if (text === undefined && !isDeno)
    throw new UsageError(
      `There is no package.json in ${name}. Fix: npm init -y makes one. For an application in another folder: npx latchkey init --directory FOLDER`,
    );
  const manifest = text === undefined ? {} : parseManifest(text);
  const packages = packagesOf(manifest);
  const entry = findEntry(folder, manifest);
  const entryText = entry === undefined ? "" : (readTextFile(join(folder, entry), entry) ?? "");
  const extension = entry === undefined ? "" : extname(entry);
  const isTypeScript = extension === "" ? has("tsconfig.json") || isDeno : /^\.[cm]?tsx?$/.test(extension);
  const sample = entryText || (text ?? "");
  return {
    folder,
    manifest,
    packages,
    manager: findPackageManager(folder, env["npm_config_user_agent"]),
    entry,
    entryText,
    isTypeScript,
    isEsm: isTypeScript || isModule(extension, manifest, entryText),
    newline: newlineOf(sample),
    indent: /^(\t| {2,8})\S/m.exec(sample)?.[1] ?? "  ",
    isDeno,
    hasWrangler: packages.has("wrangler") || WRANGLER.some(has),
  };
}

function isModule(extension: string, { type }: Manifest, entryText: string): boolean {
  if (extension === ".mjs") return true;
  if (extension === ".cjs" || type === "commonjs") return false;
  // Without a type, Node looks at the syntax.
  return type === "module" || /^\s*(?:import\s[^(]*["']|export\s)/m.test(entryText);
}
