import type { Clock } from "../../clock.ts";
import { SessionError } from "../../errors.ts";
import { ask, type Patience } from "../ask.ts";
import type { Emptied, Held, Outgoing, Saved } from "../backend.ts";
import { expiryOf, MOVE_REMEMBERED, type Lifetimes } from "../data/lifetime.ts";
import { readMark, TOMBSTONE, writeMark, type MovedMark } from "./moved-mark.ts";
import { writeSessionJson } from "../data/session-json.ts";
import { payloadOf, recordOf } from "./session-payload.ts";
import type { SessionRecord } from "../data/session-record.ts";
import { largestEntries } from "../data/session-size.ts";
import type { SessionStore, SetOptions } from "./session-store.ts";

/**
 * Requests of one process wait for each other, so other processes would have to save in between
 * this often, one after the other.
 */
export const MAX_ATTEMPTS = 64;
/** So often a session may be renewed while one request runs. */
const MAX_MOVES = 8;
/** Upper bound for the back-off, in milliseconds. Longer waits would starve this request. */
const LONGEST_PAUSE = 16;

/** The record as written, after merging concurrent changes. */
export type Kept = Pick<Saved, "record" | "text" | "conflicts">;
/** Where a session is kept, and what the store keeps there. */
export type Place = Pick<Held, "id" | "payload" | "until">;
/** What was saved, and where. */
export interface KeptAt extends Kept {
  readonly id: string;
  /**
   * Whether a login was saved although the session that it began with had been ended, or replaced
   * by another login.
   */
  readonly hasOutlived?: boolean;
}

/** How a session moves to a new token. */
export interface Move {
  /** The new id. */
  readonly id: string;
  /** Of a login; see `loginToken`. */
  readonly nonce?: string | undefined;
}

interface StoredSessionsContext {
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
  /** Seconds that the store may take for one answer. */
  readonly timeout: number;
  readonly maxPayloadBytes: number;
}

/**
 * The sessions in a store, by their ids. It compares before it writes, and merges with what others
 * have written, in an order in which nothing that was saved is lost and nothing that was ended
 * comes back, whatever fails in between.
 */
export class StoredSessions {
  readonly #store: SessionStore;
  readonly #clock: Clock;
  readonly #lifetimes: Lifetimes;
  readonly #patience: Patience;
  readonly #maxPayloadBytes: number;

  constructor(store: SessionStore, { clock, lifetimes, timeout, maxPayloadBytes }: StoredSessionsContext) {
    this.#store = store;
    this.#clock = clock;
    this.#lifetimes = lifetimes;
    this.#patience = { whom: "The session store", option: "storeTimeout", timeout };
    this.#maxPayloadBytes = maxPayloadBytes;
  }

  /** What is kept under an id: a session, a mark, a tombstone or nothing. */
  async read(id: string): Promise<string | undefined> {
    return await this.#ask("reading a session", () => this.#store.get(id));
  }

  /**
   * Finds the session, following renewals. Undefined if it was deleted, or replaced by a login.
   *
   * @param moves how many marks have led here.
   */
  async find(id: string, moves: number = 0): Promise<SessionPlace | undefined> {
    const payload = await this.read(id);
    const mark = readMark(payload);
    if (mark !== undefined) return mark.byLogin || moves === MAX_MOVES ? undefined : await this.find(mark.id, moves + 1);
    return payload === undefined || payload === TOMBSTONE ? undefined : { id, payload };
  }

  async create(id: string, record: SessionRecord, text: string): Promise<void> {
    const { subject } = record;
    const payload = this.#payloadOf(record, text);
    const wasFree = await this.#set("saving a new session", id, payload, expiryOf(record, this.#lifetimes), { subject });
    if (!wasFree)
      throw new SessionError("store_failed", "The session store says that a new, random id is taken. It does not keep its contract.");
  }

  /**
   * Moves the end of a session by writing the same payload again, if it is still there. A
   * concurrent change is kept.
   *
   * @returns whether the session is still there.
   */
  async extend(held: Held, record: SessionRecord): Promise<boolean> {
    let payload = held.payload;
    let { createdAt, subject } = record;
    for (let attempt = 0; payload !== undefined && attempt < MAX_ATTEMPTS; attempt++) {
      const expiresAt = expiryOf({ createdAt, subject, lastSeenAt: record.lastSeenAt }, this.#lifetimes);
      if (await this.#set("moving the end of a session", held.id, payload, expiresAt, { replaces: payload, subject })) return true;
      payload = await this.read(held.id);
      const theirs = payload === undefined ? undefined : recordOf(payload);
      if (theirs === undefined) return false;
      ({ createdAt, subject } = theirs);
    }
    return false;
  }

  /**
   * Writes over what this request has loaded, or over what another has saved since. Undefined if
   * nothing is there any more.
   */
  async replace(session: Outgoing, place: Place): Promise<KeptAt | undefined> {
    return await this.#write(session, place, async (at, kept) => await this.#overwrite(at, kept));
  }

  /**
   * Makes this request's changes on a session that it has not loaded. Undefined if that is not
   * there any more.
   */
  async join(session: Outgoing, place: Place & { readonly payload: string }): Promise<KeptAt | undefined> {
    const record = recordOf(place.payload);
    if (record === undefined) return undefined;
    session.replay(record.data);
    return await this.replace({ ...session, record, text: writeSessionJson(record.data) }, place);
  }

  /**
   * Saves a session under a new id, and then says so in the place of the old one. Whatever fails or
   * ends in between, no state is lost and none is kept that was ended.
   *
   * @returns under which id it is saved: another than the new one if another request has moved it
   *   meanwhile. Undefined if it has ended.
   */
  async move(session: Outgoing, held: Held, { id, nonce }: Move): Promise<KeptAt | undefined> {
    const { record, text, isLogin } = session;
    await this.create(id, record, text);
    let fresh = this.#payloadOf(record, text);
    const at = this.#clock();
    let isElsewhere = false;
    try {
      const written = await this.#write(session, held, async (place, kept) => {
        isElsewhere = place.id !== held.id && !isLogin;
        if (isElsewhere) return await this.#overwrite(place, kept);
        if (kept.conflicts > 0) {
          await this.#overwrite({ id, payload: fresh }, kept);
          fresh = this.#payloadOf(kept.record, kept.text);
        }
        const mark = writeMark({ id, at, byLogin: isLogin, nonce });
        return await this.#set("saving a session", place.id, mark, place.until ?? at + MOVE_REMEMBERED, { replaces: place.payload });
      });
      if (written !== undefined && !isElsewhere) return { ...written, id };
      // A session deleted meanwhile stays deleted. A login is saved anyway: it is a new session.
      if (written === undefined && isLogin) return { record, text, conflicts: 0, id, hasOutlived: true };
      await this.delete(id);
      return written;
    } catch (error) {
      // Its token was sent to nobody. If the store cannot be told either, it expires by itself.
      await this.delete(id).catch(ignore);
      throw error;
    }
  }

  /**
   * The login that has replaced the session of this place, if another request has logged in
   * meanwhile.
   */
  async loginAt(place: Place): Promise<MovedMark | undefined> {
    const mark = readMark(await this.read(place.id));
    return mark?.byLogin === true ? mark : undefined;
  }

  /** Ends a session wherever it is: a concurrent request may have moved it, or be about to. */
  async remove(start: Place): Promise<void> {
    let place = start;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { id, payload, until } = place;
      const mark = readMark(payload);
      const isEnded = mark !== undefined || (await this.#bury(place));
      // A login's mark stays until it expires: the old token may have been planted. What a copy of
      // a cookie could use must be remembered.
      if (isEnded && mark?.byLogin !== true && until === undefined) await this.delete(id);
      if (isEnded && mark === undefined) return;
      const next = mark?.id ?? id;
      const found = await this.read(next);
      if (found === undefined || found === TOMBSTONE) return;
      place = next === id ? { id, payload: found, until } : { id: next, payload: found };
    }
    throw conflict();
  }

  /**
   * Ends a session that this request has emptied. A concurrent change is kept, and so is the
   * session of a login.
   */
  async removeEmptied(session: Outgoing, start: Place): Promise<Emptied> {
    const written = await this.#write(session, start, async (place, kept) => {
      if (kept.text !== "{}") return await this.#overwrite(place, kept);
      if (!(await this.#bury(place))) return false;
      if (place.until === undefined) await this.delete(place.id);
      return true;
    });
    if (written === undefined) return "gone";
    return written.text === "{}" ? "ended" : "saved";
  }

  async delete(id: string): Promise<void> {
    await this.#ask("ending a session", () => this.#store.delete(id));
  }

  /**
   * Compare-and-set loop: merges with the latest payload and retries, following the session if it
   * moved.
   *
   * @returns what was written, and where; undefined if nothing is there any more.
   */
  async #write(
    { record, text, replay }: Outgoing,
    start: Place,
    write: (place: Place, kept: Kept) => Promise<boolean>,
  ): Promise<KeptAt | undefined> {
    let kept: Kept = { record, text, conflicts: 0 };
    let place = start;
    const before = start.payload === undefined ? undefined : recordOf(start.payload);
    while (kept.conflicts < MAX_ATTEMPTS) {
      if (await write(place, kept)) return { ...kept, id: place.id };
      const theirs = await this.find(place.id);
      const their = theirs && recordOf(theirs.payload);
      if (theirs === undefined || their === undefined) return undefined;
      place = theirs;
      replay(their.data);
      const persistent = record.persistent === before?.persistent ? their.persistent : record.persistent;
      kept = { record: { ...record, persistent, data: their.data }, text: writeSessionJson(their.data), conflicts: kept.conflicts + 1 };
      if (kept.conflicts > 1) await pause(kept.conflicts);
    }
    throw conflict();
  }

  /**
   * Replaces the payload by a tombstone atomically. A concurrent renewal then either sees the
   * tombstone, or has left a mark.
   */
  async #bury({ id, payload, until = this.#clock() + MOVE_REMEMBERED }: Place): Promise<boolean> {
    return await this.#set("ending a session", id, TOMBSTONE, until, { replaces: payload });
  }

  async #overwrite({ id, payload }: Place, { record, text }: Kept): Promise<boolean> {
    const { subject } = record;
    return await this.#set("saving a session", id, this.#payloadOf(record, text), expiryOf(record, this.#lifetimes), {
      replaces: payload,
      subject,
    });
  }

  /** True alone is a yes: a store of an application's own may answer anything. */
  async #set(doing: string, id: string, payload: string, expiresAt: number, options: SetOptions): Promise<boolean> {
    const answer: unknown = await this.#ask(doing, () => this.#store.set(id, payload, expiresAt, options));
    if (typeof answer === "boolean") return answer;
    throw new SessionError(
      "store_failed",
      `The session store's set answered neither true nor false while ${doing}. It does not keep its contract.`,
    );
  }

  #payloadOf(record: SessionRecord, text: string): string {
    const payload = payloadOf(record, text);
    // A UTF-16 unit is three bytes of UTF-8 at most: short texts need no counting.
    const bytes = payload.length * 3 <= this.#maxPayloadBytes ? 0 : Buffer.byteLength(payload, "utf8");
    if (bytes <= this.#maxPayloadBytes) return payload;
    throw new SessionError(
      "session_too_large",
      `The session would have ${bytes.toLocaleString("en")} bytes in the store, and the option maxPayloadBytes allows ${this.#maxPayloadBytes.toLocaleString("en")}. ` +
        `Its largest entries: ${largestEntries(text)}. Fix: keep large data in a database of its own, or raise maxPayloadBytes.`,
    );
  }

  /** The store's answer; a SessionError when it fails or is late. */
  #ask<Answer>(doing: string, question: () => Promise<Answer>): Promise<Answer> {
    return ask(this.#patience, doing, question);
  }
}

/** The place of a session that is there. */
type SessionPlace = Place & { readonly payload: string };

/** The error for a session that others change all the time. */
export function conflict(): SessionError {
  return new SessionError(
    "store_conflict",
    `Other processes have changed this session ${MAX_ATTEMPTS} times while this request tried to. Data that changes this often belongs in a database, not in a session.`,
  );
}

/**
 * Some milliseconds, more each time and never the same, so that processes that collide once do not
 * collide again.
 */
async function pause(attempt: number): Promise<void> {
  const milliseconds = Math.random() * Math.min(LONGEST_PAUSE, 2 ** attempt);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function ignore(): void {}
