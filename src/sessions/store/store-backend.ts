import type { Clock } from "../../clock.ts";
import { SessionError } from "../../errors.ts";
import type { KeyRing } from "../../keys/key-ring.ts";
import { ask, type Patience } from "../ask.ts";
import type { Emptied, Held, Outgoing, Reading, Refused, Result, Saved, SessionBackend } from "../backend.ts";
import type { SessionCookie } from "../cookie/cookie.ts";
import { MOVE_REMEMBERED, RENEWAL_GRACE, type Lifetimes } from "../data/lifetime.ts";
import { readMark, TOMBSTONE } from "./moved-mark.ts";
import { rejection } from "../data/rejection.ts";
import { recordOf } from "./session-payload.ts";
import type { SessionStore } from "./session-store.ts";
import { StoredSessions, type Kept, type Place } from "./stored-sessions.ts";
import { TokenCookie, type Token } from "./token-cookie.ts";
import { createNonce, createToken, loginToken, storeIdOf } from "./token.ts";

/**
 * A cookie comes twice when two paths or domains set it. If more genuine tokens come, the store is
 * not asked about any of them.
 */
const MAX_TOKENS = 4;

/**
 * Writes of one session wait for each other within a process. The store may be slow for each of
 * them.
 */
const IN_TURN: Patience = { whom: "Earlier writes of the same session in this process", option: "a fixed bound", timeout: 60 };

const ENDED = "Nothing saved: the session was ended while this request ran, and an ended session is not written again.";
const RENEWED_ELSEWHERE = "Saved. No cookie sent: another request renewed the token a moment ago, and sends it.";
const NOTHING_NEW = "Saved because data changed. No cookie sent: the browser has this token.";
const GONE = "Nothing sent: the session has moved or ended while this request ran, so its cookie is another one by now.";

interface Context {
  readonly cookie: SessionCookie;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
  /** In seconds. */
  readonly timeout: number;
  readonly maxPayloadBytes: number;
}

/**
 * Sessions that stay in a store, under the hash of a random token. The cookie holds the token and
 * our signature, so that a forged one never reaches the store.
 */
export class StoreBackend implements SessionBackend {
  readonly format = "store";
  readonly lifetimes: Lifetimes;
  readonly asksStore = true;
  /** The sessions by their ids, for those that have no cookie of them. */
  readonly sessions: StoredSessions;
  readonly #context: Context;
  readonly #cookies = new Map<string, TokenCookie>();
  /** The last write of each id that is under way in this process. */
  readonly #writes = new Map<string, Promise<void>>();

  constructor(store: SessionStore, context: Context) {
    this.sessions = new StoredSessions(store, context);
    this.#context = context;
    this.lifetimes = context.lifetimes;
  }

  cookieNames(secure: boolean, isLocal: boolean): readonly string[] {
    return this.#context.cookie.namesFor(secure, isLocal);
  }

  /** Waits for the store alone, and for that only if a genuine token came in. */
  read(name: string, values: readonly string[]): readonly Result[] | Promise<readonly Result[]> {
    const tokens = values.map((value) => this.#cookie(name).read(value));
    const genuine = tokens.filter((token): token is Token => "token" in token);
    if (genuine.length === 0) return tokens as readonly Refused[];
    // The same token under two signatures is asked about once.
    if (new Set(genuine.map(({ id }) => id)).size > MAX_TOKENS) {
      return tokens.map((token) => ("token" in token ? rejection("duplicate") : token));
    }
    const readings = new Map<string, Promise<Result>>();
    return Promise.all(
      tokens.map(async (token) => {
        if (!("token" in token)) return token;
        const reading = readings.get(token.id) ?? this.#read(token);
        readings.set(token.id, reading);
        return withIssue(await reading, token.issuedAt);
      }),
    );
  }

  async save(name: string, session: Outgoing): Promise<Saved> {
    const { held, record, text, renew, isLogin, resend } = session;
    const kept = { record, text, conflicts: 0 };
    if (held === undefined) {
      const token = createToken();
      await this.sessions.create(storeIdOf(token), record, text);
      return this.#send(name, kept, token, true);
    }
    // A request whose token another one has renewed a moment ago needs no second renewal, and only
    // one new cookie can be the last to reach the browser. A login is another matter, and so is a
    // session that its cookie holds: it has no token yet.
    const moves = held.payload === undefined || (renew && (isLogin || held.token !== undefined));
    const written = await this.#inTurn(held.id, async () => {
      if (moves) return await this.#move(session, held);
      const replaced = await this.sessions.replace(session, held);
      return replaced && { ...replaced, token: replaced.id === held.id ? held.token : undefined };
    });
    if (written === undefined) return { ...kept, isKept: false, value: undefined, why: ENDED };
    return this.#send(name, written, written.token, resend || moves);
  }

  async touch(name: string, { record, text, held }: Outgoing): Promise<Saved> {
    if (held === undefined) throw new SessionError("session_invalid", "Only a session that a store holds can be touched there.");
    const kept = { record, text, conflicts: 0 };
    const isThere = await this.sessions.extend(held, record);
    if (!isThere) return { ...kept, isKept: false, value: undefined, why: GONE };
    return this.#send(name, kept, held.token, true);
  }

  async remove(held: Held): Promise<void> {
    await this.sessions.remove(held);
  }

  async removeEmptied(session: Outgoing): Promise<Emptied> {
    const { held } = session;
    if (held === undefined) return "ended";
    return await this.#inTurn(held.id, async () => await this.sessions.removeEmptied(session, held));
  }

  /**
   * What became of a session that came in a cookie of its own: it may have moved into the store, or
   * have been ended.
   *
   * @param id under which the store remembers that. @param until when it has to be remembered, in
   *   Unix seconds.
   */
  async follow(reading: Reading, id: string, until: number): Promise<Result> {
    const payload = await this.sessions.read(id);
    const held = { id, token: undefined, issuedAt: reading.record.lastSeenAt, payload, until };
    if (payload === undefined) return { ...reading, held };
    const found = await this.#at({ id, payload, until });
    if ("reason" in found) return found.reason === "moved" ? { ...found, held } : found;
    const { lastSeenAt } = reading.record;
    return { ...withIssue(this.#readingOf(found, reading.key, undefined, lastSeenAt), lastSeenAt), source: this };
  }

  /**
   * Moves a session to a new token. A login that meets another login of the same user, made with
   * the same old token, joins it.
   */
  async #move(session: Outgoing, held: Held): Promise<(Kept & { readonly token: string | undefined }) | undefined> {
    const { keys } = this.#context;
    const nonce = session.isLogin && held.token !== undefined ? createNonce() : undefined;
    const token = nonce === undefined ? createToken() : loginToken(keys.current, held.token!, nonce);
    const id = storeIdOf(token);
    const written = await this.sessions.move(session, held, { id, nonce });
    if (written === undefined || written.id !== id) return written && { ...written, token: undefined };
    const other = written.hasOutlived !== true ? undefined : await this.#otherLogin(session, held, id);
    if (other === undefined) return { ...written, token };
    const joined = await this.sessions.join(session, other);
    if (joined?.id !== other.id) return { ...written, token };
    await this.sessions.delete(id);
    return { ...joined, token: other.token };
  }

  /**
   * The session of another login of the same user that has replaced the same old token, and its
   * token.
   */
  async #otherLogin(
    { record }: Outgoing,
    { id, token }: Held,
    ownId: string,
  ): Promise<(Place & { readonly payload: string; readonly token: string }) | undefined> {
    const mark = await this.sessions.loginAt({ id, payload: undefined });
    if (mark?.nonce === undefined || mark.id === ownId || token === undefined) return undefined;
    for (const key of this.#context.keys) {
      const candidate = loginToken(key, token, mark.nonce);
      if (storeIdOf(candidate) !== mark.id) continue;
      const payload = await this.sessions.read(mark.id);
      const isSameUser = payload !== undefined && recordOf(payload)?.subject === record.subject;
      return isSameUser ? { id: mark.id, payload, token: candidate } : undefined;
    }
    return undefined;
  }

  #send(name: string, { record, text, conflicts }: Kept, token: string | undefined, resend: boolean): Saved {
    const kept = { record, text, conflicts };
    if (token === undefined) return { ...kept, isKept: true, value: undefined, why: RENEWED_ELSEWHERE };
    if (!resend) return { ...kept, isKept: true, value: undefined, why: NOTHING_NEW };
    return { ...kept, isKept: true, value: this.#cookie(name).write(token) };
  }

  /**
   * One write of a session after the other, as far as this process goes: otherwise all would
   * collide, and all but one in vain.
   */
  async #inTurn<Answer>(id: string, work: () => Promise<Answer>): Promise<Answer> {
    const before = this.#writes.get(id);
    const mine = (async () => {
      if (before !== undefined) await ask(IN_TURN, "this one waited", () => before);
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

  async #read({ token, id, issuedAt, key }: Token): Promise<Result> {
    const payload = await this.sessions.read(id);
    if (payload === undefined) return rejection("unknown");
    const found = await this.#at({ id, payload });
    if ("reason" in found) return found;
    return this.#readingOf(found, key, found.id === id ? token : undefined, issuedAt);
  }

  /** The session at a place, or where it moved a moment ago. */
  async #at(place: Place & { readonly payload: string }): Promise<(Place & { readonly payload: string }) | Refused> {
    const mark = readMark(place.payload);
    if (place.payload === TOMBSTONE) return rejection("unknown");
    if (mark === undefined) return place;
    // What is remembered for longer serves copies of a cookie alone. They open nothing, and must
    // not stop a new session from being saved.
    if (this.#context.clock() > mark.at + MOVE_REMEMBERED) return rejection("unknown");
    const isInGrace = !mark.byLogin && this.#context.clock() <= mark.at + RENEWAL_GRACE;
    const found = isInGrace ? await this.sessions.find(mark.id, 1) : undefined;
    return found ?? { ...rejection("moved"), held: { ...place, token: undefined, issuedAt: mark.at } };
  }

  #readingOf(
    { id, payload }: Place & { readonly payload: string },
    key: Reading["key"],
    token: string | undefined,
    issuedAt: number,
  ): Result {
    const record = recordOf(payload);
    if (record === undefined)
      return rejection("bad_payload", "The token is genuine, but the store keeps something else than a session under it.");
    return { key, held: { id, payload, token, issuedAt }, record };
  }

  #cookie(name: string): TokenCookie {
    let cookie = this.#cookies.get(name);
    if (cookie === undefined) this.#cookies.set(name, (cookie = new TokenCookie(name, this.#context.keys, this.#context.clock)));
    return cookie;
  }
}

/** Touching moves the time in the cookie alone; the payload's is that of the last save. */
function withIssue(result: Result, issuedAt: number): Result {
  if (!("record" in result) || result.held === undefined) return result;
  const lastSeenAt = Math.max(result.record.lastSeenAt, issuedAt);
  return { ...result, held: { ...result.held, issuedAt }, record: { ...result.record, lastSeenAt } };
}

function ignore(): void {}
