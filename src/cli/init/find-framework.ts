import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { readTextFile } from "../input/read-text-file.ts";
import { UsageError } from "../usage-error.ts";
import { FRAMEWORKS, type Framework } from "./frameworks.ts";
import { installCommand } from "./package-manager.ts";
import { readProject, type Project } from "./project.ts";

/** The names for `--framework`. */
export const FRAMEWORK_NAMES: readonly string[] = FRAMEWORKS.map(({ name }) => name);

/**
 * The framework of a project.
 *
 * @param name the one that the user named, if any.
 * @throws UsageError if it is not known, if there are several, if it is too old for Latchkey, and
 *   for the root of a workspace that has no server itself.
 */
export function findFramework(project: Project, name: string | undefined): Framework {
  const framework = FRAMEWORKS.find((known) => known.name === name) ?? detect(project);
  refuseOld(framework, project);
  return framework;
}

function detect(project: Project): Framework {
  const used = FRAMEWORKS.filter(({ isUsed }) => isUsed(project));
  const [first] = used;
  if (first === undefined && isEmpty(project)) return FRAMEWORKS.find(({ name }) => name === "node")!;
  if (first === undefined) throw notFound(project);
  if (first.wired === undefined || first.wired === "node") return first;
  // Other frameworks use node:http too.
  const several = used.filter(({ wired }) => wired !== undefined && wired !== "node");
  const imported = several.filter(({ name }) => new RegExp(`["']${name}["']`).test(project.entryText));
  const [only, ...others] = imported.length > 0 ? imported : several;
  if (others.length > 0)
    throw new UsageError(
      `package.json names several frameworks: ${several.map(({ title }) => title).join(", ")}. Fix: say which one serves: npx latchkey init --framework ${only!.name}`,
    );
  return only!;
}

/** Whether the project has nothing yet: no package beside tools, and no file of a server. */
function isEmpty({ packages, entry, manifest, folder }: Project): boolean {
  const isTool = (name: string): boolean =>
    name.startsWith("@types/") || ["latchkey", "typescript", "tsx"].includes(name);
  const isWorkspace = manifest.workspaces !== undefined || existsSync(join(folder, "pnpm-workspace.yaml"));
  return entry === undefined && !isWorkspace && [...packages.keys()].every(isTool);
}

function notFound(project: Project): UsageError {
  const servers = serversOfWorkspace(project);
  if (servers === undefined)
    return new UsageError(
      `No framework was found in package.json, and ${project.entry ?? "no file with a usual name"} makes no server of node:http. Fix: name it: npx latchkey init --framework NAME, with one of ${FRAMEWORK_NAMES.join(", ")}.`,
    );
  const where = servers.length === 0 ? "" : `, which may be ${servers.join(" or ")}`;
  return new UsageError(
    `This is the root of a workspace, and it has no server itself. Fix: name the folder of the server${where}: npx latchkey init --directory ${servers[0] ?? "packages/NAME"}`,
  );
}

/** The packages of a workspace that have a framework. Undefined if this is not the root of one. */
function serversOfWorkspace({ folder, manifest: { workspaces } }: Project): readonly string[] | undefined {
  const pnpm = readTextFile(join(folder, "pnpm-workspace.yaml"), "pnpm-workspace.yaml");
  if (workspaces === undefined && pnpm === undefined) return undefined;
  const listed = Array.isArray(workspaces)
    ? (workspaces as readonly unknown[])
    : ((workspaces as { packages?: unknown[] })?.packages ?? []);
  const inYaml = [...(pnpm ?? "").matchAll(/^\s*-\s*["']?([^"'\s#]+)/gm)].map(([, pattern]) => pattern!);
  return [...listed.map(String), ...inYaml]
    .flatMap((pattern) => foldersOf(folder, pattern))
    .filter((place) => hasServer(join(folder, place), place));
}

/** The folders of a pattern such as "packages/*" or "server". */
function foldersOf(folder: string, pattern: string): readonly string[] {
  const parent = /^([^*]+)\/\*{1,2}$/.exec(pattern)?.[1];
  if (parent === undefined) return /[*!]/.test(pattern) ? [] : [pattern];
  if (statSync(join(folder, parent), { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(join(folder, parent))
    .sort()
    .map((name) => `${parent}/${name}`);
}

function hasServer(folder: string, name: string): boolean {
  try {
    const project = readProject(folder, name, {});
    return FRAMEWORKS.some(({ isUsed }) => isUsed(project));
  } catch {
    // Not a package, or one that cannot be read.
    return false;
  }
}

function refuseOld({ title, oldest }: Framework, { packages, manager }: Project): void {
  if (oldest === undefined) return;
  const [name, needed] = oldest;
  const asked = packages.get(name);
  if (asked === undefined || isNewEnough(asked, needed)) return;
  throw new UsageError(
    `Latchkey needs ${title} ${needed} or newer, and package.json asks for ${name} ${asked}. Fix: ${installCommand(manager.name, [`${name}@latest`])}`,
  );
}

/** Whether a range of versions reaches a version. A range without a number, such as "*", does. */
function isNewEnough(range: string, needed: string): boolean {
  // Of a range with several parts, the last one is the newest.
  const [, major, minor] = [...range.matchAll(/(\d+)(?:\.(\d+))?[\w.-]*/g)].at(-1) ?? [];
  const [neededMajor, neededMinor] = needed.split(".").map(Number) as [number, number];
  if (major === undefined || range.startsWith(">") || Number(major) > neededMajor) return true;
  if (Number(major) < neededMajor) return false;
  return range.startsWith("^") || minor === undefined || Number(minor) >= neededMinor;
}
