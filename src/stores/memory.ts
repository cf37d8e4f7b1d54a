import { unixNow, type Clock } from "../clock.ts";
import type { IndexedStore, SetOptions, StoredSession, SweepableStore } from "../sessions/store.ts";

/** Settings of MemoryStore. */
export interface MemoryStoreOptions {
  /** Hand in `process.env.NODE_ENV`, and the store refuses to be made where that is "production": sessions would end with every deploy. */
  readonly mode?: string | undefined;
  /** Told twice: with this it is made in production too. */
  readonly production?: boolean | undefined;
  /** The most sessions it keeps: 10,000 unless given. Beyond that, the ones that nobody has asked for the longest go first. */
  readonly maxSessions?: number | undefined;
  /** Tells the time in Unix seconds; the machine's clock unless given. */
  readonly clock?: Clock | undefined;
}

interface Entry {
  readonly payload: string;
  readonly subject: string | undefined;
  readonly expiresAt: number;
}

/**
 * Keeps sessions in the memory of this process, for tests and experiments: they end with it, and a second process knows nothing of them.
 *
 * @example
 * ```ts
 * const manager = new SessionManager({ keys, store: new MemoryStore() });
 * ```
 */
export class MemoryStore implements IndexedStore, SweepableStore {
  /** In the order of their last use: a Map keeps the order of insertion. */
  readonly #entries = new Map<string, Entry>();
  readonly #maxSessions: number;
  readonly #clock: Clock;

  /** @throws RangeError for a `maxSessions` that is no whole number above 0. */
  constructor({ mode, production = false, maxSessions = 10_000, clock = unixNow }: MemoryStoreOptions = {}) {
    if (mode === "production" && !production) {
      throw new TypeError(
        "MemoryStore is not for production: sessions end with the process, and a second process knows nothing of them. Take SqliteStore, RedisStore or PostgresStore, or say so twice: new MemoryStore({ mode, production: true }).",
      );
    }
    if (!Number.isSafeInteger(maxSessions) || maxSessions < 1) throw new RangeError("maxSessions is a whole number above 0.");
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
    return true;
  }

  async touch(id: string, expiresAt: number): Promise<void> {
    const entry = this.#alive(id);
    if (entry !== undefined) this.#put(id, { ...entry, expiresAt });
  }

  async delete(id: string): Promise<void> {
    this.#entries.delete(id);
  }

  async deleteExpired(limit: number = 1000): Promise<number> {
    const now = this.#clock();
    const expired = [...this.#entries].filter(([, { expiresAt }]) => expiresAt < now).slice(0, limit);
    for (const [id] of expired) this.#entries.delete(id);
    return expired.length;
  }

  async listBySubject(subject: string): Promise<readonly StoredSession[]> {
    return this.#aliveOf(subject).map(([id, { payload, expiresAt }]) => ({ id, payload, expiresAt }));
  }

  async deleteBySubject(subject: string, except?: string): Promise<number> {
    const ended = this.#aliveOf(subject).filter(([id]) => id !== except);
    for (const [id] of ended) this.#entries.delete(id);
    return ended.length;
  }

  #alive(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    return entry !== undefined && entry.expiresAt >= this.#clock() ? entry : undefined;
  }

  #aliveOf(subject: string): [string, Entry][] {
    const now = this.#clock();
    return [...this.#entries].filter(([, entry]) => entry.subject === subject && entry.expiresAt >= now);
  }

  #put(id: string, entry: Entry): void {
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    if (this.#entries.size <= this.#maxSessions) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
