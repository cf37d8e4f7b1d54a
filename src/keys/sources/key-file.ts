import { lateModule } from "../../late-module.ts";
import type { Stats } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { SecretKeyError } from "../../errors.ts";
import { checkOptions, checkText } from "../../options.ts";

const crypto = lateModule("node:crypto");
const fs = lateModule("node:fs");

/** The smallest and the largest size of a key file, in bytes. */
const SMALLEST = 16;
const LARGEST = 4096;

/** The content of a key file. */
export interface KeyFileContent {
  /** The first line. */
  readonly current: string;
  /** The further lines. */
  readonly fallbacks: readonly string[];
  /** Sentences for a log about what is unwise about the file, but not an error. */
  readonly warnings: readonly string[];
}

/**
 * Reads a key file: the current key on the first line, keys that only verify on further lines.
 *
 * It is a regular file (or a symbolic link to one) of 16 to 4,096 bytes of UTF-8. It has no byte
 * order mark, NUL bytes, carriage returns inside or blank lines. Exactly one newline (LF or CRLF)
 * at the end is not part of the key. A file that every user may write or replace is an error. There
 * is a warning for a file that others may read, that a group may write or replace, or that belongs
 * to another user.
 *
 * @throws SecretKeyError `key_file` with the path, the problem and the fix.
 */
export function readKeyFile(path: string): KeyFileContent {
  const { bytes, status } = readRegularFile(path);
  const warnings = warningsOfAccess(path, status);
  const lines = parseKeyFile(bytes, path);
  return { current: lines[0], fallbacks: lines.slice(1), warnings };
}

/**
 * The lines of a key file, the current key first.
 *
 * @param path how errors name the file. It is not read.
 * @throws SecretKeyError `key_file`.
 */
export function parseKeyFile(bytes: Uint8Array, path: string): readonly [string, ...string[]] {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = content.subarray(0, 3).toString("hex");
  if (first === "efbbbf") throw fileError(path, "it begins with a byte order mark", "save it as UTF-8 without one");
  if (first.startsWith("fffe") || first.startsWith("feff"))
    throw fileError(path, "it is written in UTF-16", "save it as UTF-8");
  if (content.includes(0))
    throw fileError(
      path,
      "it holds a NUL byte, so it is not a text file",
      "write the key as text: npx latchkey key generate",
    );
  const text = content.toString("utf8");
  if (!Buffer.from(text, "utf8").equals(content))
    throw fileError(path, "it is not UTF-8", "write the key as text: npx latchkey key generate");
  const lines = text.replace(/\r?\n$/, "").split("\n");
  const ending = text.endsWith("\r\n") ? "\r" : "";
  const keys = lines.map((line, index) =>
    ending !== "" && index < lines.length - 1 && line.endsWith("\r") ? line.slice(0, -1) : line,
  );
  if (keys.some((key) => key.includes("\r")))
    throw fileError(path, "it holds a carriage return inside, or mixes line endings", "save it with LF line endings");
  if (keys.length === 1 && keys[0]!.trim() === "")
    throw fileError(path, "it holds no key", "write one to it: npx latchkey key generate");
  if (keys.some((key) => key.trim() === "")) {
    throw fileError(
      path,
      "it holds a blank line, or ends with more than one newline",
      "write one key per line and one newline at the end",
    );
  }
  return keys as [string, ...string[]];
}

/** Settings of `writeKeyFile`. */
export interface WriteKeyFileOptions {
  /** Saves the previous content as `<path>.bak`. The backup holds the old keys. Default: false. */
  readonly backup?: boolean | undefined;
}

/**
 * Writes a file atomically: it writes a new file in the same folder, waits for the disk, and
 * renames it over the old one. If the process is killed meanwhile, the old file is unchanged. A
 * symbolic link stays a link. Mode and owner stay as they are, and a new file is readable by its
 * owner only (0600).
 *
 * @throws InvalidOptionError for arguments of a wrong type. SecretKeyError `key_file` if the text
 *   could not be written completely. Otherwise the system's error.
 */
export function writeKeyFile(path: string, text: string, options: WriteKeyFileOptions = {}): void {
  checkText("The path in writeKeyFile(path, text)", path);
  checkText("The text in writeKeyFile(path, text)", text);
  checkOptions("writeKeyFile", options, ["backup"]);
  const target = targetOf(path);
  const before = fs().statSync(target, { throwIfNoEntry: false });
  const mode = before === undefined ? 0o600 : before.mode & 0o777;
  if (before !== undefined && options.backup === true) {
    const copy = temporaryBeside(target);
    fs().copyFileSync(target, copy);
    fs().chmodSync(copy, mode & 0o700);
    fs().renameSync(copy, `${target}.bak`);
  }
  const temporary = temporaryBeside(target);
  const handle = fs().openSync(temporary, "wx", 0o600);
  try {
    try {
      writeWhole(handle, text);
      if (before !== undefined) keepOwner(temporary, before);
      fs().chmodSync(temporary, mode);
      fs().fsyncSync(handle);
    } finally {
      fs().closeSync(handle);
    }
    fs().renameSync(temporary, target);
  } catch (error) {
    fs().rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(target));
}

/**
 * Writes the whole text and waits for the disk. It checks the size, because a write may be
 * incomplete, for example on a full disk.
 *
 * @throws SecretKeyError `key_file` if the file is shorter than the text. Otherwise the system's
 *   error.
 */
export function writeWhole(handle: number, text: string): void {
  fs().writeFileSync(handle, text);
  fs().fsyncSync(handle);
  const [written, wanted] = [fs().fstatSync(handle).size, Buffer.byteLength(text)];
  if (written !== wanted)
    throw new SecretKeyError(
      "key_file",
      `Only ${written} of ${wanted} bytes of a key file could be written. The file is unchanged. Fix: free some disk space.`,
    );
}

/** An unused name in the same folder. */
export function temporaryBeside(path: string): string {
  return join(dirname(path), `.${basename(path)}.${crypto().randomBytes(6).toString("hex")}.tmp`);
}

/** The error for a key file that cannot be used. */
export function fileError(path: string, problem: string, fix: string, cause?: unknown): SecretKeyError {
  return new SecretKeyError("key_file", `The key file ${path} cannot be used: ${problem}. Fix: ${fix}`, { cause });
}

const [OTHERS_WRITE, GROUP_WRITES, OTHERS_READ, STICKY] = [0o002, 0o020, 0o044, 0o1000];

/** Warnings about other users who may read the key, write it, or replace its file. */
function warningsOfAccess(path: string, file: Stats): string[] {
  // Windows has no such modes: there every file looks readable by every user.
  if (process.platform === "win32") return [];
  if ((file.mode & OTHERS_WRITE) !== 0)
    throw fileError(path, "every user of this machine may write it", `chmod 600 ${path}`);
  const warnings: string[] = [];
  if ((file.mode & GROUP_WRITES) !== 0)
    warnings.push(`The key file ${path} may be written by its group. Fix: chmod 600 ${path}`);
  else if ((file.mode & OTHERS_READ) !== 0)
    warnings.push(`The key file ${path} may be read by other users of this machine. Fix: chmod 600 ${path}`);
  if (isOfAnother(file))
    warnings.push(
      `The key file ${path} belongs to another user (number ${file.uid}), who may change it. Fix: chown ${process.geteuid?.()} ${path}`,
    );
  // A symbolic link involves two folders. A user who may write either one can change what is read.
  for (const folder of new Set([dirname(resolve(path)), dirname(targetOf(resolve(path)))])) {
    const status = fs().statSync(folder);
    // In a sticky folder, such as /tmp, only the owner of a file can replace it.
    const isSticky = (status.mode & STICKY) !== 0;
    if ((status.mode & OTHERS_WRITE) !== 0 && !isSticky)
      throw fileError(
        path,
        `every user of this machine may write its folder ${folder}, and so replace the file`,
        `chmod 755 ${folder}`,
      );
    if ((status.mode & GROUP_WRITES) !== 0 && !isSticky && status.gid !== 0)
      warnings.push(
        `The folder ${folder} of the key file may be written by its group, which can replace the file. Fix: chmod g-w ${folder}`,
      );
    if (isOfAnother(status))
      warnings.push(
        `The folder ${folder} of the key file belongs to another user (number ${status.uid}), who can replace the file. Fix: chown ${process.geteuid?.()} ${folder}`,
      );
  }
  return warnings;
}

/**
 * Whether a file belongs to a user other than this process's and root, which may change every file.
 */
function isOfAnother({ uid }: Stats): boolean {
  return uid !== 0 && uid !== process.geteuid?.();
}

function readRegularFile(path: string): { readonly bytes: Buffer; readonly status: Stats } {
  let handle: number;
  try {
    // Check the kind before opening: opening a pipe would wait for its writer.
    if (!fs().statSync(path).isFile())
      throw fileError(
        path,
        "it is not a regular file",
        "give the path of the file itself, not of a folder or a device",
      );
    handle = fs().openSync(path, "r");
  } catch (error) {
    if (error instanceof SecretKeyError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT")
      throw fileError(path, "there is no such file", `npx latchkey key generate > ${path} && chmod 600 ${path}`, error);
    if (code === "EACCES")
      throw fileError(path, "this process may not read it", "give the file to the user that the server runs as", error);
    throw fileError(
      path,
      `the system cannot open it (${code ?? "unknown"})`,
      "check the path and the file system",
      error,
    );
  }
  try {
    const status = fs().fstatSync(handle);
    const { size } = status;
    if (size < SMALLEST)
      throw fileError(path, `it has ${size} bytes, and a key has at least ${SMALLEST}`, "npx latchkey key generate");
    if (size > LARGEST)
      throw fileError(
        path,
        `it has ${size} bytes, and a key file has at most ${LARGEST}`,
        "give the path of a file that holds only the key",
      );
    const bytes = Buffer.alloc(size);
    return { bytes: bytes.subarray(0, fs().readSync(handle, bytes, 0, size, 0)), status };
  } finally {
    fs().closeSync(handle);
  }
}

function targetOf(path: string): string {
  try {
    return fs().realpathSync(path);
  } catch {
    return path;
  }
}

function keepOwner(path: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  try {
    fs().chownSync(path, uid, gid);
  } catch {
    // Only root may change the owner of a file. For any other user the new file belongs to the same
    // user as the old one.
  }
}

function syncFolder(folder: string): void {
  try {
    const handle = fs().openSync(folder, "r");
    try {
      fs().fsyncSync(handle);
    } finally {
      fs().closeSync(handle);
    }
  } catch {
    // Some systems cannot open a folder. The file itself is on the disk already.
  }
}
