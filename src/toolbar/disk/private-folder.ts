import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  writeFileSync,
  type Stats,
} from "node:fs";
import { dirname, join } from "node:path";

/** A folder or a file that is not safe to use. The message says why, and how to fix it. */
export class UnsafePathError extends Error {
  override readonly name = "UnsafePathError";
}

/**
 * Makes a folder that only its owner can read, with a .gitignore for itself. One that exists is
 * made private.
 *
 * @throws UnsafePathError if it is a link, is not a folder, or belongs to another user.
 */
export function makePrivateFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  const stats = lstatSync(path);
  if (stats.isSymbolicLink() || !stats.isDirectory())
    throw new UnsafePathError(`${path} is not a folder of its own, but ${kindOf(stats)}. Fix: remove it.`);
  checkOwner(path, stats);
  if (isOpenToOthers(stats)) chmodSync(path, 0o700);
  try {
    writeFileSync(join(path, ".gitignore"), "*\n", { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

/**
 * Refuses a folder in which other users could replace files.
 *
 * @throws UnsafePathError if others may write in it, or if it belongs to another user.
 */
export function checkParent(path: string): void {
  const folder = dirname(path);
  const stats = lstatSync(folder);
  if (stats.isSymbolicLink() || !stats.isDirectory())
    throw new UnsafePathError(
      `${folder} is ${kindOf(stats)}. Fix: give a path in a folder of your own, without a link.`,
    );
  checkOwner(folder, stats);
  if (hasOwners() && (stats.mode & 0o002) !== 0)
    throw new UnsafePathError(
      `Every user of this machine may write in the folder ${folder}. Fix: give a path in a folder of your own.`,
    );
}

/**
 * Creates a file that only its owner can read, if it does not exist. One that exists is made
 * private. No link is followed.
 *
 * @throws UnsafePathError if it is a link, has a second name, is not a file, or belongs to another
 *   user.
 */
export function makePrivateFile(path: string): void {
  refuseLink(path);
  // Windows has no O_NOFOLLOW.
  const handle = openSync(path, constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0), 0o600);
  try {
    const stats = fstatSync(handle);
    checkFile(path, stats);
    if (isOpenToOthers(stats)) fchmodSync(handle, 0o600);
  } finally {
    closeSync(handle);
  }
}

/**
 * Whether there is a file, which belongs to this user and is not a link.
 *
 * @throws UnsafePathError if there is one that is not safe to read.
 */
export function isPrivateFile(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return false;
  checkFile(path, stats);
  return true;
}

/** @throws UnsafePathError if there is a link of this name. */
export function refuseLink(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isSymbolicLink() === true) throw new UnsafePathError(`${path} is a link. Fix: remove it.`);
}

function checkFile(path: string, stats: Stats): void {
  if (!stats.isFile()) throw new UnsafePathError(`${path} is not a file, but ${kindOf(stats)}. Fix: remove it.`);
  if (stats.nlink > 1)
    throw new UnsafePathError(`${path} is the same file as one of another name (a hard link). Fix: remove it.`);
  checkOwner(path, stats);
}

function checkOwner(path: string, { uid }: Stats): void {
  const own = process.getuid?.();
  if (own !== undefined && hasOwners() && uid !== own)
    throw new UnsafePathError(`${path} belongs to another user. Fix: remove it, or give another path.`);
}

/** Windows reports the same owner and the same permissions for all files. */
function hasOwners(): boolean {
  return process.platform !== "win32";
}

function isOpenToOthers({ mode }: Stats): boolean {
  return hasOwners() && (mode & 0o077) !== 0;
}

function kindOf(stats: Stats): string {
  if (stats.isSymbolicLink()) return "a link";
  return stats.isDirectory() ? "a folder" : stats.isFile() ? "a file" : "something else";
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}
