import type { Clock } from "../../clock.ts";
import { SessionError } from "../../errors.ts";
import type { KeyRing } from "../../keys/key-ring.ts";
import type { Emptied, Reading, Refused, Reply, Result, SessionBackend, StoredAt, Write, Written } from "../backend.ts";
import type { SessionCookie } from "../cookie/cookie.ts";
import { MOVE_REMEMBERED, RENEWAL_GRACE, type Lifetimes } from "../data/lifetime.ts";
import type { EndAnnouncer } from "../ends/session-ends.ts";
import { readRedirect, TOMBSTONE } from "./redirect.ts";
import { rejection } from "../data/rejection.ts";
import { recordOf } from "./session-payload.ts";
import { SessionLimit, type LimitRule } from "./session-limit.ts";
import type { SessionStore } from "./session-store.ts";
import { SessionTags } from "./session-tags.ts";
import { StoreClient } from "./store-client.ts";
import { StoredSessions, type FoundEntry, type WrittenAt } from "./stored-sessions.ts";
import { TokenCookie, type Token } from "./token-cookie.ts";
import { WriteQueue } from "./write-queue.ts";
import { createNonce, createToken, loginToken, storeIdOf } from "./token.ts";

/**
 * A cookie comes twice when two paths or domains set it. If more genuine tokens come, the store is
 * not asked about any of them.
 */
const MAX_TOKENS = 4;

const RENEWED_ELSEWHERE = "Saved. No cookie sent: another request renewed the token a moment ago, and sends it.";
const NOTHING_NEW = "Saved because data changed. No cookie sent: the browser has this token.";
const ENDED: Reply = {
  written: undefined,
  value: undefined,
  explanation:
    "Nothing saved: the session was ended while this request ran, and an ended session is not written again.",
};
const GONE: Reply = {
  written: undefined,
  value: undefined,
  explanation:
    "Nothing sent: the session has moved or ended while this request ran, so its cookie is another one by now.",
};

interface Context {
  readonly cookie: SessionCookie;
  readonly keys: KeyRing;
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
  /** In seconds. */
  readonly timeout: number;
  readonly maxPayloadBytes: number;
  /** Where the ends of sessions are told. */
  readonly ends: EndAnnouncer;
  /** How many sessions a user may have at once. Only with a store that is indexed. */
  readonly limit?: LimitRule | undefined;
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
  readonly tags: SessionTags;
  readonly #isIndexed: boolean;
  readonly #limit: SessionLimit | undefined;
  readonly #context: Context;
  readonly #cookies = new Map<string, TokenCookie>();
  readonly #queue: WriteQueue;

  constructor(store: SessionStore, context: Context) {
    const client = new StoreClient(store, context);
    this.sessions = new StoredSessions(client, context);
    this.tags = new SessionTags(client, this.sessions);
    this.#isIndexed = client.isIndexed;
    this.#queue = new WriteQueue(this.sessions);
    const { clock, limit: rule } = context;
    this.#limit = rule && new SessionLimit({ store: client, sessions: this.sessions, queue: this.#queue, clock, rule });
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

  async save(name: string, write: Write): Promise<Reply> {
    const { record, stored, isLogin } = write;
    const { subject, tag, createdAt } = record;
    // A login, or a cookie that holds its session on its way into the store.
    const begins = subject !== undefined && (isLogin || stored?.payload === undefined);
    if (!begins) return await this.#save(name, this.#limit?.seated(write) ?? write);
    if (tag !== undefined && this.#isIndexed) await this.tags.note(tag, subject, createdAt + this.lifetimes.lifetime);
    if (this.#limit === undefined) return await this.#save(name, write);
    return await this.#limit.begin(write, subject, async (seated) => await this.#save(name, seated));
  }

  async #save(name: string, write: Write): Promise<Reply> {
    const { stored, record, text, isRenewal, isLogin, isResend } = write;
    if (stored === undefined) {
      const token = createToken();
      await this.sessions.create(storeIdOf(token), record, text);
      return this.#replyOf(name, { record, text, conflicts: 0 }, token, true);
    }
    const { id, token } = stored;
    // A request whose token another one has renewed a moment ago needs no second renewal, and only
    // one new cookie can be the last to reach the browser. A login is another matter, and so is a
    // session that its cookie holds: it has no token yet.
    const moves = stored.payload === undefined || (isRenewal && (isLogin || token !== undefined));
    if (moves) {
      const moved = await this.#queue.inTurn(id, async () => await this.#move(write, stored));
      return moved === undefined ? ENDED : this.#replyOf(name, moved, moved.token, true);
    }
    const saved = await this.#queue.save({ ...write, stored });
    return saved === undefined ? ENDED : this.#replyOf(name, saved, saved.id === id ? token : undefined, isResend);
  }

  async touch(name: string, { record, text, stored }: Write): Promise<Reply> {
    if (stored === undefined)
      throw new SessionError("session_invalid", "Only a session that a store has can be touched there.");
    const isThere = await this.sessions.extend(stored, record);
    return isThere ? this.#replyOf(name, { record, text, conflicts: 0 }, stored.token, true) : GONE;
  }

  async remove(stored: StoredAt): Promise<void> {
    await this.sessions.remove(stored);
  }

  async removeEmptied(write: Write): Promise<Emptied> {
    const { stored } = write;
    if (stored === undefined) return "ended";
    return await this.#queue.inTurn(stored.id, async () => await this.sessions.removeEmptied(write, stored));
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
    const stored = { id, token: undefined, issuedAt: reading.record.lastSeenAt, payload, until };
    if (payload === undefined) return { ...reading, stored };
    const found = await this.#at({ id, payload, until });
    if ("reason" in found) return found.reason === "moved" ? { ...found, stored } : found;
    const { lastSeenAt } = reading.record;
    return { ...withIssue(this.#readingOf(found, reading.key, undefined, lastSeenAt), lastSeenAt), source: this };
  }

  /**
   * Moves a session to a new token. A login that meets another login of the same user, made with
   * the same old token, joins it.
   */
  async #move(
    write: Write,
    stored: StoredAt,
  ): Promise<(WrittenAt & { readonly token: string | undefined }) | undefined> {
    const { keys } = this.#context;
    const nonce = write.isLogin && stored.token !== undefined ? createNonce() : undefined;
    const token = nonce === undefined ? createToken() : loginToken(keys.current, stored.token!, nonce);
    const id = storeIdOf(token);
    const written = await this.sessions.move(write, stored, id, nonce);
    if (written === undefined || written.id !== id) return written && { ...written, token: undefined };
    const other = written.hasOutlived !== true ? undefined : await this.#otherLogin(write, stored, id);
    if (other === undefined) return { ...written, token };
    const joined = await this.sessions.join(write, other);
    if (joined?.id !== other.id) return { ...written, token };
    await this.sessions.delete(id);
    return { ...joined, token: other.token };
  }

  /**
   * The session of another login of the same user that has replaced the same old token, and its
   * token.
   */
  async #otherLogin(
    { record }: Write,
    { id, token }: StoredAt,
    ownId: string,
  ): Promise<(FoundEntry & { readonly token: string }) | undefined> {
    const login = await this.sessions.loginAt(id);
    if (login?.nonce === undefined || login.id === ownId || token === undefined) return undefined;
    for (const key of this.#context.keys) {
      const candidate = loginToken(key, token, login.nonce);
      if (storeIdOf(candidate) !== login.id) continue;
      const payload = await this.sessions.read(login.id);
      const isSameUser = payload !== undefined && recordOf(payload)?.subject === record.subject;
      return isSameUser ? { id: login.id, payload, token: candidate } : undefined;
    }
    return undefined;
  }

  #replyOf(name: string, written: Written, token: string | undefined, isResend: boolean): Reply {
    if (token === undefined) return { written, value: undefined, explanation: RENEWED_ELSEWHERE };
    if (!isResend) return { written, value: undefined, explanation: NOTHING_NEW };
    return { written, value: this.#cookie(name).write(token) };
  }

  async #read({ token, id, issuedAt, key }: Token): Promise<Result> {
    const payload = await this.sessions.read(id);
    if (payload === undefined) return rejection("unknown");
    const found = await this.#at({ id, payload });
    if ("reason" in found) return found;
    return this.#readingOf(found, key, found.id === id ? token : undefined, issuedAt);
  }

  /** The session of an entry, or where it moved a moment ago. */
  async #at(entry: FoundEntry): Promise<FoundEntry | Refused> {
    const redirect = readRedirect(entry.payload);
    if (entry.payload === TOMBSTONE) return rejection("unknown");
    if (redirect === undefined) return entry;
    const now = this.#context.clock();
    // What is remembered for longer serves copies of a cookie alone. They open nothing, and must
    // not stop a new session from being saved.
    if (now > redirect.at + MOVE_REMEMBERED) return rejection("unknown");
    const isInGrace = !redirect.byLogin && now <= redirect.at + RENEWAL_GRACE;
    const found = isInGrace ? await this.sessions.find(redirect.id, 1) : undefined;
    return found ?? { ...rejection("moved"), stored: { ...entry, token: undefined, issuedAt: redirect.at } };
  }

  #readingOf({ id, payload }: FoundEntry, key: Reading["key"], token: string | undefined, issuedAt: number): Result {
    const record = recordOf(payload);
    if (record === undefined)
      return rejection(
        "bad_payload",
        "The token is genuine, but the store has something else than a session under it.",
      );
    return { key, stored: { id, payload, token, issuedAt }, record };
  }

  #cookie(name: string): TokenCookie {
    let cookie = this.#cookies.get(name);
    if (cookie === undefined)
      this.#cookies.set(name, (cookie = new TokenCookie(name, this.#context.keys, this.#context.clock)));
    return cookie;
  }
}

/** Touching moves the time in the cookie alone; the payload's is that of the last save. */
function withIssue(result: Result, issuedAt: number): Result {
  if (!("record" in result) || result.stored === undefined) return result;
  if (result.stored.issuedAt === issuedAt && result.record.lastSeenAt >= issuedAt) return result;
  const lastSeenAt = Math.max(result.record.lastSeenAt, issuedAt);
  return { ...result, stored: { ...result.stored, issuedAt }, record: { ...result.record, lastSeenAt } };
}
