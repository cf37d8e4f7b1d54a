import type { SecretKey } from "../keys/secret-key.ts";
import type { Lifetimes } from "./lifetime.ts";
import type { Update } from "./merge.ts";
import type { OriginalData } from "./original-data.ts";
import type { Rejection } from "./rejection.ts";
import type { SessionRecord } from "./session-record.ts";

/** Where sessions are kept: in the cookie, or in a store while the cookie holds a token. */
export interface SessionBackend {
  /** The name for messages: "sealed", "signed", "flask" or "store". */
  readonly format: string;
  readonly lifetimes: Lifetimes;
  /** The name of the cookie it reads and writes. */
  cookieName(secure: boolean): string;
  /**
   * A function that opens each of these values. A store is asked here, so that the function itself need not wait; for a cookie
   * that holds its session nothing is done before the function is called.
   */
  reader(name: string, values: readonly string[]): Reader | Promise<Reader>;
  /** Keeps a session. */
  save(name: string, session: Outgoing): Saved | Promise<Saved>;
  /** Moves the end of a session that did not change. */
  touch(name: string, session: Outgoing): Saved | Promise<Saved>;
  /** Forgets a session. */
  remove(held: Held): Promise<void>;
}

/** Opens a cookie's value; never throws for anything that a cookie can hold. */
export type Reader = (value: string) => Reading | Rejection;

/** A session that a value leads to. */
export interface Reading {
  readonly record: SessionRecord;
  readonly key: SecretKey;
  /** The record's data as it came in, where it is known already. */
  readonly original?: OriginalData | undefined;
  /** How a store keeps it. */
  readonly held?: Held | undefined;
}

/** The store's side of a session. */
export interface Held {
  readonly id: string;
  /** Undefined for a request that came with a token which has been renewed meanwhile: its successor is known to the browser alone. */
  readonly token: string | undefined;
  /** When the cookie was sent, in Unix seconds: the browser counts from there, whatever was kept since. */
  readonly issuedAt: number;
  readonly payload: string;
}

/** A session that is to be kept. */
export interface Outgoing {
  readonly record: SessionRecord;
  /** The data as session JSON. */
  readonly text: string;
  /** Where this backend keeps the session so far; undefined for a new one. */
  readonly held: Held | undefined;
  /** Whether the token is to be a new one. */
  readonly renew: boolean;
  /** Whether the browser needs the cookie anew although its token stays: its end moves, its attributes change, or an old key had signed it. */
  readonly resend: boolean;
  /** Whether the session may be kept although it was ended meanwhile: a login stands on its own. */
  readonly outlives: boolean;
  /** Makes this request's changes again on what another request has saved. */
  readonly replay: Update;
}

export interface Saved {
  /** Whether anything was kept: not if the session was ended while the request ran. */
  readonly isKept: boolean;
  /** The cookie's value; undefined if none is to be sent. */
  readonly value: string | undefined;
  /** One sentence for a person: why no cookie is sent. */
  readonly why?: string | undefined;
  /** How often another request had saved in between. */
  readonly conflicts: number;
  /** What was kept in the end, with the changes of other requests, and its data as session JSON. */
  readonly record: SessionRecord;
  readonly text: string;
}
