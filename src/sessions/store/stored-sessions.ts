import type { Clock } from "../../clock.ts";
import type { SessionEndReport } from "../../diagnostics.ts";
import { SessionError } from "../../errors.ts";
import type { Emptied, StoredAt, Write, Written } from "../backend.ts";
import { expiryOf, MOVE_REMEMBERED, type Lifetimes } from "../data/lifetime.ts";
import type { EndAnnouncer } from "../ends/session-ends.ts";
import type { EndReason } from "../ends/session-ended.ts";
import { publishEnd } from "../data/publish-end.ts";
import { readRedirect, TOMBSTONE, writeRedirect, type Redirect } from "./redirect.ts";
import { writeValidData } from "../data/session-json.ts";
import { recordOf } from "./session-payload.ts";
import type { SessionRecord } from "../data/session-record.ts";
import type { StoreClient } from "./store-client.ts";

/**
 * Requests of one process wait for each other. So other processes would have to save in between
 * this often: while eight of them write 200 times as fast as they can, one may lose 60 times.
 */
export const MAX_ATTEMPTS = 256;
/** So often a session may be renewed while one request runs. */
const MAX_MOVES = 8;
/** Upper bound for the back-off, in milliseconds. Longer waits would starve this request. */
const LONGEST_PAUSE = 16;

/** Where a session is in the store, and what the store has there. */
export type StoreEntry = Pick<StoredAt, "id" | "payload" | "until">;
/** The same for a session that is there. */
export type FoundEntry = StoreEntry & { readonly payload: string };

/** What was written, and where. */
export interface WrittenAt extends Written {
  readonly id: string;
  /** What the store has there now, after `replace`. */
  readonly payload?: string | undefined;
  /**
   * Whether a login was saved although the session that it began with had been ended, or replaced
   * by another login.
   */
  readonly hasOutlived?: boolean;
}

/**
 * The sessions in a store, by their ids. It compares before it writes, and merges with what others
 * have written, in an order in which nothing that was saved is lost and nothing that was ended
 * comes back, whatever fails in between.
 */
export class StoredSessions {
  readonly #store: StoreClient;
  readonly #clock: Clock;
  readonly #lifetimes: Lifetimes;
  readonly #ends: EndAnnouncer;

  constructor(
    store: StoreClient,
    { clock, lifetimes, ends }: { readonly clock: Clock; readonly lifetimes: Lifetimes; readonly ends: EndAnnouncer },
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#lifetimes = lifetimes;
    this.#ends = ends;
  }

  /** What the store has under an id: a session, a redirect, a tombstone or nothing. */
  async read(id: string): Promise<string | undefined> {
    return await this.#store.get(id);
  }

  /**
   * Finds the session, following renewals. Undefined if it was deleted, or replaced by a login.
   *
   * @param moves how many redirects have led here.
   */
  async find(id: string, moves: number = 0): Promise<FoundEntry | undefined> {
    const payload = await this.read(id);
    const redirect = readRedirect(payload);
    if (redirect !== undefined)
      return redirect.byLogin || moves === MAX_MOVES ? undefined : await this.find(redirect.id, moves + 1);
    return payload === undefined || payload === TOMBSTONE ? undefined : { id, payload };
  }

  /**
   * Finds the session as `find` does, or says why it is not there: nothing is under this id, a
   * login has taken its place, or it has ended.
   */
  async locate(id: string): Promise<FoundEntry | { readonly absence: "nothing" | "login" | "ended" }> {
    let at = id;
    for (let moves = 0; moves <= MAX_MOVES; moves++) {
      const payload = await this.read(at);
      if (payload === undefined) return { absence: moves === 0 ? "nothing" : "ended" };
      const redirect = readRedirect(payload);
      if (redirect === undefined) return payload === TOMBSTONE ? { absence: "ended" } : { id: at, payload };
      if (redirect.byLogin) return { absence: "login" };
      at = redirect.id;
    }
    return { absence: "ended" };
  }

  async create(id: string, record: SessionRecord, text: string): Promise<void> {
    const { subject } = record;
    const payload = this.#store.payloadOf(record, text);
    const wasFree = await this.#store.set("saving a new session", id, payload, expiryOf(record, this.#lifetimes), {
      subject,
    });
    if (!wasFree)
      throw new SessionError(
        "store_failed",
        "The session store says that a new, random id is taken. It does not keep its contract.",
      );
  }

  /**
   * Moves the end of a session by writing the same payload again, if it is still there. A
   * concurrent change is kept.
   *
   * @returns whether the session is still there.
   */
  async extend({ id, payload: start }: StoreEntry, record: SessionRecord): Promise<boolean> {
    let payload = start;
    let { createdAt, subject } = record;
    for (let attempt = 0; payload !== undefined && attempt < MAX_ATTEMPTS; attempt++) {
      const expiresAt = expiryOf({ createdAt, subject, lastSeenAt: record.lastSeenAt }, this.#lifetimes);
      if (
        await this.#store.set("moving the end of a session", id, payload, expiresAt, { replaces: payload, subject })
      ) {
        this.#ends.lives(id, expiresAt);
        return true;
      }
      payload = await this.read(id);
      const theirs = payload === undefined ? undefined : recordOf(payload);
      if (theirs === undefined) return false;
      ({ createdAt, subject } = theirs);
    }
    return false;
  }

  /**
   * Writes over what this request has loaded, or over what another has saved since. Undefined if
   * nothing is there any more.
   *
   * @param latest what this process has written since, so that it need not be read.
   */
  async replace(write: Write, start: StoreEntry, latest?: FoundEntry): Promise<WrittenAt | undefined> {
    let payload: string | undefined;
    const overwrite = (entry: StoreEntry, { record, text }: Written): Promise<boolean> => {
      payload = this.#store.payloadOf(record, text);
      return this.#put(entry, record, payload);
    };
    const written = await this.#write(write, start, overwrite, latest);
    return written && { ...written, payload };
  }

  /**
   * Makes this request's changes on a session that it has not loaded. Undefined if that is not
   * there any more.
   */
  async join(write: Write, entry: FoundEntry): Promise<WrittenAt | undefined> {
    const record = recordOf(entry.payload);
    if (record === undefined) return undefined;
    write.applyChanges(record.data);
    return await this.replace({ ...write, record, text: writeValidData(record.data) }, entry);
  }

  /**
   * Saves a session under a new id, and then says so in the place of the old one. Whatever fails or
   * ends in between, no state is lost, and nothing that was ended stays.
   *
   * @param id the new one.
   * @param nonce of a login; see `loginToken`.
   * @returns under which id it is saved: another than the new one if another request has moved it
   *   meanwhile. Undefined if it has ended.
   */
  async move(write: Write, start: StoreEntry, id: string, nonce?: string): Promise<WrittenAt | undefined> {
    const { record, text, isLogin } = write;
    await this.create(id, record, text);
    let fresh = this.#store.payloadOf(record, text);
    const at = this.#clock();
    let isElsewhere = false;
    const told = async (from: string): Promise<void> =>
      await (isLogin ? this.#ends.ended(from, "login") : this.#ends.moved(from, id));
    let unanswered: WrittenAt | undefined;
    try {
      const written = await this.#write(write, start, async (entry, merged) => {
        isElsewhere = entry.id !== start.id && !isLogin;
        if (isElsewhere) return await this.#overwrite(entry, merged);
        if (merged.conflicts > 0) {
          await this.#overwrite({ id, payload: fresh }, merged);
          fresh = this.#store.payloadOf(merged.record, merged.text);
        }
        const redirect = writeRedirect({ id, at, byLogin: isLogin, nonce });
        const until = entry.until ?? at + MOVE_REMEMBERED;
        unanswered = { ...merged, id: entry.id };
        const isMoved = await this.#store.set("saving a session", entry.id, redirect, until, {
          replaces: entry.payload,
        });
        unanswered = undefined;
        if (isMoved) await told(entry.id);
        return isMoved;
      });
      if (written !== undefined && !isElsewhere) return { ...written, id };
      // A session deleted meanwhile stays deleted. A login is saved anyway: it is a new session.
      if (written === undefined && isLogin) return { record, text, conflicts: 0, id, hasOutlived: true };
      await this.delete(id);
      return written;
    } catch (error) {
      // The redirect may have been written although its answer was lost. Then the session is here,
      // and to delete it would end it.
      if (unanswered !== undefined && (await this.#leadsTo(unanswered.id, id, error))) {
        await told(unanswered.id);
        return { ...unanswered, id };
      }
      // No browser has its token.
      await this.delete(id).catch(ignore);
      throw error;
    }
  }

  /**
   * Whether there is a redirect from one id to the other.
   *
   * @throws the given error if the store cannot say. A session that nothing leads to expires by
   *   itself.
   */
  async #leadsTo(from: string, to: string, error: unknown): Promise<boolean> {
    const payload = await this.read(from).catch(() => {
      throw error;
    });
    return readRedirect(payload)?.id === to;
  }

  /**
   * The login that has replaced the session of this id, if another request has logged in meanwhile.
   */
  async loginAt(id: string): Promise<Redirect | undefined> {
    const redirect = readRedirect(await this.read(id));
    return redirect?.byLogin === true ? redirect : undefined;
  }

  /**
   * Ends a session wherever it is: a concurrent request may have moved it, or be about to.
   *
   * @param reason what those are told who listen for the session's end.
   */
  async remove(start: StoreEntry, reason: EndReason = "logout"): Promise<void> {
    let entry = start;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { id, payload, until } = entry;
      const redirect = readRedirect(payload);
      const isEnded = redirect !== undefined || (await this.#bury(entry));
      // A login's redirect stays until it expires: the old token may have been planted. What a copy
      // of a cookie could use must be remembered.
      if (isEnded && redirect?.byLogin !== true && until === undefined) await this.delete(id);
      if (isEnded && redirect === undefined) return await this.#ends.ended(id, reason);
      const next = redirect?.id ?? id;
      const found = await this.read(next);
      if (found === undefined || found === TOMBSTONE) return;
      entry = next === id ? { id, payload: found, until } : { id: next, payload: found };
    }
    throw conflict();
  }

  /**
   * Ends one session of a list, following renewals. A login that has replaced it meanwhile is
   * another session, and stays.
   *
   * @returns whether this call has ended it; false if it was gone.
   */
  async end(start: FoundEntry, reason: SessionEndReport["reason"]): Promise<boolean> {
    let entry: FoundEntry | undefined = start;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { id, payload }: FoundEntry = entry;
      if (await this.#bury(entry)) {
        await this.delete(id);
        publishEnd({ id, subject: recordOf(payload)?.subject, reason });
        await this.#ends.ended(id, reason);
        return true;
      }
      entry = await this.find(id);
      if (entry === undefined) return false;
    }
    throw conflict();
  }

  /**
   * Ends a session that this request has emptied. A concurrent change is kept, and so is the
   * session of a login.
   */
  async removeEmptied(write: Write, start: StoreEntry): Promise<Emptied> {
    const written = await this.#write(write, start, async (entry, merged) => {
      if (merged.text !== "{}") return await this.#overwrite(entry, merged);
      if (!(await this.#bury(entry))) return false;
      if (entry.until === undefined) await this.delete(entry.id);
      await this.#ends.ended(entry.id, "emptied");
      return true;
    });
    if (written === undefined) return "gone";
    return written.text === "{}" ? "ended" : "saved";
  }

  async delete(id: string): Promise<void> {
    await this.#store.delete(id);
  }

  /**
   * Compare-and-set loop: merges with the latest payload and retries, following the session if it
   * moved.
   *
   * @returns what was written, and where; undefined if nothing is there any more.
   */
  async #write(
    { record, text, applyChanges }: Write,
    start: StoreEntry,
    write: (entry: StoreEntry, written: Written) => Promise<boolean>,
    latest?: FoundEntry,
  ): Promise<WrittenAt | undefined> {
    let written: Written = { record, text, conflicts: 0 };
    let entry = start;
    let newer = latest?.payload === start.payload ? undefined : latest;
    const before = start.payload === undefined ? undefined : recordOf(start.payload);
    while (written.conflicts < MAX_ATTEMPTS) {
      if (newer === undefined) {
        if (await write(entry, written)) return { ...written, id: entry.id };
        newer = await this.find(entry.id);
        if (written.conflicts > 0) await pause(written.conflicts);
      }
      const theirs = newer && recordOf(newer.payload);
      if (newer === undefined || theirs === undefined) return undefined;
      [entry, newer] = [newer, undefined];
      applyChanges(theirs.data);
      const persistent = record.persistent === before?.persistent ? theirs.persistent : record.persistent;
      written = {
        record: { ...record, persistent, data: theirs.data },
        text: writeValidData(theirs.data),
        conflicts: written.conflicts + 1,
      };
    }
    throw conflict();
  }

  /**
   * Replaces the payload by a tombstone atomically. A concurrent renewal then either sees the
   * tombstone, or has left a redirect.
   */
  async #bury({ id, payload, until = this.#clock() + MOVE_REMEMBERED }: StoreEntry): Promise<boolean> {
    return await this.#store.set("ending a session", id, TOMBSTONE, until, { replaces: payload });
  }

  #overwrite(entry: StoreEntry, { record, text }: Written): Promise<boolean> {
    return this.#put(entry, record, this.#store.payloadOf(record, text));
  }

  async #put({ id, payload: replaces }: StoreEntry, record: SessionRecord, payload: string): Promise<boolean> {
    const { subject } = record;
    const expiresAt = expiryOf(record, this.#lifetimes);
    const isSaved = await this.#store.set("saving a session", id, payload, expiresAt, { replaces, subject });
    if (isSaved) this.#ends.lives(id, expiresAt);
    return isSaved;
  }
}

/** The error for a session that others change all the time. */
export function conflict(): SessionError {
  return new SessionError(
    "store_conflict",
    `Other processes have changed this session ${MAX_ATTEMPTS} times while this request tried to. Data that changes this often belongs in a database, not in a session.`,
  );
}

/**
 * Waits some milliseconds, more each time and never the same, so that processes that collide once
 * do not collide again.
 */
export async function pause(attempt: number): Promise<void> {
  const milliseconds = Math.random() * Math.min(LONGEST_PAUSE, 2 ** attempt);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function ignore(): void {}
