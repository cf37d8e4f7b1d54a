import { SessionError } from "../../errors.ts";
import { LAST_SECOND } from "../data/lifetime.ts";
import { recordOf } from "./session-payload.ts";
import type { StoreClient } from "./store-client.ts";
import { conflict, MAX_ATTEMPTS, pause, type StoredSessions } from "./stored-sessions.ts";
import { tagId } from "./token.ts";

/** A provider's `sid` belongs to one user. What more users share is not a tag of a session. */
const MAX_SUBJECTS = 100;
const PREFIX = "tag ";

/**
 * Finds the sessions with a tag. A store needs no index of tags: it remembers which users have had
 * sessions with the tag, and the sessions of a user say themselves which tag they have.
 */
export class SessionTags {
  readonly #store: StoreClient;
  readonly #sessions: StoredSessions;

  constructor(store: StoreClient, sessions: StoredSessions) {
    this.#store = store;
    this.#sessions = sessions;
  }

  /**
   * Remembers that a user has a session with this tag. Before that session is saved, so that no
   * session has a tag by which it is not found.
   *
   * @param until the session's end, in Unix seconds. Infinity: for good.
   * @throws SessionError `session_invalid` for a tag that too many users share.
   */
  async note(tag: string, subject: string, until: number): Promise<void> {
    const id = tagId(tag);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const before = await this.#store.get(id);
      const subjects = new Set([...readSubjects(before), subject]);
      if (subjects.size > MAX_SUBJECTS)
        throw new SessionError(
          "session_invalid",
          `The login was refused: its tag stands at the sessions of more than ${MAX_SUBJECTS} users. Fix: give session.login a tag that belongs to one login, such as the claim sid of the ID token.`,
        );
      const payload = PREFIX + JSON.stringify([...subjects]);
      const expiresAt = Math.min(until, LAST_SECOND);
      if (await this.#store.set("noting a tag", id, payload, expiresAt, { replaces: before })) return;
      await pause(attempt);
    }
    throw conflict();
  }

  /**
   * Ends all sessions with the tag, until a listing shows none: a renewal that is under way writes
   * a session that the first listing does not hold.
   *
   * @returns how many were ended.
   */
  async revoke(tag: string): Promise<number> {
    let count = 0;
    for (const subject of readSubjects(await this.#store.get(tagId(tag)))) count += await this.#revokeOf(subject, tag);
    return count;
  }

  async #revokeOf(subject: string, tag: string): Promise<number> {
    let count = 0;
    for (let round = 0; round < MAX_ATTEMPTS; round++) {
      const sessions = await this.#store.listBySubject(subject);
      const tagged = sessions.filter(({ payload }) => recordOf(payload)?.tag === tag);
      if (tagged.length === 0) return count;
      for (const { id, payload } of tagged) {
        if (await this.#sessions.end({ id, payload }, "revoked")) count++;
      }
    }
    throw conflict();
  }
}

function readSubjects(payload: string | undefined): readonly string[] {
  return payload?.startsWith(PREFIX) === true ? (JSON.parse(payload.slice(PREFIX.length)) as readonly string[]) : [];
}
