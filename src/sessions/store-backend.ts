import type { Clock } from "../clock.ts";
import { SessionError } from "../errors.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { Held, Outgoing, Reader, Reading, Saved, SessionBackend } from "./backend.ts";
import type { SessionCookie } from "./cookie.ts";
import { RENEWAL_GRACE, type Lifetimes } from "./lifetime.ts";
import { readMark } from "./moved-mark.ts";
import { rejection, type Rejection } from "./rejection.ts";
import { recordOf } from "./session-payload.ts";
import type { SessionStore } from "./store.ts";
import { StoredSessions, type Kept } from "./stored-sessions.ts";
import { TokenCookie, type Token } from "./token-cookie.ts";
import { createToken, storeIdOf } from "./token.ts";

/** A cookie comes twice when two paths or domains set it. Whoever sends more genuine tokens is not asked about in the store. */
const MAX_TOKENS = 4;

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

/** Sessions that stay in a store, under the hash of a random token. The cookie holds the token and our signature, so that a forged one never reaches the store. */
export class StoreBackend implements SessionBackend {
  readonly format = "store";
  readonly lifetimes: Lifetimes;
  readonly #sessions: StoredSessions;
  readonly #context: Context;
  readonly #cookies = new Map<string, TokenCookie>();
  /** The last write of each id that is under way in this process. */
  readonly #writes = new Map<string, Promise<void>>();

  constructor(store: SessionStore, context: Context) {
    this.#sessions = new StoredSessions(store, context);
    this.#context = context;
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
    const kept = { record, text, conflicts: 0 };
    if (held === undefined) {
      const token = createToken();
      await this.#sessions.create(storeIdOf(token), record, text);
      return this.#send(name, kept, token, true);
    }
    // What another request has renewed a moment ago needs it no second time, and only one new cookie can be the last to reach the browser. A login is another matter.
    const token = renew && (outlives || held.token !== undefined) ? createToken() : undefined;
    const id = token === undefined ? held.id : storeIdOf(token);
    const written = await this.#inTurn(
      held.id,
      async () => await (token === undefined ? this.#sessions.replace(session, held) : this.#sessions.move(session, held, id)),
    );
    if (written === undefined) return { ...kept, isKept: false, value: undefined, why: ENDED };
    return this.#send(name, written, written.id === id ? (token ?? held.token) : undefined, resend || token !== undefined);
  }

  async touch(name: string, { record, text, held }: Outgoing): Promise<Saved> {
    if (held === undefined) throw new SessionError("session_invalid", "Only a session that a store holds can be touched there.");
    await this.#sessions.touch(held.id, record);
    return this.#send(name, { record, text, conflicts: 0 }, held.token, true);
  }

  #send(name: string, { record, text, conflicts }: Kept, token: string | undefined, resend: boolean): Saved {
    const kept = { record, text, conflicts };
    if (token === undefined) return { ...kept, isKept: true, value: undefined, why: RENEWED_ELSEWHERE };
    if (!resend) return { ...kept, isKept: true, value: undefined, why: NOTHING_NEW };
    return { ...kept, isKept: true, value: this.#cookie(name).write(token) };
  }

  async remove(held: Held): Promise<void> {
    await this.#sessions.remove(held);
  }

  /** One write of a session after the other, as far as this process goes: else all would collide, and all but one in vain. */
  async #inTurn<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#writes.get(id);
    const mine = (async () => {
      if (before !== undefined) await this.#sessions.ask("waiting for another write of the same session", () => before);
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
    const payload = await this.#sessions.read(id);
    const mark = readMark(payload);
    const isInGrace = mark !== undefined && !mark.byLogin && this.#context.clock() <= mark.at + RENEWAL_GRACE;
    const place = isInGrace ? await this.#sessions.find(mark.id, 1) : payload === undefined ? undefined : { id, payload };
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
}

function ignore(): void {}
