import type { Clock } from "../clock.ts";
import { SessionError } from "../errors.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import { ask, type Patience } from "./ask.ts";
import type { Held, Outgoing, Reader, Reading, Saved, SessionBackend } from "./backend.ts";
import type { SessionCookie } from "./cookie.ts";
import { expiryOf, MOVE_REMEMBERED, RENEWAL_GRACE, type Lifetimes } from "./lifetime.ts";
import { readMark, writeMark } from "./moved-mark.ts";
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
/** So often a session is looked for that was renewed and is not there yet. */
const MAX_LATE = 6;

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
type Kept = Omit<Saved, "value" | "isKept">;
/** Where a session is kept. */
type Place = Pick<Held, "id" | "payload">;

/** A write that has come about: of the session, or of the mark that it is to have a new token. */
interface Written extends Kept {
  readonly id: string;
  readonly isRenewed: boolean;
}

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
    const { held, record, text, renew, outlives, resend } = session;
    const token = held === undefined || renew ? createToken() : held.token;
    const kept = { record, text, conflicts: 0 };
    if (held === undefined) return await this.#create(name, token!, kept);
    const written = await this.#inTurn(held.id, async () => await this.#replace(session, held, token));
    if (written === undefined) return outlives ? await this.#create(name, token!, kept) : ended(kept);
    const { id, isRenewed, ...saved } = written;
    if (isRenewed) return await this.#move(name, token!, id, saved, outlives);
    return this.#send(name, saved, id === held.id ? held.token : undefined, resend);
  }

  async touch(name: string, { record, text, held, resend }: Outgoing): Promise<Saved> {
    if (held === undefined) throw new SessionError("session_invalid", "Only a session that a store holds can be touched there.");
    await this.#ask("moving the end of a session", () => this.#store.touch(held.id, expiryOf(record, this.lifetimes)));
    return this.#send(name, { record, text, conflicts: 0 }, held.token, resend);
  }

  #send(name: string, kept: Kept, token: string | undefined, resend: boolean): Saved {
    if (token === undefined) return { ...kept, isKept: true, value: undefined, why: RENEWED_ELSEWHERE };
    if (!resend) return { ...kept, isKept: true, value: undefined, why: NOTHING_NEW };
    return { ...kept, isKept: true, value: this.#cookie(name).write(token) };
  }

  /** Ends a session wherever it is: a parallel request may have moved it to a new token. */
  async remove({ id }: Held): Promise<void> {
    let place: string | undefined = id;
    for (let hop = 0; place !== undefined && hop <= MAX_MOVES; hop++) {
      const here: string = place;
      place = readMark(await this.#ask("ending a session", () => this.#store.get(here)))?.id;
      await this.#ask("ending a session", () => this.#store.delete(here));
    }
  }

  /** Keeps a session under its new token, unless a logout has ended it on the way. */
  async #move(name: string, token: string, oldId: string, kept: Kept, outlives: boolean): Promise<Saved> {
    const saved = await this.#create(name, token, kept);
    if (outlives) return saved;
    const mark = await this.#ask("reading a session again", () => this.#store.get(oldId));
    if (mark !== undefined) return saved;
    await this.#ask("ending a session", () => this.#store.delete(storeIdOf(token)));
    return ended(kept);
  }

  async #create(name: string, token: string, kept: Kept): Promise<Saved> {
    const { record, text } = kept;
    const wasFree = await this.#ask("saving a new session", () =>
      this.#store.set(storeIdOf(token), payloadOf(record, text), expiryOf(record, this.lifetimes), { subject: record.subject }),
    );
    if (!wasFree)
      throw new SessionError("store_failed", "The session store says that a new, random id is taken. It does not keep its contract.");
    return { ...kept, isKept: true, value: this.#cookie(name).write(token) };
  }

  /**
   * Writes over what this request has loaded, or over what another has saved since, wherever that is. Undefined if nothing is there any more.
   *
   * @param token the new one, if the session is to be renewed.
   */
  async #replace({ record, text, renew, outlives, replay }: Outgoing, held: Held, token: string | undefined): Promise<Written | undefined> {
    const now = this.#context.clock();
    let kept: Kept = { record, text, conflicts: 0 };
    let place: Place = held;
    // What another request has renewed a moment ago needs it no second time, and only one new cookie can be the last to reach the browser. A login is another matter.
    let isRenewed = renew && (outlives || held.token !== undefined);
    while (kept.conflicts < MAX_ATTEMPTS) {
      const { id, payload } = place;
      const written = await this.#ask("saving a session", () =>
        isRenewed
          ? this.#store.set(id, writeMark({ id: storeIdOf(token!), at: now, byLogin: outlives }), now + MOVE_REMEMBERED, {
              replaces: payload,
            })
          : this.#store.set(id, payloadOf(kept.record, kept.text), expiryOf(record, this.lifetimes), {
              replaces: payload,
              subject: record.subject,
            }),
      );
      if (written) return { ...kept, id, isRenewed };
      const theirs = await this.#find(id);
      const their = theirs && recordOf(theirs.payload);
      if (theirs === undefined || their === undefined) return undefined;
      if (theirs.id !== id && !outlives) isRenewed = false;
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

  /**
   * A session, or where it was renewed to. Undefined if it is no more, or somebody has logged in with it.
   *
   * @param moves how many marks have led here.
   */
  async #find(id: string, moves: number = 0): Promise<Place | undefined> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const payload = await this.#ask("reading a session again", () => this.#store.get(id));
      const mark = readMark(payload);
      if (mark !== undefined) return mark.byLogin || moves === MAX_MOVES ? undefined : await this.#find(mark.id, moves + 1);
      if (payload !== undefined) return { id, payload };
      if (moves === 0 || attempt > MAX_LATE) return undefined;
      // The mark is there before the session is: it decides which of two renewals counts.
      await pause(attempt);
    }
    return undefined;
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
    const place = isInGrace ? await this.#find(mark.id, 1) : payload === undefined ? undefined : { id, payload };
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

function ended(kept: Kept): Saved {
  return { ...kept, isKept: false, value: undefined, why: ENDED };
}

function ignore(): void {}
