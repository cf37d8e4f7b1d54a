import { closeSync, constants, fstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { isLoopbackAddress, isLoopbackHost } from "../../own-browser.ts";
import { onExit } from "./on-exit.ts";
import { isPrivateFile, makePrivateFolder } from "./private-folder.ts";

/** The file's name in `.latchkey`. */
export const ACCESS_FILE = "token";
/** A file is not larger than this, in bytes. */
const LONGEST = 4_000;
/** Milliseconds after which a new token is written. A token is valid for twelve hours. */
const RENEWAL = 6 * 60 * 60 * 1000;

/** How programs of the same user reach a running toolbar. */
export interface Access {
  readonly version: 1;
  /** The address of the toolbar's pages: "http://127.0.0.1:3000/_latchkey". */
  readonly address: string;
  readonly pid: number;
  readonly token: string;
  /** The history file that the process writes; null if it has only memory. */
  readonly historyFile: string | null;
}

/** Arguments of an access file. */
export interface AccessFileOptions {
  /** The folder `.latchkey`. */
  readonly folder: string;
  readonly prefix: string;
  readonly historyFile: () => string | null;
  readonly grant: () => string;
}

/**
 * The file with which the command line reads a running toolbar: its address, and a token that
 * allows to read all records. Only its owner can read it. It exists while the toolbar runs.
 *
 * If several processes use the folder, it is the file of the last one that began to answer.
 */
export class AccessFile {
  readonly #options: AccessFileOptions;
  readonly #path: string;
  #forgetExit: (() => void) | undefined;
  /** The last one that was looked at: many requests come on the same one. */
  #socket: unknown;
  #port: number | undefined;
  #renewAt = 0;
  #isClosed = false;

  constructor(options: AccessFileOptions) {
    this.#options = options;
    this.#path = join(options.folder, ACCESS_FILE);
  }

  /**
   * Learns from a request where the server listens, and writes the file after it.
   *
   * @param source a request of Node's server; others are ignored.
   */
  learn(source: object): void {
    const socket = (source as Partial<IncomingMessage>).socket as
      | (IncomingMessage["socket"] & { readonly encrypted?: boolean })
      | undefined;
    if (socket === this.#socket && performance.now() < this.#renewAt) return;
    this.#socket = socket;
    const port = socket?.localPort;
    if (port === undefined || this.#isClosed || (port === this.#port && performance.now() < this.#renewAt)) return;
    this.#forgetExit ??= onExit(() => this.close());
    this.#port = port;
    this.#renewAt = performance.now() + RENEWAL;
    const { localAddress, encrypted } = socket!;
    const host = localAddress === "::1" ? "[::1]" : isLoopbackAddress(localAddress) ? "127.0.0.1" : "localhost";
    const address = `${encrypted === true ? "https" : "http"}://${host}:${port}${this.#options.prefix}`;
    setImmediate(() => this.#write(address));
  }

  /** Removes the file, if it is the one of this process. */
  close(): void {
    this.#isClosed = true;
    this.#forgetExit?.();
    if (this.#port === undefined) return;
    try {
      if (readAccess(this.#options.folder)?.pid === process.pid) rmSync(this.#path, { force: true });
    } catch {
      // It cannot be read, so it is not ours.
    }
  }

  #write(address: string): void {
    if (this.#isClosed) return;
    const { folder, historyFile, grant } = this.#options;
    const access: Access = { version: 1, address, pid: process.pid, token: grant(), historyFile: historyFile() };
    const temporary = `${this.#path}.${process.pid}.${crypto.randomUUID()}`;
    try {
      makePrivateFolder(folder);
      writeFileSync(temporary, `${JSON.stringify(access)}\n`, { flag: "wx", mode: 0o600 });
      // A rename replaces a link, and does not follow it.
      renameSync(temporary, this.#path);
    } catch {
      // The toolbar works without this file. The command line says what it lacks.
      rmSync(temporary, { force: true });
    }
  }
}

/**
 * The access file of a folder. Undefined without such a file, if it is not one, or if its process
 * has ended.
 */
export function readAccess(folder: string): Access | undefined {
  const path = join(folder, ACCESS_FILE);
  try {
    if (!isPrivateFile(path)) return undefined;
    const access = JSON.parse(readBounded(path)) as Partial<Access>;
    const isAccess =
      access.version === 1 &&
      typeof access.token === "string" &&
      typeof access.address === "string" &&
      typeof access.pid === "number" &&
      (access.historyFile === null || typeof access.historyFile === "string") &&
      isOwnAddress(access.address);
    return isAccess && isRunning(access.pid!) ? (access as Access) : undefined;
  } catch {
    return undefined;
  }
}

function readBounded(path: string): string {
  const handle = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    return fstatSync(handle).size > LONGEST ? "" : readFileSync(handle, "utf8");
  } finally {
    closeSync(handle);
  }
}

/** The token is sent to this machine only. */
function isOwnAddress(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && /^https?:$/.test(url.protocol) && isLoopbackHost(url.host) && url.username === "";
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user cannot be asked, but runs.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
