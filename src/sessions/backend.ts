import type { SecretKey } from "../keys/secret-key.ts";
import type { Lifetimes } from "./data/lifetime.ts";
import type { Update } from "./data/merge.ts";
import type { OriginalData } from "./data/original-data.ts";
import type { Rejection } from "./data/rejection.ts";
import type { SessionRecord } from "./data/session-record.ts";

/** Something that reads sessions out of cookies. */
export interface SessionSource {
  /** The name for messages: "sealed", "signed", "flask" or "store". */
  readonly format: string;
  readonly lifetimes: Lifetimes;
  /** Whether a store has to be asked for what it reads. */
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
  read(name: string, values: readonly string[]): readonly Result[] | Promise<readonly Result[]>;
}

/** Where sessions are saved: in the cookie, or in a store while the cookie holds a token. */
export interface SessionBackend extends SessionSource {
  save(name: string, session: Outgoing): Saved | Promise<Saved>;
  /** Moves the end of a session that did not change. */
  touch(name: string, session: Outgoing): Saved | Promise<Saved>;
  /** Ends a session in the store, wherever it has moved meanwhile. */
  remove(held: Held): Promise<void>;
  /**
   * Ends a session that a request has emptied, unless another request has saved something in it, or
   * logged in with it.
   */
  removeEmptied(session: Outgoing): Emptied | Promise<Emptied>;
}

/**
 * What became of a session that a request has emptied: `saved` with what others have put in it, or
 * `gone` before.
 */
export type Emptied = "ended" | "saved" | "gone";

/** What a cookie's value holds. */
export type Result = Reading | Refused;

/** A session that a value leads to. */
export interface Reading {
  readonly record: SessionRecord;
  readonly key: SecretKey;
  /** The record's data as it came in, where it is known already. */
  readonly original?: OriginalData | undefined;
  /** How a store keeps it. */
  readonly held?: Held | undefined;
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
  readonly held?: Held | undefined;
}

/** The store's side of a session. */
export interface Held {
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
  /**
   * What the store keeps. Undefined for a session that its cookie holds, and that has not moved
   * into the store yet.
   */
  readonly payload: string | undefined;
  /**
   * Until when, in Unix seconds, the store has to remember that such a cookie has moved: as long as
   * a copy of it could be used.
   */
  readonly until?: number | undefined;
}

/** A session that is to be saved. */
export interface Outgoing {
  readonly record: SessionRecord;
  /** The data as session JSON. */
  readonly text: string;
  /** Where this backend keeps the session so far; undefined for a new one. */
  readonly held: Held | undefined;
  /** Whether the token is to be a new one. */
  readonly renew: boolean;
  /**
   * Whether the browser needs the cookie anew although its token stays: its end moves, its
   * attributes change, or an old key had signed it.
   */
  readonly resend: boolean;
  /**
   * Whether a user logs in. Such a session is saved even if the one it began with was ended
   * meanwhile.
   */
  readonly isLogin: boolean;
  /** Makes this request's changes again on what another request has saved. */
  readonly replay: Update;
}

export interface Saved {
  /** Whether anything was saved: not if the session was ended while the request ran. */
  readonly isKept: boolean;
  /** The cookie's value; undefined if none is to be sent. */
  readonly value: string | undefined;
  /** One sentence for a person: why no cookie is sent. */
  readonly why?: string | undefined;
  /** How often another request had saved in between. */
  readonly conflicts: number;
  /**
   * What was saved in the end, with the changes of other requests, and its data as session JSON.
   */
  readonly record: SessionRecord;
  readonly text: string;
}
