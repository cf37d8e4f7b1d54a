import { InvalidOptionError } from "../../errors.ts";
import { kindOf } from "../../options.ts";
import type { Lifetimes } from "../data/lifetime.ts";
import type { EndAnnouncer } from "../ends/session-ends.ts";
import { readRedirect } from "./redirect.ts";
import { recordOf } from "./session-payload.ts";
import type { IndexedStore, SessionStore } from "./session-store.ts";
import { isIndexed } from "./store-client.ts";
import { conflict, MAX_ATTEMPTS, type StoredSessions } from "./stored-sessions.ts";
import { isStoreId } from "./token.ts";

/** One of a user's sessions, as `list` shows it. Times in Unix seconds. */
export interface SessionInfo {
  /** For `revoke`; the same as `session.id` in that session. It opens nothing. */
  readonly id: string;
  readonly subject: string;
  /** As given to `login`. */
  readonly label: string | undefined;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly expiresAt: number;
  readonly persistent: boolean;
  /**
   * When the user logged in or confirmed last; undefined in a session from before this was saved.
   */
  readonly authenticatedAt: number | undefined;
  /** As given to `login`. */
  readonly tag: string | undefined;
}

/**
 * Lists and ends sessions in a store from outside of their requests: by their ids, and by their
 * users.
 */
export class SessionDirectory {
  readonly #store: SessionStore & Partial<IndexedStore>;
  readonly #sessions: StoredSessions;
  readonly #lifetimes: Lifetimes;
  readonly #ends: EndAnnouncer;

  constructor(store: SessionStore, sessions: StoredSessions, lifetimes: Lifetimes, ends: EndAnnouncer) {
    this.#store = store;
    this.#sessions = sessions;
    this.#lifetimes = lifetimes;
    this.#ends = ends;
  }

  /** Whether the store finds sessions by their subject. */
  get isIndexed(): boolean {
    return isIndexed(this.#store);
  }

  async list(subject: string): Promise<readonly SessionInfo[]> {
    const { lifetime, idleTimeout } = this.#lifetimes;
    const stored = await this.#indexed.listBySubject(subject);
    const sessions = stored.flatMap(({ id, payload, expiresAt }): SessionInfo[] => {
      const record = recordOf(payload);
      if (record === undefined) return [];
      // A touch moves only the store's expiry. Where the absolute end is nearer, that says less
      // than the payload does.
      const touchedAt = expiresAt < record.createdAt + lifetime ? expiresAt - idleTimeout : 0;
      const { label, createdAt, persistent, authenticatedAt, tag } = record;
      const lastSeenAt = Math.max(record.lastSeenAt, touchedAt);
      return [{ id, subject, label, createdAt, lastSeenAt, expiresAt, persistent, authenticatedAt, tag }];
    });
    return sessions.sort((a, b) => b.lastSeenAt - a.lastSeenAt);
  }

  async revoke(id: string, options: { readonly subject?: string | undefined }): Promise<boolean> {
    if (!isStoreId(id)) {
      throw new InvalidOptionError(
        `revoke takes the id of a stored session: 43 characters of base64url. It got ${typeof id === "string" ? `a text of ${(id as string).length} characters` : kindOf(id)}. Fix: an id from list(), or session.id.`,
      );
    }
    const payload = await this.#sessions.read(id);
    if (payload === undefined) return false;
    const entry = readRedirect(payload) === undefined ? { id, payload } : await this.#sessions.find(id);
    const record = entry === undefined ? undefined : recordOf(entry.payload);
    if (entry === undefined || record === undefined) return false;
    if ("subject" in options && options.subject !== record.subject) return false;
    await this.#sessions.remove(entry, "revoked");
    return true;
  }

  /**
   * Removes until a listing is empty: a renewal that is under way writes a session that the first
   * listing does not hold.
   */
  async revokeAll(subject: string, { except }: { readonly except?: string | undefined }): Promise<number> {
    try {
      return await this.#removeAll(subject, except);
    } finally {
      // Some may have ended, although the store failed then.
      await this.#ends.endedOf(subject, "revoked");
    }
  }

  async #removeAll(subject: string, except: string | undefined): Promise<number> {
    let count = 0;
    for (let round = 0; round < MAX_ATTEMPTS; round++) {
      // The session that stays may be renewed meanwhile.
      const spared = except === undefined ? undefined : ((await this.#sessions.find(except))?.id ?? except);
      count += await this.#indexed.deleteBySubject(subject, spared);
      const left = await this.#indexed.listBySubject(subject);
      if (left.every(({ id }) => id === spared || id === except)) return count;
    }
    throw conflict();
  }

  get #indexed(): IndexedStore {
    return this.#store as IndexedStore;
  }
}
