import { InvalidOptionError, SessionError } from "../errors.ts";
import { Tuple } from "../signing/tuple.ts";
import type { Rejection } from "./rejection.ts";
import type { SessionState } from "./session-state.ts";

/** A message for the visitor's next page. */
export interface FlashMessage {
  readonly category: string;
  readonly message: string;
}

/** What goes with a login. */
export interface LoginOptions {
  readonly persistent?: boolean | undefined;
  readonly label?: string | undefined;
}

/** It travels in the cookie, and stands in an index of the store. */
const LONGEST_SUBJECT = 512;
const LONGEST_LABEL = 200;

/** Where Flask keeps flashed messages, and in the same form: tuples of category and message. */
const FLASHES = "_flashes";

/** What the manager knows of a session. */
export let stateOf: <Data extends object>(session: Session<Data>) => SessionState;

/**
 * One visitor's session, from the request to its answer.
 *
 * Change `data` in any way, also deep inside; at the end it is kept if its JSON differs from what was loaded. Whoever looks at the session
 * makes the answer depend on the cookie, so the answer gets `Vary: Cookie`.
 *
 * @example
 * ```ts
 * const session = await manager.load(request.headers.cookie);
 * session.data.visits = (session.data.visits ?? 0) + 1;
 * const headers = await manager.commit(session);
 * ```
 */
export class Session<Data extends object = Record<string, unknown>> {
  readonly #state: SessionState;

  static {
    stateOf = (session) => session.#state;
  }

  /** Sessions are made by `SessionManager.load`. */
  constructor(state: SessionState) {
    this.#state = state;
  }

  /**
   * What this session is known by, and no secret. With a store it is the id under which that keeps the session, a hash of the visitor's token, which `revoke` takes. In a sealed
   * or signed cookie it is what `isRevoked` is asked about. A login or a renewal brings another. Undefined in Flask's cookies, and in a request in which the session begins.
   */
  get id(): string | undefined {
    const { id } = this.#state.look();
    return this.#state.held?.id ?? id;
  }

  /** Whether the visitor came without a session that can be used. */
  get isNew(): boolean {
    this.#state.look();
    return this.#state.open().verdict !== "valid";
  }

  /** Whose session this is, once `login` was called; undefined for an anonymous visitor's. */
  get subject(): string | undefined {
    return this.#state.look().subject;
  }

  /** The application's own entries: what JSON holds, and Tuple, Date, Uint8Array, Uuid and Markup. They may be changed in any way until the answer begins. */
  get data(): Partial<Data> {
    return this.#state.data as Partial<Data>;
  }

  /** Whether the cookie outlives the browser's window, until the session's own end. False unless set. */
  get persistent(): boolean {
    return this.#state.look().persistent;
  }

  set persistent(value: boolean) {
    this.#state.edit().persistent = value;
  }

  /** Why the cookie that came in was not accepted; undefined if it was, or if none came. */
  get rejection(): Rejection | undefined {
    this.#state.look();
    const opened = this.#state.open();
    return opened.verdict === "rejected" ? { reason: opened.reason, explanation: opened.explanation } : undefined;
  }

  /**
   * Makes the session somebody's. It gets a new token, so that one planted before is worth nothing (OWASP ASVS 5.0, 7.2.4), and its absolute
   * lifetime begins anew. The data stays: take out what belongs to somebody else.
   *
   * @param subject the user's id as text of up to 512 characters.
   * @param options `persistent` sets `session.persistent` as well. `label`, up to 200 characters, tells this session from the user's others
   *   where a store lists them, such as "Firefox on Linux".
   * @throws InvalidOptionError for anything else; SessionError `session_closed` after the headers have left.
   */
  login(subject: string, options: LoginOptions = {}): void {
    if (typeof subject !== "string" || subject === "" || subject.length > LONGEST_SUBJECT || !subject.isWellFormed()) {
      throw new InvalidOptionError(
        `session.login takes the user's id as text of 1 to ${LONGEST_SUBJECT} characters: session.login(String(user.id)).`,
      );
    }
    const { label } = options;
    if (label !== undefined && (typeof label !== "string" || label.length > LONGEST_LABEL || !label.isWellFormed())) {
      throw new InvalidOptionError(`The label of session.login is text of up to ${LONGEST_LABEL} characters.`);
    }
    const record = this.#state.edit();
    record.subject = subject;
    record.label = label;
    if (options.persistent !== undefined) record.persistent = options.persistent;
    record.createdAt = this.#state.now();
    this.#state.renewed = true;
    this.#state.loggedIn = true;
  }

  /** Ends the session, in the store too, and empties it. What is put into it afterwards, say a flashed message, begins a new one under a new token. */
  logout(): void {
    this.#state.end();
    this.#state.loggedIn = false;
  }

  /**
   * Gives the session a new token and keeps the rest, as is right whenever a visitor's rights change. With a store the old token opens it for ten seconds more,
   * so that requests which are on their way are not logged out; where that is too long, `login` has no such grace.
   */
  renew(): void {
    this.#state.edit();
    this.#state.renewed = true;
  }

  /** Ends the session as `logout` does, for good: a change after it throws. */
  destroy(): void {
    this.#state.end();
    this.#state.destroy();
  }

  /**
   * Changes the data in a way that holds when other requests change it at the same time: with a store, the function is called again on what
   * they have saved. It must not be asynchronous, and should change nothing else.
   *
   * @example
   * ```ts
   * session.update((data) => void (data.count = (data.count ?? 0) + 1));
   * ```
   */
  update(change: (data: Partial<Data>) => void): void {
    this.#state.update((data) => {
      const result: unknown = change(data as Partial<Data>);
      if (result instanceof Promise) {
        throw new InvalidOptionError(
          "The function given to session.update is asynchronous: do what has to be awaited before, and only the change inside.",
        );
      }
    });
  }

  /** Leaves a message for the visitor's next page. @param category a word for the template, "message" unless given. */
  flash(message: string, category: string = "message"): void {
    const { data } = this.#state.edit();
    const kept = Object.hasOwn(data, FLASHES) ? data[FLASHES] : undefined;
    data[FLASHES] = [...(Array.isArray(kept) ? (kept as unknown[]) : []), new Tuple(category, message)];
  }

  /** The messages that were left for this page, oldest first. They are taken out: each is read once. */
  flashes(): FlashMessage[] {
    const { data } = this.#state.look();
    const kept = Object.hasOwn(data, FLASHES) ? data[FLASHES] : undefined;
    if (kept === undefined) return [];
    if (this.#state.closed)
      throw new SessionError(
        "session_closed",
        "Flashed messages are taken out of the session when they are read, and the headers have left: read them before.",
      );
    delete data[FLASHES];
    if (!Array.isArray(kept)) return [];
    return (kept as unknown[]).flatMap((pair) => {
      const [category, message] = Array.isArray(pair) ? (pair as unknown[]) : [];
      return typeof category === "string" && typeof message === "string" ? [{ category, message }] : [];
    });
  }
}
