import type { Clock } from "../clock.ts";
import { SessionError } from "../errors.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import { ask, type Patience } from "./ask.ts";
import type { Held, Outgoing, Reader, Reading, Saved, SessionBackend } from "./backend.ts";
import type { SessionCookie } from "./cookie.ts";
import { expiryOf, MOVE_REMEMBERED, RENEWAL_GRACE, type Lifetimes } from "./lifetime.ts";
import { readMark, TOMBSTONE, writeMark } from "./moved-mark.ts";
import { rejection, type Rejection } from "./rejection.ts";
import { writeSessionJson } from "./session-json.ts";
import { payloadOf, recordOf } from "./session-payload.ts";
import type { SessionStore } from "./store.ts";
import { TokenCookie, type Token } from "./token-cookie.ts";
import { createToken, storeIdOf } from "./token.ts";

/** A cookie comes twice when two paths or domains set it. Whoever sends more genuine tokens is not asked about in the store. */
const MAX_TOKENS = 4;
/** Requests of one process wait for each other, so other processes would have to save in between this often, one after the other. */
const MAX_ATTEMPTS = 64;
/** So often a session may be renewed while one request runs. */
const MAX_MOVES = 8;

const ENDED = "Nothing kept: the session was ended while this request ran, and what has ended is not written again.";
const RENEWED_ELSEWHERE = "Kept. No cookie sent: another request renewed the token a moment ago, and sends it.";
const NOTHING_NEW = "Kept because data changed. No cookie sent: the browser has this token.";

interface Context {
  readonly cookie: SessionCookie;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
  /** In seconds. */
  readonly timeout: number;
}

/** What a write has kept: with other requests' changes, if there were any. */
type Kept = Pick<Saved, "record" | "text" | "conflicts">;
/** Where a session is kept. */
type Place = Pick<Held, "id" | "payload">;

/** Sessions that stay in a store, under the hash of a random token. The cookie holds the token and our signature, so that a forged one never reaches the store. */
export class StoreBackend implements SessionBackend {
  readonly format = "store";
  readonly lifetimes: Lifetimes;
  readonly #store: SessionStore;
  readonly #context: Context;
  readonly #patience: Patience;
  readonly #cookies = new Map<string, TokenCookie>();
  /** The last write of each id that is under way in this process. */
  readonly #writes = new Map<string, Promise<void>>();

  constructor(store: SessionStore, context: Context) {
    this.#store = store;
    this.#context = context;
    this.#patience = { whom: "The session store", option: "storeTimeout", timeout: context.timeout };
    this.lifetimes = context.lifetimes;
  }

  cookieName(secure: boolean): string {
    return this.#context.cookie.nameFor(secure);
  }

  /** Waits for the store alone, and for that only if a genuine token came in. */
  reader(name: string, values: readonly string[]): Reader | Promise<Reader> {
    const [only, ...others] = values;
    if (only !== undefined && others.length === 0) {
      const token = this.#cookie(name).read(only);
      return "reason" in token ? () => token : this.#read(token).then((reading) => () => reading);
    }
    const opened = new Map<string, Reading | Rejection>();
    const tokens = new Map<string, Token>();
    for (const value of values) {
      const token = this.#cookie(name).read(value);
      if ("reason" in token) opened.set(value, token);
      else tokens.set(value, token);
    }
    const reader: Reader = (value) => opened.get(value) ?? rejection("malformed");
    return tokens.size === 0 ? reader : this.#readAll(tokens, opened, reader);
  }

  async #readAll(tokens: ReadonlyMap<string, Token>, opened: Map<string, Reading | Rejection>, reader: Reader): Promise<Reader> {
    for (const [value, token] of tokens) {
      opened.set(value, tokens.size > MAX_TOKENS ? rejection("duplicate") : await this.#read(token));
    }
    return reader;
  }

  async save(name: string, session: Outgoing): Promise<Saved> {
    const { held, record, text, renew, outlives } = session;
    if (held === undefined) return await this.#create(name, createToken(), { record, text, conflicts: 0 });
    // What another request has renewed a moment ago needs it no second time, and only one new cookie can be the last to reach the browser. A login is another matter.
    const isRenewal = renew && (outlives || held.token !== undefined);
    return await this.#inTurn(
      held.id,
      async () => await (isRenewal ? this.#renew(name, session, held) : this.#replace(name, session, held)),
    );
  }

  async touch(name: string, { record, text, held, resend }: Outgoing): Promise<Saved> {
    if (held === undefined) throw new SessionError("session_invalid", "Only a session that a store holds can be touched there.");
    await this.#ask("moving the end of a session", () => this.#store.touch(held.id, expiryOf(record, this.lifetimes)));
    return this.#send(name, { record, text, conflicts: 0 }, held.token, resend);
  }

  #send(name: string, { record, text, conflicts }: Kept, token: string | undefined, resend: boolean): Saved {
    const kept = { record, text, conflicts };
    if (token === undefined) return { ...kept, isKept: true, value: undefined, why: RENEWED_ELSEWHERE };
    if (!resend) return { ...kept, isKept: true, value: undefined, why: NOTHING_NEW };
    return { ...kept, isKept: true, value: this.#cookie(name).write(token) };
  }

  /** Ends a session wherever it is: a parallel request may have moved it to a new token, or be about to. */
  async remove(held: Held): Promise<void> {
    let { id, payload } = held;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const [here, expected, until] = [id, payload, this.#context.clock() + MOVE_REMEMBERED];
      const mark = readMark(payload);
      // In one step with the look: whoever renews the session at this moment finds that it has ended, or has said before where it went.
      const isEnded =
        mark !== undefined || (await this.#ask("ending a session", () => this.#store.set(here, TOMBSTONE, until, { replaces: expected })));
      if (isEnded) await this.#ask("ending a session", () => this.#store.delete(here));
      if (isEnded && mark === undefined) return;
      const next = mark?.id ?? here;
      const found = await this.#ask("ending a session", () => this.#store.get(next));
      if (found === undefined) return;
      [id, payload] = [next, found];
    }
  }

  async #create(name: string, token: string, kept: Kept): Promise<Saved> {
    const { record, text } = kept;
    const wasFree = await this.#ask("saving a new session", () =>
      this.#store.set(storeIdOf(token), payloadOf(record, text), expiryOf(record, this.lifetimes), { subject: record.subject }),
    );
    if (!wasFree)
      throw new SessionError("store_failed", "The session store says that a new, random id is taken. It does not keep its contract.");
    return this.#send(name, kept, token, true);
  }

  /** Writes over what this request has loaded, or over what another has saved since. */
  async #replace(name: string, session: Outgoing, held: Held): Promise<Saved> {
    const { record, text, resend } = session;
    const written = await this.#write(session, held, async (place, kept) => await this.#set(place.id, kept, place.payload));
    if (written === undefined) return ended({ record, text, conflicts: 0 });
    return this.#send(name, written, written.id === held.id ? held.token : undefined, resend);
  }

  /** Keeps a session under a new token, and then says so in the place of the old one: whatever fails or ends in between, no state is lost and none is kept that was ended. */
  async #renew(name: string, session: Outgoing, held: Held): Promise<Saved> {
    const { record, text, outlives } = session;
    const token = createToken();
    const id = storeIdOf(token);
    const created = await this.#create(name, token, { record, text, conflicts: 0 });
    let fresh = payloadOf(record, text);
    const at = this.#context.clock();
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
      if (written !== undefined && !isElsewhere) return this.#send(name, written, token, true);
      // What has ended is ended, but for a login, which stands on its own.
      if (written === undefined && outlives) return created;
      await this.#ask("ending a session", () => this.#store.delete(id));
      return written === undefined ? ended(created) : this.#send(name, written, undefined, false);
    } catch (error) {
      // Nobody has the token. If the store does not hear of it either, it ends by itself.
      await this.#ask("ending a session", () => this.#store.delete(id)).catch(ignore);
      throw error;
    }
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
  ): Promise<(Kept & { readonly id: string }) | undefined> {
    let kept: Kept = { record, text, conflicts: 0 };
    let place: Place = held;
    while (kept.conflicts < MAX_ATTEMPTS) {
      if (await this.#ask("saving a session", async () => await write(place, kept))) return { ...kept, id: place.id };
      const theirs = await this.#find(place.id);
      const their = theirs && recordOf(theirs.payload);
      if (theirs === undefined || their === undefined) return undefined;
      place = theirs;
      replay(their.data);
      const persistent = record.persistent === recordOf(held.payload)?.persistent ? their.persistent : record.persistent;
      kept = { record: { ...record, persistent, data: their.data }, text: writeSessionJson(their.data), conflicts: kept.conflicts + 1 };
      if (kept.conflicts > 1) await pause(kept.conflicts);
    }
    throw new SessionError(
      "store_conflict",
      `Other processes have saved this session ${MAX_ATTEMPTS} times while this request tried to. What changes so often belongs into a database, not into a session.`,
    );
  }

  async #set(id: string, { record, text }: Kept, replaces: string): Promise<boolean> {
    const { subject } = record;
    return await this.#store.set(id, payloadOf(record, text), expiryOf(record, this.lifetimes), { replaces, subject });
  }

  /**
   * A session, or where it was renewed to. Undefined if it is no more, or somebody has logged in with it.
   *
   * @param moves how many marks have led here.
   */
  async #find(id: string, moves: number = 0): Promise<Place | undefined> {
    const payload = await this.#ask("reading a session again", () => this.#store.get(id));
    const mark = readMark(payload);
    if (mark !== undefined) return mark.byLogin || moves === MAX_MOVES ? undefined : await this.#find(mark.id, moves + 1);
    return payload === undefined ? undefined : { id, payload };
  }

  /** One write of a session after the other, as far as this process goes: else all would collide, and all but one in vain. */
  async #inTurn<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#writes.get(id);
    const mine = (async () => {
      if (before !== undefined) await this.#ask("waiting for another write of the same session", () => before);
      return await work();
    })();
    const settled = mine.then(ignore, ignore);
    this.#writes.set(id, settled);
    try {
      return await mine;
    } finally {
      if (this.#writes.get(id) === settled) this.#writes.delete(id);
    }
  }

  async #read({ token, id, issuedAt, key }: Token): Promise<Reading | Rejection> {
    const payload = await this.#ask("reading a session", () => this.#store.get(id));
    const mark = readMark(payload);
    const isInGrace = mark !== undefined && !mark.byLogin && this.#context.clock() <= mark.at + RENEWAL_GRACE;
    const place = isInGrace ? await this.#find(mark.id, 1) : payload === undefined || payload === TOMBSTONE ? undefined : { id, payload };
    if (mark !== undefined && (!isInGrace || place === undefined)) return rejection("moved");
    if (place === undefined) return rejection("unknown");
    const record = recordOf(place.payload);
    if (record === undefined) return rejection("bad_payload", "The token is genuine, but what the store keeps under it is no session.");
    const held = { ...place, token: isInGrace ? undefined : token, issuedAt };
    // Touching moves the time in the cookie alone; the payload's is that of the last save.
    return { key, held, record: { ...record, lastSeenAt: Math.max(record.lastSeenAt, issuedAt) } };
  }

  #cookie(name: string): TokenCookie {
    let cookie = this.#cookies.get(name);
    if (cookie === undefined) this.#cookies.set(name, (cookie = new TokenCookie(name, this.#context.keys, this.#context.clock)));
    return cookie;
  }

  #ask<Answer>(doing: string, question: () => Promise<Answer>): Promise<Answer> {
    return ask(this.#patience, doing, question);
  }
}

/** Milliseconds. Whoever has just won goes straight on with the next request, so those who wait long would lose again and again. */
const LONGEST_PAUSE = 16;

/** Some milliseconds, more each time and never the same, so that processes that collide once do not collide again. */
async function pause(attempt: number): Promise<void> {
  const milliseconds = Math.random() * Math.min(LONGEST_PAUSE, 2 ** attempt);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function ended({ record, text, conflicts }: Kept): Saved {
  return { record, text, conflicts, isKept: false, value: undefined, why: ENDED };
}

function ignore(): void {}
