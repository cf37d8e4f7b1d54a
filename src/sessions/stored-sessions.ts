import type { Clock } from "../clock.ts";
import { SessionError } from "../errors.ts";
import { ask, type Patience } from "./ask.ts";
import type { Held, Outgoing, Saved } from "./backend.ts";
import { expiryOf, MOVE_REMEMBERED, type Lifetimes } from "./lifetime.ts";
import { readMark, TOMBSTONE, writeMark } from "./moved-mark.ts";
import { writeSessionJson } from "./session-json.ts";
import { payloadOf, recordOf } from "./session-payload.ts";
import type { SessionRecord } from "./session-record.ts";
import type { SessionStore } from "./store.ts";

/** Requests of one process wait for each other, so other processes would have to save in between this often, one after the other. */
const MAX_ATTEMPTS = 64;
/** So often a session may be renewed while one request runs. */
const MAX_MOVES = 8;
/** Milliseconds. Whoever has just won goes straight on with the next request, so those who wait long would lose again and again. */
const LONGEST_PAUSE = 16;

/** What a write has kept: with other requests' changes, if there were any. */
export type Kept = Pick<Saved, "record" | "text" | "conflicts">;
/** Where a session is kept. */
export type Place = Pick<Held, "id" | "payload">;
/** What was kept, and where. */
export type KeptAt = Kept & { readonly id: string };

/**
 * The sessions in a store, by their ids. It compares before it writes, and merges with what others have written, in an order in which nothing that was kept
 * is lost and nothing that was ended comes back, whatever fails in between.
 */
export class StoredSessions {
  readonly #store: SessionStore;
  readonly #clock: Clock;
  readonly #lifetimes: Lifetimes;
  readonly #patience: Patience;

  /** @param timeout seconds that the store may take for one answer. */
  constructor(
    store: SessionStore,
    { clock, lifetimes, timeout }: { readonly clock: Clock; readonly lifetimes: Lifetimes; readonly timeout: number },
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#lifetimes = lifetimes;
    this.#patience = { whom: "The session store", option: "storeTimeout", timeout };
  }

  /** What is kept under an id: a session, a mark or nothing. */
  async read(id: string): Promise<string | undefined> {
    return await this.#get("reading a session", id);
  }

  /**
   * A session, or where it was renewed to. Undefined if it is no more, or somebody has logged in with it.
   *
   * @param moves how many marks have led here.
   */
  async find(id: string, moves: number = 0): Promise<Place | undefined> {
    const payload = await this.#get("reading a session again", id);
    const mark = readMark(payload);
    if (mark !== undefined) return mark.byLogin || moves === MAX_MOVES ? undefined : await this.find(mark.id, moves + 1);
    return payload === undefined ? undefined : { id, payload };
  }

  async create(id: string, record: SessionRecord, text: string): Promise<void> {
    const { subject } = record;
    const wasFree = await this.ask("saving a new session", () =>
      this.#store.set(id, payloadOf(record, text), expiryOf(record, this.#lifetimes), { subject }),
    );
    if (!wasFree)
      throw new SessionError("store_failed", "The session store says that a new, random id is taken. It does not keep its contract.");
  }

  async touch(id: string, record: SessionRecord): Promise<void> {
    const { subject } = record;
    const replaces = await this.#get("moving the end of a session", id);
    if (replaces === undefined) return;
    await this.ask("moving the end of a session", () =>
      this.#store.set(id, replaces, expiryOf(record, this.#lifetimes), { replaces, subject }),
    );
  }

  /** Writes over what this request has loaded, or over what another has saved since. Undefined if nothing is there any more. */
  async replace(session: Outgoing, held: Held): Promise<KeptAt | undefined> {
    return await this.#write(session, held, async (place, kept) => await this.#set(place.id, kept, place.payload));
  }

  /**
   * Keeps a session under a new id, and then says so in the place of the old one: whatever fails or ends in between, no state is lost and none is kept that was ended.
   *
   * @returns under which id it is kept: another than the new one if another request has moved it meanwhile. Undefined if it has ended.
   */
  async move(session: Outgoing, held: Held, id: string): Promise<KeptAt | undefined> {
    const { record, text, outlives } = session;
    await this.create(id, record, text);
    let fresh = payloadOf(record, text);
    const at = this.#clock();
    let isElsewhere = false;
    try {
      const written = await this.#write(session, held, async (place, kept) => {
        isElsewhere = place.id !== held.id && !outlives;
        if (isElsewhere) return await this.#set(place.id, kept, place.payload);
        if (kept.conflicts > 0) {
          await this.#set(id, kept, fresh);
          fresh = payloadOf(kept.record, kept.text);
        }
        const mark = writeMark({ id, at, byLogin: outlives });
        return await this.#store.set(place.id, mark, at + MOVE_REMEMBERED, { replaces: place.payload });
      });
      if (written !== undefined && !isElsewhere) return { ...written, id };
      // What has ended is ended, but for a login, which stands on its own.
      if (written === undefined && outlives) return { record, text, conflicts: 0, id };
      await this.#delete(id);
      return written;
    } catch (error) {
      // Nobody has its token. If the store does not hear of this either, it ends by itself.
      await this.#delete(id).catch(ignore);
      throw error;
    }
  }

  /** Ends a session wherever it is: a parallel request may have moved it, or be about to. */
  async remove(held: Held): Promise<void> {
    let { id, payload } = held;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const [here, expected, until] = [id, payload, this.#clock() + MOVE_REMEMBERED];
      const mark = readMark(payload);
      // In one step with the look: whoever renews the session at this moment finds that it has ended, or has said before where it went.
      const isEnded =
        mark !== undefined || (await this.ask("ending a session", () => this.#store.set(here, TOMBSTONE, until, { replaces: expected })));
      if (isEnded) await this.#delete(here);
      if (isEnded && mark === undefined) return;
      const next = mark?.id ?? here;
      const found = await this.#get("ending a session", next);
      if (found === undefined) return;
      [id, payload] = [next, found];
    }
    throw conflict();
  }

  /**
   * Writes until what is written over is what was merged with, wherever it is by then.
   *
   * @returns what was written, and where; undefined if nothing is there any more.
   */
  async #write(
    { record, text, replay }: Outgoing,
    held: Held,
    write: (place: Place, kept: Kept) => Promise<boolean>,
  ): Promise<KeptAt | undefined> {
    let kept: Kept = { record, text, conflicts: 0 };
    let place: Place = held;
    while (kept.conflicts < MAX_ATTEMPTS) {
      if (await this.ask("saving a session", async () => await write(place, kept))) return { ...kept, id: place.id };
      const theirs = await this.find(place.id);
      const their = theirs && recordOf(theirs.payload);
      if (theirs === undefined || their === undefined) return undefined;
      place = theirs;
      replay(their.data);
      const persistent = record.persistent === recordOf(held.payload)?.persistent ? their.persistent : record.persistent;
      kept = { record: { ...record, persistent, data: their.data }, text: writeSessionJson(their.data), conflicts: kept.conflicts + 1 };
      if (kept.conflicts > 1) await pause(kept.conflicts);
    }
    throw conflict();
  }

  async #get(doing: string, id: string): Promise<string | undefined> {
    const payload = await this.ask(doing, () => this.#store.get(id));
    return payload === TOMBSTONE ? undefined : payload;
  }

  async #set(id: string, { record, text }: Kept, replaces: string): Promise<boolean> {
    const { subject } = record;
    return await this.#store.set(id, payloadOf(record, text), expiryOf(record, this.#lifetimes), { replaces, subject });
  }

  async #delete(id: string): Promise<void> {
    await this.ask("ending a session", () => this.#store.delete(id));
  }

  /** The store's answer; a SessionError when it fails or is late. */
  ask<Answer>(doing: string, question: () => Promise<Answer>): Promise<Answer> {
    return ask(this.#patience, doing, question);
  }
}

function conflict(): SessionError {
  return new SessionError(
    "store_conflict",
    `Other processes have saved this session ${MAX_ATTEMPTS} times while this request tried to. What changes so often belongs into a database, not into a session.`,
  );
}

/** Some milliseconds, more each time and never the same, so that processes that collide once do not collide again. */
async function pause(attempt: number): Promise<void> {
  const milliseconds = Math.random() * Math.min(LONGEST_PAUSE, 2 ** attempt);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function ignore(): void {}
