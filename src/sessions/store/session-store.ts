import type { AnnouncementListener } from "../ends/end-bus.ts";

/**
 * Where server-side sessions are saved: a key-value store of strings with expiry.
 *
 * An author of a store needs no knowledge of sessions. A store never sees a visitor's token (`id`
 * is a hash of it), never parses the payload, opens no connection, starts no timer, and throws only
 * when the system behind it fails: what is absent or expired is `undefined`, and removing nothing
 * is fine. Times are whole Unix seconds.
 */
export interface SessionStore {
  /** The payload saved under this id; undefined if nothing is saved or it has expired. */
  get(id: string): Promise<string | undefined>;

  /**
   * Saves the payload until `expiresAt`, in place of any before it, and says whether it did.
   *
   * With `replaces`, only if the payload stored now is still that text, and has not expired.
   * Replacing a payload by itself moves its expiry. Without it, only if nothing is stored under
   * this id. The comparison and the writing are one atomic step.
   */
  set(id: string, payload: string, expiresAt: number, options?: SetOptions): Promise<boolean>;

  /** Deletes what is saved under this id. */
  delete(id: string): Promise<void>;
}

/** How `SessionStore.set` is to write. */
export interface SetOptions {
  /** The payload that must still be there. */
  readonly replaces?: string | undefined;
  /** Whose session this is, for stores that can list and end all sessions of one subject. */
  readonly subject?: string | undefined;
}

/** A store without an expiry of its own: somebody has to sweep it. */
export interface SweepableStore extends SessionStore {
  /**
   * Removes at most `limit` expired sessions (1,000 unless told otherwise) and says how many it
   * removed.
   */
  deleteExpired(limit?: number): Promise<number>;
}

/** A session as a list of somebody's sessions shows it. */
export interface StoredSession {
  readonly id: string;
  readonly payload: string;
  readonly expiresAt: number;
}

/** A store that can find the sessions of one subject: what "log out everywhere" needs. */
export interface IndexedStore extends SessionStore {
  listBySubject(subject: string): Promise<readonly StoredSession[]>;
  /**
   * Removes all sessions of the subject except the one with the id `except`, and says how many it
   * removed.
   */
  deleteBySubject(subject: string, except?: string): Promise<number>;
}

/**
 * A store that passes messages between the processes that use it. With it, `manager.onEnd` hears of
 * the end of a session in any of them.
 */
export interface AnnouncingStore extends SessionStore {
  /**
   * Passes a message on to all who listen on the same place: the same database, and the same prefix
   * or table. A message has at most 100 letters, digits, spaces, hyphens and underscores. It
   * resolves when the message was handed over, and rejects where that failed.
   */
  announce(message: string): Promise<void>;
  /**
   * Begins to listen, and resolves once messages are heard. A message that was announced after that
   * is given to `listener.heard`, or `listener.missed` is called after the loss of it. It rejects
   * where listening cannot begin, and is then called again later.
   *
   * @returns a function that stops listening, and frees what was taken for it. Undefined if this
   *   store has no connection to listen on.
   */
  listen(listener: AnnouncementListener): Promise<() => Promise<void>> | undefined;
}

export type { AnnouncementListener };
