import type { Clock } from "../clock.ts";
import { SessionError } from "../errors.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import { TimestampSigner } from "../signing/timestamp-signer.ts";
import type { Held, Outgoing, Reader, Reading, Saved, SessionBackend } from "./backend.ts";
import type { SessionCookie } from "./cookie.ts";
import { CLOCK_SKEW, expiryOf, type Lifetimes } from "./lifetime.ts";
import { badSignature, rejection, type Rejection } from "./rejection.ts";
import { writeSessionJson } from "./session-json.ts";
import { payloadOf, recordOf } from "./session-payload.ts";
import type { SessionStore } from "./store.ts";
import { VerifiedTexts } from "./verified-texts.ts";
import { createToken, isToken, storeIdOf } from "./token.ts";

const SHAPE = /^[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{1,7}\.[A-Za-z0-9_-]{43}$/;
/** A cookie comes twice when two paths or domains set it. Whoever sends more genuine tokens is not asked about in the store. */
const MAX_TOKENS = 4;
/** Requests of one process wait for each other, so this many other processes would have to save in between, one after the other. */
const MAX_ATTEMPTS = 12;
/** Begins what is kept for a minute in the place of a session that has moved to a new token, before the new id. No session's payload does. */
const MOVED = "moved ";

interface Context {
  readonly cookie: SessionCookie;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
  /** In seconds. */
  readonly timeout: number;
}

/** What a write has kept: with other requests' changes, if there were any. */
type Kept = Omit<Saved, "value">;

interface Token {
  readonly token: string;
  readonly id: string;
  readonly issuedAt: number;
  readonly key: Reading["key"];
}

/** One cookie name's signer, and what it has verified of late. */
interface Bound {
  readonly signer: TimestampSigner;
  readonly verified: VerifiedTexts<Omit<Token, "key">>;
}

/** Sessions that stay in a store, under the hash of a random token. The cookie holds the token and our signature, so that a forged one never reaches the store. */
export class StoreBackend implements SessionBackend {
  readonly format = "store";
  readonly lifetimes: Lifetimes;
  readonly #store: SessionStore;
  readonly #context: Context;
  readonly #bound = new Map<string, Bound>();
  /** The last write of each id that is under way in this process. */
  readonly #writes = new Map<string, Promise<void>>();

  constructor(store: SessionStore, context: Context) {
    this.#store = store;
    this.#context = context;
    this.lifetimes = context.lifetimes;
  }

  cookieName(secure: boolean): string {
    return this.#context.cookie.nameFor(secure);
  }

  /** Waits for the store alone, and for that only if a genuine token came in. */
  reader(name: string, values: readonly string[]): Reader | Promise<Reader> {
    const opened = new Map<string, Reading | Rejection>();
    const tokens = new Map<string, Token>();
    for (const value of values) {
      const token = this.#verify(name, value);
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
    const token = held === undefined || renew ? createToken() : held.token;
    if (held === undefined) return await this.#create(name, token, { record, text, conflicts: 0 });
    const written = await this.#inTurn(held.id, async () => await this.#replace(session, held, storeIdOf(token)));
    if (written === undefined && !outlives) return { value: undefined, conflicts: 0, record, text };
    if (written === undefined) return await this.#create(name, token, { record, text, conflicts: 0 });
    if (renew) return await this.#move(name, token, held.id, written, outlives);
    return { ...written, value: this.#cookieValue(name, token) };
  }

  async touch(name: string, { record, held }: Outgoing): Promise<string> {
    if (held === undefined) throw new SessionError("session_invalid", "Only a session that a store holds can be touched there.");
    await this.#ask("moving the end of a session", () => this.#store.touch(held.id, expiryOf(record, this.lifetimes)));
    return this.#cookieValue(name, held.token);
  }

  async remove({ id }: Held): Promise<void> {
    // A parallel request may have moved the session to a new token: then it is that one which has to end.
    const payload = await this.#ask("ending a session", () => this.#store.get(id));
    if (payload?.startsWith(MOVED) === true) await this.#ask("ending a session", () => this.#store.delete(payload.slice(MOVED.length)));
    await this.#ask("ending a session", () => this.#store.delete(id));
  }

  /** Keeps a session under its new token, unless a logout has ended it on the way. */
  async #move(name: string, token: string, oldId: string, kept: Kept, outlives: boolean): Promise<Saved> {
    const saved = await this.#create(name, token, kept);
    if (outlives) return saved;
    const mark = await this.#ask("reading a session again", () => this.#store.get(oldId));
    if (mark !== undefined) return saved;
    await this.#ask("ending a session", () => this.#store.delete(storeIdOf(token)));
    return { ...kept, value: undefined };
  }

  async #create(name: string, token: string, kept: Kept): Promise<Saved> {
    const { record, text } = kept;
    const wasFree = await this.#ask("saving a new session", () =>
      this.#store.set(storeIdOf(token), payloadOf(record, text), expiryOf(record, this.lifetimes), { subject: record.subject }),
    );
    if (!wasFree)
      throw new SessionError("store_failed", "The session store says that a new, random id is taken. It does not keep its contract.");
    return { ...kept, value: this.#cookieValue(name, token) };
  }

  /** Writes over what this request has loaded, or over what another has saved since. Undefined if nothing is there any more. */
  async #replace({ record, text, renew, replay }: Outgoing, held: Held, newId: string): Promise<Kept | undefined> {
    const base = recordOf(held.payload);
    let kept: Kept = { record, text, conflicts: 0 };
    let { payload } = held;
    while (kept.conflicts < MAX_ATTEMPTS) {
      const next = renew ? MOVED + newId : payloadOf(kept.record, kept.text);
      const expiresAt = renew ? this.#context.clock() + CLOCK_SKEW : expiryOf(record, this.lifetimes);
      const options = { replaces: payload, subject: renew ? undefined : record.subject };
      if (await this.#ask("saving a session", () => this.#store.set(held.id, next, expiresAt, options))) return kept;
      const theirs = await this.#ask("reading a session again", () => this.#store.get(held.id));
      const their = theirs === undefined ? undefined : recordOf(theirs);
      if (theirs === undefined || their === undefined) return undefined;
      payload = theirs;
      replay(their.data);
      const persistent = record.persistent === base?.persistent ? their.persistent : record.persistent;
      kept = { record: { ...record, persistent, data: their.data }, text: writeSessionJson(their.data), conflicts: kept.conflicts + 1 };
      if (kept.conflicts > 1) await pause(kept.conflicts);
    }
    throw new SessionError(
      "store_conflict",
      `Other processes have saved this session ${MAX_ATTEMPTS} times while this request tried to. What changes so often belongs into a database, not into a session.`,
    );
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
    if (payload === undefined || payload.startsWith(MOVED)) return rejection("unknown");
    const record = recordOf(payload);
    if (record === undefined) return rejection("bad_payload", "The token is genuine, but what the store keeps under it is no session.");
    // Touching moves the time in the cookie alone; the payload's is that of the last save.
    return { key, held: { id, token, payload }, record: { ...record, lastSeenAt: Math.max(record.lastSeenAt, issuedAt) } };
  }

  #verify(name: string, value: string): Token | Rejection {
    const { signer, verified } = this.#bind(name);
    const known = verified.get(value);
    if (known !== undefined) return { ...known.meaning, key: known.key };
    if (!SHAPE.test(value)) return rejection("malformed");
    const genuine = signer.verify(value);
    if (genuine === undefined) return badSignature(this.#context.keys);
    const { value: token, timestamp: issuedAt, key } = genuine;
    if (!isToken(token)) return rejection("bad_payload");
    const meaning = { token, id: storeIdOf(token), issuedAt };
    verified.add(value, key, meaning);
    return { ...meaning, key };
  }

  #cookieValue(name: string, token: string): string {
    return this.#bind(name).signer.sign(token);
  }

  #bind(name: string): Bound {
    const { keys, clock } = this.#context;
    let bound = this.#bound.get(name);
    if (bound === undefined) {
      const signer = new TimestampSigner(keys, { salt: `latchkey.session-token.${name}`, keyDerivation: "hmac", digest: "sha256", clock });
      this.#bound.set(name, (bound = { signer, verified: new VerifiedTexts(keys) }));
    }
    return bound;
  }

  /** The store's answer; a SessionError when it fails or is late. */
  async #ask<Answer>(doing: string, question: () => Promise<Answer>): Promise<Answer> {
    const { timeout } = this.#context;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const giveUp = (): void =>
      reject(new SessionError("store_failed", `The session store has not answered within ${timeout} s while ${doing} (storeTimeout).`));
    const timer = setTimeout(giveUp, timeout * 1000);
    try {
      question().then(resolve, reject);
      return await promise;
    } catch (cause) {
      if (cause instanceof SessionError) throw cause;
      throw new SessionError("store_failed", `The session store failed while ${doing}. Its own error is the cause of this one.`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Some milliseconds, more each time and never the same, so that processes that collide once do not collide again. */
async function pause(attempt: number): Promise<void> {
  const milliseconds = Math.random() * Math.min(100, 2 ** attempt);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function ignore(): void {}
