import { lateModule } from "../../late-module.ts";
import type { FSWatcher } from "node:fs";
import { dirname } from "node:path";
import { emitWarning } from "../check-key.ts";
import { readKeyFile } from "./key-file.ts";
import type { KeyRing } from "../key-ring.ts";
import { SecretKey } from "../secret-key.ts";
import { InvalidOptionError } from "../../errors.ts";
import { checkOptions, checkText, kindOf } from "../../options.ts";

const fs = lateModule("node:fs");

/** What to do when the key file changes. */
export interface WatchKeyFileOptions {
  /** Is called with warnings about the file. Default: `process.emitWarning`. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Is called after the ring got other keys. */
  readonly onReload?: ((ring: KeyRing) => void) | undefined;
  /**
   * Is called with the error when a changed file cannot be used. The ring then keeps its old keys.
   * Default: the error's message is passed to `warn`.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** A key file that is being watched. */
export interface KeyFileWatch {
  /**
   * Reads the file now, for example on SIGHUP. Returns whether the ring got other keys. It also
   * returns false if the file cannot be used. Then `onError` gets the error.
   */
  reload(): boolean;
  /** Stops watching. */
  close(): void;
}

/** One change often causes several events. */
const SETTLE_MS = 50;
/**
 * A file that is written in place is briefly empty or incomplete. It gets this time before it
 * counts as bad.
 */
const SECOND_LOOK_MS = 500;

/**
 * Gives the ring other keys whenever the file changes, while the server runs: a rotation without a
 * restart. Everything that holds the ring (a session manager, a signer) uses them at once.
 *
 * It notices a replaced file, a file that is written in place, and the symbolic links that
 * Kubernetes exchanges when it updates secrets. A file that cannot be used, or holds a key that is
 * refused, changes nothing. New keys are graded by the ring's own mode and rules. Watching keeps no
 * process alive.
 *
 * @param file the path that SECRET_KEY_FILE names.
 * @throws InvalidOptionError for arguments of a wrong type. The system's error if the file's folder
 *   cannot be watched.
 * @example
 * ```ts
 * const keys = loadKeyRing({ env: process.env });
 * const watching = watchKeyFile(keys, "/run/secrets/secret_key", { onReload: () => log.info("new keys") });
 * process.on("SIGHUP", () => watching.reload());
 * ```
 */
export function watchKeyFile(ring: KeyRing, file: string, options: WatchKeyFileOptions = {}): KeyFileWatch {
  if (typeof (ring as Partial<KeyRing> | null | undefined)?.replace !== "function" || typeof ring === "string")
    throw new InvalidOptionError(
      `The ring in watchKeyFile(ring, file) must be a KeyRing. It got ${kindOf(ring)}. Fix: pass the ring that loadKeyRing returned.`,
    );
  checkText("The file in watchKeyFile(ring, file)", file);
  checkOptions("watchKeyFile", options, ["warn", "onReload", "onError"]);
  return new FolderWatch(ring, file, options);
}

class FolderWatch implements KeyFileWatch {
  readonly #ring: KeyRing;
  readonly #file: string;
  readonly #options: WatchKeyFileOptions;
  readonly #warn: (message: string) => void;
  readonly #watchers = new Map<string, FSWatcher>();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(ring: KeyRing, file: string, options: WatchKeyFileOptions) {
    this.#ring = ring;
    this.#file = file;
    this.#options = options;
    this.#warn = options.warn ?? emitWarning;
    this.#watchFolders();
  }

  reload(): boolean {
    try {
      return this.#load();
    } catch (error) {
      this.#report(error);
      return false;
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #load(): boolean {
    const { current, fallbacks, warnings } = readKeyFile(this.#file);
    const keys = [current, ...fallbacks].map((key) => SecretKey.from(key));
    if (this.#holds(keys)) return false;
    for (const warning of warnings) this.#warn(warning);
    this.#ring.replace(current, fallbacks, `file ${this.#file}`);
    this.#options.onReload?.(this.#ring);
    return true;
  }

  #holds([current, ...fallbacks]: readonly SecretKey[]): boolean {
    const { current: known, fallbacks: others } = this.#ring;
    return (
      known.equals(current!) &&
      others.length === fallbacks.length &&
      fallbacks.every((key) => others.some((other) => other.equals(key)))
    );
  }

  /** Watches the folder of the path, and the folder of the file that a symbolic link leads to. */
  #watchFolders(): void {
    const folders = new Set([dirname(this.#file)]);
    try {
      folders.add(dirname(fs().realpathSync(this.#file)));
    } catch {
      // The file is missing for the moment. Its folder reports when it is back.
    }
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) {
      if (this.#watchers.has(folder)) continue;
      // Throws for a missing folder. Deno's watch does not: it reports one later, as an event.
      fs().statSync(folder);
      const watcher = fs().watch(folder, { persistent: false }, () => this.#changed(SETTLE_MS, true));
      watcher.on("error", (error) => this.#report(error));
      this.#watchers.set(folder, watcher);
    }
  }

  #changed(delay: number, mayRetry: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#isClosed) return;
      try {
        this.#watchFolders();
        this.#load();
      } catch (error) {
        if (mayRetry) this.#changed(SECOND_LOOK_MS, false);
        else this.#report(error);
      }
    }, delay).unref();
  }

  #report(error: unknown): void {
    if (this.#options.onError !== undefined) this.#options.onError(error);
    else this.#warn(`The keys stay as they were. ${error instanceof Error ? error.message : String(error)}`);
  }
}
