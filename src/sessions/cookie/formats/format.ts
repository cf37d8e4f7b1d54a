import type { Clock } from "../../../clock.ts";
import type { KeyRing } from "../../../keys/key-ring.ts";
import type { Reading } from "../../backend.ts";
import type { Lifetimes } from "../../data/lifetime.ts";
import type { Rejection } from "../../data/rejection.ts";
import type { SessionRecord } from "../../data/session-record.ts";

/**
 * What a cookie that holds its whole session looks like. Made by `sealed()`, `signed()` or
 * `flask()`, and given its keys by the SessionManager.
 */
export interface SessionFormat {
  /** Its name in messages. */
  readonly name: string;
  /** The name of its cookie, if it insists on one. */
  readonly cookieName?: string | undefined;
  /** Whether one pair of quotes around the value is taken off, as Python's cookie parser does. */
  readonly unquotes?: boolean | undefined;
  /** Its own lifetimes, where they differ from the usual ones. */
  readonly lifetimes?: Lifetimes | undefined;
  /**
   * Whether its cookies say only when they were written, and not when the session began. Then such
   * a session has no absolute end: the shorter one of `lifetime` and `idleTimeout` counts from the
   * last time the cookie was written.
   */
  readonly hasNoStart?: boolean | undefined;
  /**
   * Whether a visit moves the end of persistent sessions alone, as in Flask. Default: of all
   * sessions.
   */
  readonly extendsPersistentOnly?: boolean | undefined;
  /** The format for one cookie name. */
  bind(context: FormatContext): SessionCodec;
}

export interface FormatContext {
  readonly keys: KeyRing;
  readonly cookieName: string;
  readonly clock: Clock;
  /**
   * When a session ends by the lifetimes of the SessionManager unless it is used again, in Unix
   * seconds. For formats that tell it to other readers.
   */
  readonly expiryOf: (session: SessionRecord) => number;
}

/** Reads and writes the values of one cookie. */
export interface SessionCodec {
  /**
   * The session of a value with a good signature. Its age is for others to judge. Never throws for
   * anything that a cookie can hold.
   */
  decode(value: string): Reading | Rejection;
  /**
   * @param record with the id that the session had so far. Without one, a format that has room for
   *   it makes one.
   * @param text the data as session JSON, which formats may use as it is.
   */
  encode(record: SessionRecord, text: string): string;
}
