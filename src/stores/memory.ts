import { unixNow, type Clock } from "../clock.ts";
import { InvalidOptionError } from "../errors.ts";
import { processEnvironment, saidMode } from "../mode.ts";
import { checkOptions } from "../options.ts";
import type {
  AnnouncementListener,
  AnnouncingStore,
  IndexedStore,
  SetOptions,
  StoredSession,
  SweepableStore,
} from "../sessions/store/session-store.ts";
import { checkCount } from "./wrong-argument.ts";

/** Settings of MemoryStore. */
export interface MemoryStoreOptions {
  /**
   * "production", "development" or "test". Default: LATCHKEY_ENV, then NODE_ENV. In production the
   * constructor throws. If no mode is set, the store works and warns once.
   */
  readonly mode?: string | undefined;
  /**
   * `true` also allows the store in production, without a warning. Every deployment then ends all
   * sessions, and logs all visitors out. Default: false.
   */
  readonly production?: boolean | undefined;
  /**
   * The maximum number of sessions. Default: 10,000. A full store removes expired sessions first,
   * then sessions without a subject, then the others. Of each kind it removes the session that was
   * not used for the longest time. That visitor loses the session. A tenth of the store is reserved
   * for sessions without a subject, so that visitors can still log in.
   */
  readonly maxSessions?: number | undefined;
  /** Returns the time in Unix seconds. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

interface MemoryEntry {
  readonly payload: string;
  readonly subject: string | undefined;
  readonly expiresAt: number;
}

const OPTIONS: readonly (keyof MemoryStoreOptions)[] = ["mode", "production", "maxSessions", "clock"];
/** The share that is reserved for sessions without a subject: a login form often needs one. */
const ANONYMOUS_PART = 1 / 10;
const LIMITS = "Sessions end with this process, and a second process does not see them.";
const OTHERS = "SqliteStore, RedisStore, PostgresStore or MysqlStore";

/**
 * Saves sessions in the memory of this process, for tests and experiments. Sessions end with the
 * process, and a second process does not see them.
 *
 * A full store removes sessions without a subject first: an anonymous visitor can create thousands
 * of them, which must not log other visitors out.
 *
 * @example
 * ```ts
 * const manager = new SessionManager({ keys, store: new MemoryStore() });
 * ```
 */
export class MemoryStore implements AnnouncingStore, IndexedStore, SweepableStore {
  /** Both are in the order of last use, because a Map iterates in the order of insertion. */
  readonly #anonymous = new Map<string, MemoryEntry>();
  readonly #owned = new Map<string, MemoryEntry>();
  readonly #listeners = new Set<AnnouncementListener>();
  readonly #maxSessions: number;
  readonly #clock: Clock;
  /** No entry expires before this time, so no search for expired ones is needed until then. */
  #firstExpiry = Infinity;

  /**
   * @throws InvalidOptionError in production without `production: true`, for a `maxSessions` that
   *   is not a whole number of at least 1, and for an unknown option.
   */
  constructor(options: MemoryStoreOptions = {}) {
    checkOptions("MemoryStore", options, OPTIONS, {
      max: 'Did you mean "maxSessions"?',
      ttl: "The manager sets the expiry: give it idleTimeout or lifetime.",
    });
    const { mode, production = false, maxSessions = 10_000, clock = unixNow } = options;
    checkCount("The option maxSessions of MemoryStore", maxSessions);
    if (!production) checkMode(mode);
    this.#maxSessions = maxSessions;
    this.#clock = clock;
  }

  async get(id: string): Promise<string | undefined> {
    const entry = this.#alive(id);
    if (entry !== undefined) this.#put(id, entry);
    return entry?.payload;
  }

  async set(id: string, payload: string, expiresAt: number, { replaces, subject }: SetOptions = {}): Promise<boolean> {
    if (this.#alive(id)?.payload !== replaces) return false;
    this.#put(id, { payload, subject, expiresAt });
    this.#firstExpiry = Math.min(this.#firstExpiry, expiresAt);
    if (this.#size > this.#maxSessions) this.#makeRoom();
    return true;
  }

  async delete(id: string): Promise<void> {
    this.#remove(id);
  }

  /** @throws InvalidOptionError if `limit` is not a whole number from 1. */
  async deleteExpired(limit: number = 1000): Promise<number> {
    checkCount("MemoryStore.deleteExpired(limit)", limit);
    return this.#removeExpired(limit);
  }

  async listBySubject(subject: string): Promise<readonly StoredSession[]> {
    const sessions: StoredSession[] = [];
    for (const [id, { payload, expiresAt }] of this.#aliveOf(subject)) sessions.push({ id, payload, expiresAt });
    return sessions;
  }

  async deleteBySubject(subject: string, except?: string): Promise<number> {
    let count = 0;
    for (const [id] of this.#aliveOf(subject)) {
      if (id === except) continue;
      this.#owned.delete(id);
      count++;
    }
    return count;
  }

  async announce(message: string): Promise<void> {
    for (const listener of this.#listeners) listener.heard(message);
  }

  async listen(listener: AnnouncementListener): Promise<() => Promise<void>> {
    this.#listeners.add(listener);
    return async () => void this.#listeners.delete(listener);
  }

  get #size(): number {
    return this.#anonymous.size + this.#owned.size;
  }

  #alive(id: string): MemoryEntry | undefined {
    const entry = this.#owned.get(id) ?? this.#anonymous.get(id);
    return entry !== undefined && entry.expiresAt >= this.#clock() ? entry : undefined;
  }

  *#aliveOf(subject: string): Generator<[string, MemoryEntry]> {
    const now = this.#clock();
    for (const pair of this.#owned) if (pair[1].subject === subject && pair[1].expiresAt >= now) yield pair;
  }

  /** Saves an entry as the most recently used one. */
  #put(id: string, entry: MemoryEntry): void {
    this.#remove(id);
    (entry.subject === undefined ? this.#anonymous : this.#owned).set(id, entry);
  }

  #remove(id: string): boolean {
    return this.#owned.delete(id) || this.#anonymous.delete(id);
  }

  #makeRoom(): void {
    if (this.#firstExpiry < this.#clock()) this.#removeExpired();
    while (this.#size > this.#maxSessions) {
      const isAnonymous = this.#anonymous.size > Math.floor(this.#maxSessions * ANONYMOUS_PART);
      const [oldest] = (isAnonymous || this.#owned.size === 0 ? this.#anonymous : this.#owned).keys();
      this.#remove(oldest!);
    }
  }

  #removeExpired(limit: number = Infinity): number {
    const now = this.#clock();
    let count = 0;
    let first = Infinity;
    for (const entries of [this.#anonymous, this.#owned]) {
      for (const [id, { expiresAt }] of entries) {
        if (expiresAt >= now) {
          first = Math.min(first, expiresAt);
          continue;
        }
        if (count === limit) return count;
        entries.delete(id);
        count++;
      }
    }
    this.#firstExpiry = first;
    return count;
  }
}

function checkMode(mode: string | undefined): void {
  const said = saidMode(processEnvironment(), mode);
  if (said === "production") {
    throw new InvalidOptionError(
      `MemoryStore is not for production. ${LIMITS} Fix: use ${OTHERS}, or allow it with new MemoryStore({ production: true }).`,
    );
  }
  if (said === undefined) warnOnce();
}

let hasWarned = false;

function warnOnce(): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(
    `MemoryStore is not for production. ${LIMITS} Fix: use ${OTHERS}. In development, set NODE_ENV=development to stop this warning.`,
    { type: "LatchkeyWarning", code: "LATCHKEY_MEMORY_STORE" },
  );
}
