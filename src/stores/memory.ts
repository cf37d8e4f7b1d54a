import { unixNow, type Clock } from "../clock.ts";
import { InvalidOptionError } from "../errors.ts";
import { processEnvironment, saidMode } from "../mode.ts";
import { checkOptions } from "../options.ts";
import type { IndexedStore, SetOptions, StoredSession, SweepableStore } from "../sessions/store/session-store.ts";
import { checkCount } from "./wrong-argument.ts";

/** Settings of MemoryStore. */
export interface MemoryStoreOptions {
  /**
   * "production", "development" or "test". Default: what LATCHKEY_ENV says, then NODE_ENV.
   * In production the store refuses to be made. Where no mode is said, it is made and warns once.
   */
  readonly mode?: string | undefined;
  /**
   * `true` makes the store in production too, without a warning. Every deployment then ends all
   * sessions.
   */
  readonly production?: boolean | undefined;
  /**
   * The most sessions that it keeps. Default: 10,000. A full store gives up expired sessions first,
   * then sessions without a subject, then the others; of each kind the one that was not used for
   * the longest time. Those visitors lose their session. A tenth of the room is left to sessions
   * without a subject, so that visitors can still log in.
   */
  readonly maxSessions?: number | undefined;
  /** The time in Unix seconds. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

interface Entry {
  readonly payload: string;
  readonly subject: string | undefined;
  readonly expiresAt: number;
}

const OPTIONS: readonly (keyof MemoryStoreOptions)[] = ["mode", "production", "maxSessions", "clock"];
/**
 * The part of the room that is left to sessions without a subject: a login form often needs one.
 */
const ANONYMOUS_PART = 1 / 10;
const LIMITS = "Sessions end with this process, and a second process does not see them.";
const OTHERS = "SqliteStore, RedisStore or PostgresStore";

/**
 * Keeps sessions in the memory of this process, for tests and experiments. Sessions end with the
 * process, and a second process does not see them.
 *
 * A full store gives up sessions without a subject first: anyone can make them by the thousand, and
 * must not log others out with them.
 *
 * @example
 * ```ts
 * const manager = new SessionManager({ keys, store: new MemoryStore() });
 * ```
 */
export class MemoryStore implements IndexedStore, SweepableStore {
  /** Both are in the order of their last use, because a Map keeps the order of insertion. */
  readonly #anonymous = new Map<string, Entry>();
  readonly #owned = new Map<string, Entry>();
  readonly #maxSessions: number;
  readonly #clock: Clock;
  /** No entry expires before this time, so no search for expired ones is needed until then. */
  #firstExpiry = Infinity;

  /**
   * @throws InvalidOptionError in production without `production: true`, for a `maxSessions` that
   *   is not a whole number from 1, and for an unknown option.
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

  get #size(): number {
    return this.#anonymous.size + this.#owned.size;
  }

  #alive(id: string): Entry | undefined {
    const entry = this.#owned.get(id) ?? this.#anonymous.get(id);
    return entry !== undefined && entry.expiresAt >= this.#clock() ? entry : undefined;
  }

  *#aliveOf(subject: string): Generator<[string, Entry]> {
    const now = this.#clock();
    for (const pair of this.#owned) if (pair[1].subject === subject && pair[1].expiresAt >= now) yield pair;
  }

  /** Makes an entry the last one that was used. */
  #put(id: string, entry: Entry): void {
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
      `MemoryStore is not for production. ${LIMITS} Fix: use ${OTHERS}, or write new MemoryStore({ production: true }) if that is what you want.`,
    );
  }
  if (said === undefined) warnOnce();
}

let hasWarned = false;

function warnOnce(): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(
    `MemoryStore is not for production. ${LIMITS} Fix: use ${OTHERS}. In development, set NODE_ENV=development, and this warning goes away.`,
    { type: "LatchkeyWarning", code: "LATCHKEY_MEMORY_STORE" },
  );
}
