import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { TemplateNotFound } from "./errors.ts";

/** Larger files in a folder of templates are not templates. */
const LARGEST = 4 * 1024 * 1024;

/** Reads templates from the application's folder, and then from those of its blueprints. */
export class TemplateFiles {
  readonly #folders: () => readonly string[];
  /** What each file looked like when it was read. */
  readonly #seen = new Map<string, string>();

  constructor(folders: () => readonly string[]) {
    this.#folders = folders;
  }

  /**
   * Reads a template.
   *
   * @throws TemplateNotFound that names the folders.
   */
  read(name: string): string {
    const parts = partsOf(name);
    if (parts !== undefined) {
      for (const folder of this.#folders()) {
        const path = join(folder, ...parts);
        const stamp = stampOf(path);
        if (stamp === undefined) continue;
        const text = readFileSync(path, "utf8");
        this.#seen.set(path, stamp);
        return text.replace(/^\uFEFF/, "");
      }
    }
    throw new TemplateNotFound(
      `There is no template "${name}" in ${this.#folders().join(", ")}. Fix: correct the name, or create the file.`,
      name,
    );
  }

  /** Whether a file that was read has changed since, or is gone. */
  changed(): boolean {
    for (const [path, stamp] of this.#seen) if (stampOf(path) !== stamp) return true;
    return false;
  }

  forget(): void {
    this.#seen.clear();
  }

  /** The names of all templates. */
  list(): string[] {
    const names = new Set<string>();
    for (const folder of this.#folders()) collect(folder, "", names);
    return [...names];
  }
}

/** A template's name has no way out of its folder. */
function partsOf(name: string): string[] | undefined {
  const parts = name.split("/");
  if (name.includes("\0") || name.includes("\\") || parts.includes("..")) return undefined;
  const kept = parts.filter((part) => part !== "" && part !== ".");
  return kept.length === 0 ? undefined : kept;
}

function stampOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true ? `${stat.mtimeMs}:${stat.size}` : undefined;
}

function collect(folder: string, prefix: string, names: Set<string>): void {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    // A blueprint may have no folder of templates.
    return;
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) collect(path, `${prefix}${entry.name}/`, names);
    else if ((statSync(path, { throwIfNoEntry: false })?.size ?? LARGEST) < LARGEST) names.add(prefix + entry.name);
  }
}
