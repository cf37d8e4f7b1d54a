import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { originStacks } from "../origin.ts";
import { IS_BUNDLED, isOwnFile } from "./is-own-file.ts";

/** The toolbar has about 10 frames, a channel 3, and a driver a few. `fetch` alone has 20. */
const USUAL_FRAMES = 24;
const MOST_FRAMES = 80;
/**
 * "at name (file:line:column)", where the name may be a path too: "at /cart (/app/cart.js:7:1)".
 */
const NAMED_FRAME = /\(((?:file:\/\/|node:|[A-Za-z]:\\|\/).*):(\d+):\d+\)$/;
/** "at async file:line:column". */
const FRAME = /^at (?:async )?((?:file:\/\/|node:|[A-Za-z]:\\|\/).*):(\d+):\d+$/;
const PACKAGE = /[\\/]node_modules[\\/]/;
/** How many files are remembered, with their paths. */
const MOST_FILES = 1_000;

/** Options of `callSite`. */
export interface CallSiteOptions {
  /** Whether to leave out the code of packages as well. Default: false. */
  readonly isApplication?: boolean | undefined;
  /** What asks. What asks in the same way has about as many frames above the one that is wanted. */
  readonly kind?: string | undefined;
}

/** The first frame that is wanted, and how many frames there are up to it. */
interface Found {
  readonly file: string;
  readonly line: number | string;
  readonly depth: number;
}

/** The part of a CallSite that is read. */
interface Site {
  getFileName(): string | null | undefined;
  getLineNumber(): number | null;
}

/** Where the code is that publishes at this moment, if that was looked for. */
let noted: Found | undefined;
/** Say whether a line is wanted at this moment. */
const demands = new Set<() => boolean>();
/** How many frames were needed last time, by kind. To take more than that is most of the cost. */
const depths = new Map<string, number>();
/** Paths by file, for the directory of the last call. */
let paths = new Map<string, string>();
let pathsOf: string | undefined;

/**
 * The file and line of the running code, without frames of Node and of this package:
 * "routes/cart.ts:31". "" if unknown.
 *
 * @param directory paths are relative to this folder. A file outside of it has its whole path.
 */
export function callSite(directory: string, { isApplication = false, kind = "" }: CallSiteOptions = {}): string {
  const found =
    noted ??
    search(depths.get(kind) ?? USUAL_FRAMES, isApplication, kind) ??
    search(MOST_FRAMES, isApplication, kind) ??
    searchOrigins(isApplication);
  return found === undefined ? "" : `${pathOf(found.file, directory)}:${found.line}`;
}

/**
 * Lets `noteSite` look for lines while a function says so.
 *
 * @returns ends that.
 */
export function demandSites(isWanted: () => boolean): () => void {
  demands.add(isWanted);
  return () => void demands.delete(isWanted);
}

/**
 * Looks for the line of the application, for what is published next, if a recording wants it. It
 * takes half as long as `callSite` in a listener, because each frame in between takes half a
 * microsecond.
 *
 * Call `forgetSite` after the message.
 */
export function noteSite(kind: string): void {
  if (!demands.values().some((isWanted) => isWanted())) return;
  noted = search(depths.get(kind) ?? USUAL_FRAMES, true, kind) ?? search(MOST_FRAMES, true, kind);
}

/** What is published from now on may come from another line. */
export function forgetSite(): void {
  noted = undefined;
}

function search(limit: number, isApplication: boolean, kind: string): Found | undefined {
  const found = searchFrames(limit, isApplication);
  if (found !== undefined && found.depth !== limit && (depths.size < 100 || depths.has(kind)))
    depths.set(kind, found.depth);
  return found;
}

function searchFrames(limit: number, isApplication: boolean): Found | undefined {
  const errors: { stackTraceLimit: number; prepareStackTrace?: unknown } = Error;
  const { stackTraceLimit, prepareStackTrace } = errors;
  // A function of somebody else, and Node with source maps, find the lines of the source. That
  // takes longer, and is what is wanted there.
  const isPlain =
    (prepareStackTrace === undefined || (prepareStackTrace as Function).name === "ErrorPrepareStackTrace") &&
    (process as { sourceMapsEnabled?: boolean }).sourceMapsEnabled !== true;
  const holder: { stack?: unknown } = {};
  try {
    errors.stackTraceLimit = limit;
    // To read the frames, and not to have them formatted, takes half of the time.
    if (isPlain) errors.prepareStackTrace = asSites;
    Error.captureStackTrace(holder);
    const { stack } = holder;
    return typeof stack === "string"
      ? firstLine(stack.split("\n").slice(1), isApplication)
      : firstSite((stack ?? []) as readonly Site[], isApplication);
  } finally {
    errors.stackTraceLimit = stackTraceLimit;
    if (isPlain) errors.prepareStackTrace = prepareStackTrace;
  }
}

function asSites(_: unknown, sites: unknown): unknown {
  return sites;
}

/** Where the application asked for it, if that has left the stack. */
function searchOrigins(isApplication: boolean): Found | undefined {
  const found = firstLine(originStacks().split("\n"), isApplication);
  return found === undefined ? undefined : { ...found, depth: USUAL_FRAMES };
}

function firstSite(sites: readonly Site[], isApplication: boolean): Found | undefined {
  // In a bundle all code is in one file, and the toolbar's own is above the channel's.
  const channel = IS_BUNDLED ? sites.slice(0, 16).findLastIndex(isChannel) : -1;
  for (let index = channel + 1; index < sites.length; index++) {
    const file = sites[index]!.getFileName();
    if (typeof file === "string" && isWanted(file, isApplication))
      return { file, line: sites[index]!.getLineNumber() ?? 0, depth: index + 1 };
  }
  return undefined;
}

function isChannel(site: Site): boolean {
  return site.getFileName() === "node:diagnostics_channel";
}

function firstLine(lines: readonly string[], isApplication: boolean): Found | undefined {
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!.trim();
    const match = NAMED_FRAME.exec(line) ?? FRAME.exec(line);
    if (match !== null && isWanted(match[1]!, isApplication))
      return { file: match[1]!, line: match[2]!, depth: index + 1 };
  }
  return undefined;
}

function isWanted(file: string, isApplication: boolean): boolean {
  // Node's own files begin with "node:". Others are no files at all: "evalmachine.<anonymous>".
  if (!file.startsWith("/") && !file.startsWith("file:") && !/^[A-Za-z]:\\/.test(file)) return false;
  if (isApplication && PACKAGE.test(file)) return false;
  return !isOwnFile(file);
}

function pathOf(file: string, directory: string): string {
  if (pathsOf !== directory || paths.size > MOST_FILES) {
    paths = new Map();
    pathsOf = directory;
  }
  let path = paths.get(file);
  if (path === undefined) {
    const whole = toPath(file);
    const inside = relative(directory, whole);
    path = inside.startsWith("..") ? whole : inside.replaceAll(sep, "/");
    paths.set(file, path);
  }
  return path;
}

function toPath(file: string): string {
  if (!file.startsWith("file:")) return file;
  try {
    return fileURLToPath(file.replace(/\?.*$/, ""));
  } catch {
    return file;
  }
}
