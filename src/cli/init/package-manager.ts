import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A program that installs packages. */
export type PackageManager = "npm" | "pnpm" | "yarn" | "bun" | "deno";

/** The package manager of a project, and how it was found. */
export interface FoundPackageManager {
  readonly name: PackageManager;
  /** Such as "pnpm-lock.yaml". Undefined if nothing says which one it is. */
  readonly by: string | undefined;
}

const NAMES: readonly PackageManager[] = ["npm", "pnpm", "yarn", "bun", "deno"];
const LOCK_FILES: Readonly<Record<string, PackageManager>> = {
  "pnpm-lock.yaml": "pnpm",
  "yarn.lock": "yarn",
  "bun.lock": "bun",
  "bun.lockb": "bun",
  "package-lock.json": "npm",
  "npm-shrinkwrap.json": "npm",
  "deno.lock": "deno",
};

/**
 * Finds the package manager of a folder: by `packageManager` and `devEngines` in package.json, then
 * by lock files; in the folder, then in those above it up to the checkout's root, because a
 * workspace has them there.
 *
 * @param agent the variable npm_config_user_agent, which `npx` and its peers set.
 */
export function findPackageManager(folder: string, agent?: string): FoundPackageManager {
  for (let place = folder; ; place = dirname(place)) {
    const said = saidIn(place);
    if (said !== undefined) return { name: said, by: "package.json" };
    const lock = Object.keys(LOCK_FILES).find((file) => existsSync(join(place, file)));
    if (lock !== undefined) return { name: LOCK_FILES[lock]!, by: lock };
    if (existsSync(join(place, ".git")) || dirname(place) === place) break;
  }
  return { name: named(agent?.split("/")[0]) ?? "npm", by: undefined };
}

/** The command that adds a package to the project. */
export function installCommand(manager: PackageManager, packages: readonly string[]): string {
  if (manager === "deno") return `deno add ${packages.map((name) => `npm:${name}`).join(" ")}`;
  return `${manager} ${manager === "npm" ? "install" : "add"} ${packages.join(" ")}`;
}

function saidIn(folder: string): PackageManager | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
      readonly packageManager?: unknown;
      readonly devEngines?: { readonly packageManager?: { readonly name?: unknown } };
    };
    return named(String(manifest.packageManager).split("@")[0]) ?? named(manifest.devEngines?.packageManager?.name);
  } catch {
    // Without a package.json that is JSON, a folder says nothing.
    return undefined;
  }
}

function named(name: unknown): PackageManager | undefined {
  return NAMES.find((known) => known === name);
}
