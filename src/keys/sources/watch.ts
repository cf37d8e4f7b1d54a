import { realpathSync, watch, type FSWatcher } from "node:fs";
import { dirname } from "node:path";
import { emitWarning } from "../check-key.ts";
import { readKeyFile } from "./key-file.ts";
import type { KeyRing } from "../key-ring.ts";
import { SecretKey } from "../secret-key.ts";
import { InvalidOptionError } from "../../errors.ts";
import { checkOptions, checkText, kindOf } from "../../options.ts";

/** What to do when a key file changes. */
export interface WatchKeyFileOptions {
  /** Gets warnings of the file; `process.emitWarning` unless given. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Is called after the ring has got other keys. */
  readonly onReload?: ((ring: KeyRing) => void) | undefined;
  /**
   * Gets the error that kept the ring at its old keys; without it the error's message is a warning.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** A key file that is being watched. */
export interface KeyFileWatch {
  /**
   * Reads the file now, as on SIGHUP. Says whether the ring got other keys; false also when the
   * file cannot be used, which `onError` hears.
   */
  reload(): boolean;
  /** Ends the watching. */
  close(): void;
}

/** A change is often several events. */
const SETTLE_MS = 50;
/**
 * A file that is written in place is for a moment empty or cut off: before it counts as bad it gets
 * this time.
 */
const SECOND_LOOK_MS = 500;

/**
 * Gives the ring other keys whenever the file changes, while the server runs: a rotation without a
 * restart. All holders of the ring (a session manager, a signer) have them at once.
 *
 * Replacing the file, writing into it, and the exchange of symbolic links with which Kubernetes
 * updates secrets are all seen. A file that cannot be used, or holds a key that is refused, changes
 * nothing. New keys are graded by the ring's own mode and rules. The watching keeps no process
 * alive.
 *
 * @param file the path that SECRET_KEY_FILE names.
 * @throws InvalidOptionError for arguments that cannot be; the system's error if the file's folder
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
    throw new InvalidOptionError(`watchKeyFile(ring) takes a KeyRing, such as loadKeyRing gives. It got ${kindOf(ring)}.`);
  checkText("watchKeyFile(ring, file): the file", file);
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
  #closed = false;

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
    this.#closed = true;
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
      known.equals(current!) && others.length === fallbacks.length && fallbacks.every((key) => others.some((other) => other.equals(key)))
    );
  }

  /**
   * The folder of the name, and that of the file behind it, where a symbolic link leads elsewhere.
   */
  #watchFolders(): void {
    const folders = new Set([dirname(this.#file)]);
    try {
      folders.add(dirname(realpathSync(this.#file)));
    } catch {
      // The file is missing for the moment; its folder tells when it is back.
    }
    for (const [folder, watcher] of this.#watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    for (const folder of folders) {
      if (this.#watchers.has(folder)) continue;
      const watcher = watch(folder, { persistent: false }, () => this.#changed(SETTLE_MS, true));
      watcher.on("error", (error) => this.#report(error));
      this.#watchers.set(folder, watcher);
    }
  }

  #changed(delay: number, again: boolean): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#closed) return;
      try {
        this.#watchFolders();
        this.#load();
      } catch (error) {
        if (again) this.#changed(SECOND_LOOK_MS, false);
        else this.#report(error);
      }
    }, delay).unref();
  }

  #report(error: unknown): void {
    if (this.#options.onError !== undefined) this.#options.onError(error);
    else this.#warn(`The keys stay as they were. ${error instanceof Error ? error.message : String(error)}`);
  }
}
