import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { basename, extname, join, relative } from "node:path";

/** A file that the doctor looks into. */
export interface ListedFile {
  /** From the folder that is examined, with forward slashes. */
  readonly path: string;
  readonly kind: "source" | "settings";
  /** Whether git keeps it; undefined outside of a checkout. */
  readonly tracked: boolean | undefined;
  /** Whether git was told to leave it alone; undefined outside of a checkout. */
  readonly ignored: boolean | undefined;
}

const SOURCE = new Set([
  ".ts",
  ".tsx",
  ".mts",
  ".cts",
  ".js",
  ".jsx",
  ".mjs",
  ".cjs",
  ".vue",
  ".svelte",
  ".py",
  ".rb",
  ".php",
  ".go",
  ".java",
  ".cs",
]);
const SETTINGS = new Set([".yml", ".yaml", ".toml", ".json", ".ini", ".cfg", ".conf", ".properties", ".tf", ".tfvars"]);
const LEFT_OUT = new Set(["node_modules", ".git", "dist", "build", "coverage", "vendor", ".next", ".nuxt", ".venv", "venv", "__pycache__"]);
const LOCK_FILES = /^(?:package-lock|npm-shrinkwrap|composer|deno)\.(?:json|lock)$|lock\.ya?ml$/;
/** More and larger files than these are not an application's own. */
const MOST_FILES = 20_000;
const LARGEST = 1024 * 1024;

/** The files below a folder that can hold a key, as git sees them where there is git. */
export function listFiles(folder: string): readonly ListedFile[] {
  const tracked = gitLines(folder, ["ls-files", "-z"]);
  const ignored = gitLines(folder, ["ls-files", "-z", "--others", "--ignored", "--exclude-standard"]);
  const files: ListedFile[] = [];
  for (const path of walk(folder, folder)) {
    const kind = kindOf(path);
    if (kind === undefined || files.length >= MOST_FILES) continue;
    files.push({ path, kind, tracked: tracked?.has(path), ignored: ignored?.has(path) });
  }
  return files;
}

/** What a file is to the doctor, by its name. */
export function kindOf(path: string): ListedFile["kind"] | undefined {
  const name = basename(path);
  if (LOCK_FILES.test(name)) return undefined;
  if (isEnvFile(path) || /^(?:Dockerfile|Containerfile|Procfile)/.test(name) || name === "secret_key") return "settings";
  const extension = extname(name);
  if (SOURCE.has(extension)) return "source";
  return SETTINGS.has(extension) ? "settings" : undefined;
}

/** Whether a file is one of those that hold a process's environment: `.env`, `.env.local`, `production.env`. */
export function isEnvFile(path: string): boolean {
  const name = basename(path);
  return /^\.env(?:\..+)?$|\.env$/.test(name) && !/\.(?:example|sample|template|dist)$/.test(name);
}

function* walk(root: string, folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!LEFT_OUT.has(entry.name)) yield* walk(root, path);
    } else if (entry.isFile() && statSync(path).size <= LARGEST) {
      yield relative(root, path).replaceAll("\\", "/");
    }
  }
}

function gitLines(folder: string, args: readonly string[]): ReadonlySet<string> | undefined {
  try {
    const text = execFileSync("git", ["-C", folder, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 256 * 1024 * 1024,
    });
    return new Set(text.split("\0").filter((line) => line !== ""));
  } catch {
    return undefined;
  }
}
