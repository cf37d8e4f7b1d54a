import type { SecretKey } from "../keys/secret-key.ts";
import type { Update } from "./data/journal.ts";
import type { Lifetimes } from "./data/lifetime.ts";
import type { OriginalData } from "./data/original-data.ts";
import type { Rejection } from "./data/rejection.ts";
import type { SessionRecord } from "./data/session-record.ts";

/** At once, or a promise where a store is waited for. */
export type Awaitable<Value> = Value | Promise<Value>;

/** Something that reads sessions out of cookies. */
export interface SessionSource {
  /** The name for messages: "sealed", "signed", "flask" or "store". */
  readonly format: string;
  readonly lifetimes: Lifetimes;
  /** Whether a store has to be asked for what it reads. Otherwise `read` gives no promise. */
  readonly asksStore: boolean;
  /**
   * The names of the cookies it reads. It writes the first one.
   *
   * @param isLocal as `RequestCookie` has it.
   */
  cookieNames(secure: boolean, isLocal: boolean): readonly string[];
  /**
   * What each of these values holds, in their order. It never throws for anything that a cookie can
   * hold.
   */
  read(name: string, values: readonly string[]): Awaitable<readonly Result[]>;
}

/** Where sessions are saved: in the cookie, or in a store while the cookie holds a token. */
export interface SessionBackend extends SessionSource {
  /** Saves a session that has begun, changed, or gets a new token. */
  save(name: string, write: Write): Awaitable<Reply>;
  /** Moves the end of a session that did not change. */
  touch(name: string, write: Write): Awaitable<Reply>;
  /** Ends a session in the store, wherever it has moved meanwhile. */
  remove(stored: StoredAt): Promise<void>;
  /**
   * Ends a session that a request has emptied, unless another request has saved something in it, or
   * logged in with it.
   */
  removeEmptied(write: Write): Awaitable<Emptied>;
}

/** What a cookie's value holds. */
export type Result = Reading | Refused;

/** A session that a value leads to. */
export interface Reading {
  readonly record: SessionRecord;
  readonly key: SecretKey;
  /** The record's data as it came in, where it is known already. */
  readonly original?: OriginalData | undefined;
  /** Where a store has it. */
  readonly stored?: StoredAt | undefined;
  /**
   * Where it is saved, if that is not where the cookie was read: it has moved into the store
   * meanwhile.
   */
  readonly source?: SessionSource | undefined;
}

/**
 * Why a value leads to no session; with the place where a logout finds the session that it led to
 * before.
 */
export interface Refused extends Rejection {
  readonly stored?: StoredAt | undefined;
}

/** Where a store has a session, and what it had when the request began. */
export interface StoredAt {
  readonly id: string;
  /**
   * Undefined for a request that came with a token which has been renewed meanwhile: its successor
   * is known to the browser alone.
   */
  readonly token: string | undefined;
  /**
   * When the cookie was sent, in Unix seconds. The browser counts from there, whatever was saved
   * since.
   */
  readonly issuedAt: number;
  /** Undefined for a session that its cookie holds, and that has not moved into the store yet. */
  readonly payload: string | undefined;
  /**
   * Until when, in Unix seconds, the store has to remember that such a cookie has moved: as long as
   * a copy of it could be used.
   */
  readonly until?: number | undefined;
}

/** What is to be written. */
export interface Write {
  readonly record: SessionRecord;
  /** The data as session JSON. */
  readonly text: string;
  /** Where the store has the session so far; undefined for a new one. */
  readonly stored: StoredAt | undefined;
  /** Whether the token is to be a new one. */
  readonly isRenewal: boolean;
  /**
   * Whether a user logs in. Such a session is saved even if the one it began with was ended
   * meanwhile.
   */
  readonly isLogin: boolean;
  /**
   * Whether the browser needs the cookie again although its token stays: its end moves, its
   * attributes change, or an old key had signed it.
   */
  readonly isResend: boolean;
  /** Makes this request's changes on what another request has saved. */
  readonly applyChanges: Update;
}

/** What was written: the session with the changes of other requests, if there were any. */
export interface Written {
  readonly record: SessionRecord;
  /** Its data as session JSON. */
  readonly text: string;
  /** How often another request had saved in between. */
  readonly conflicts: number;
}

/** What a backend has done with a write. */
export interface Reply {
  /** Undefined if nothing was saved: the session was ended while the request ran. */
  readonly written: Written | undefined;
  /** The cookie's value; undefined if none is to be sent. */
  readonly value: string | undefined;
  /** One sentence for a person: why no cookie is sent. */
  readonly explanation?: string | undefined;
}

/**
 * What became of a session that a request has emptied: `saved` with what others have put in it, or
 * `gone` before.
 */
export type Emptied = "ended" | "saved" | "gone";

/** All values at once if they are there, and otherwise when the last one is. */
export function allDone<Value>(values: readonly Awaitable<Value>[]): Awaitable<readonly Value[]> {
  const isThere = (value: Awaitable<Value>): value is Value => !(value instanceof Promise);
  return values.every(isThere) ? values : Promise.all(values);
}

/** Goes on with a value at once if it is there, and otherwise when it is. */
export function whenDone<Value, Next>(
  value: Awaitable<Value>,
  next: (value: Value) => Awaitable<Next>,
): Awaitable<Next> {
  return value instanceof Promise ? value.then(next) : next(value);
}
