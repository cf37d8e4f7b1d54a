import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { basename, extname, join, relative } from "node:path";

/** A file that the doctor reads. */
export interface ListedFile {
  /** Relative to the examined folder, with forward slashes. */
  readonly path: string;
  readonly kind: "source" | "settings";
  /** Whether git tracks it. Undefined outside a checkout. */
  readonly isTracked: boolean | undefined;
  /** Whether git ignores it. Undefined outside a checkout. */
  readonly isIgnored: boolean | undefined;
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
/** Folders with output of tools. */
const LEFT_OUT = new Set([
  "node_modules",
  ".git",
  "dist",
  "build",
  "out",
  "coverage",
  "vendor",
  ".next",
  ".nuxt",
  ".output",
  ".svelte-kit",
  ".react-router",
  ".astro",
  ".turbo",
  ".vercel",
  ".netlify",
  ".wrangler",
  ".parcel-cache",
  ".venv",
  "venv",
  "__pycache__",
]);
const MINIFIED_FILE = /\.min\.[cm]?js$/;
/** Longer lines of source were not written by hand. */
const LONGEST_LINE = 1_000;
const LOCK_FILES = /^(?:package-lock|npm-shrinkwrap|composer|deno)\.(?:json|lock)$|lock\.ya?ml$/;
/** An application's own files are not more and not larger than these limits. */
const MOST_FILES = 20_000;
const LARGEST = 1024 * 1024;

/** The files in a folder that can hold a key, with what git knows about them. */
export function listFiles(folder: string): readonly ListedFile[] {
  const tracked = gitLines(folder, ["ls-files", "-z"]);
  const ignored = gitLines(folder, ["ls-files", "-z", "--others", "--ignored", "--exclude-standard"]);
  const ignoredFolders =
    gitLines(folder, ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory"]) ?? new Set();
  const files: ListedFile[] = [];
  for (const path of walk(folder, folder)) {
    const kind = kindOf(path);
    if (kind === undefined || files.length >= MOST_FILES) continue;
    const isIgnored = ignored?.has(path);
    if (isIgnored === true && isBuilt(path, kind, ignoredFolders)) continue;
    files.push({ path, kind, isTracked: tracked?.has(path), isIgnored });
  }
  return files;
}

/**
 * Whether git ignores a file because a tool made it. Files that hold an environment or a key are
 * ignored because they are secret.
 */
function isBuilt(path: string, kind: ListedFile["kind"], ignoredFolders: ReadonlySet<string>): boolean {
  if (isEnvFile(path) || basename(path) === "secret_key") return false;
  const folders = path.split("/").slice(0, -1);
  return (
    kind === "source" || folders.some((_, depth) => ignoredFolders.has(`${folders.slice(0, depth + 1).join("/")}/`))
  );
}

/** Source with its minified lines emptied, so that line numbers stay. A tool wrote those lines. */
export function withoutMinifiedLines(text: string, kind: ListedFile["kind"]): string {
  return text
    .split("\n")
    .map((line) => (isMinifiedLine(line, kind) ? "" : line))
    .join("\n");
}

/** Whether a tool wrote this line. */
export function isMinifiedLine(line: string, kind: ListedFile["kind"] | undefined): boolean {
  return kind === "source" && line.length > LONGEST_LINE;
}

/** The kind of a file for the doctor, by its name. */
export function kindOf(path: string): ListedFile["kind"] | undefined {
  const name = basename(path);
  if (LOCK_FILES.test(name) || MINIFIED_FILE.test(name)) return undefined;
  if (isEnvFile(path) || /^(?:Dockerfile|Containerfile|Procfile)/.test(name) || name === "secret_key")
    return "settings";
  const extension = extname(name);
  if (SOURCE.has(extension)) return "source";
  return SETTINGS.has(extension) ? "settings" : undefined;
}

/** Whether a file holds a process's environment: `.env`, `.env.local`, `production.env`. */
export function isEnvFile(path: string): boolean {
  const name = basename(path);
  return /^\.env(?:\..+)?$|\.env$/.test(name) && !/\.(?:example|sample|template|dist)$/.test(name);
}

/** Tests, examples and documentation hold keys that are meant to be seen. */
export function isExample(path: string): boolean {
  return /(?:^|\/)(?:tests?|spec|__tests__|fixtures|examples?|docs?|bench)\/|\.(?:test|spec)\.\w+$/.test(path);
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
