import { InvalidOptionError, SessionError } from "../errors.ts";
import { checkOptions, kindOf, numberOrKind } from "../options.ts";
import { checkTag } from "./data/check-tag.ts";
import { sessionClosed } from "./data/closed-view.ts";
import { addFlash, hasFlashes, takeFlashes, type FlashMessage } from "./data/flashes.ts";
import { CLOCK_SKEW } from "./data/lifetime.ts";
import type { Rejection } from "./data/rejection.ts";
import { SessionState } from "./request/session-state.ts";

/** What goes with a login. */
export interface LoginOptions {
  /** Sets `session.persistent` as well: true or false. Unless given, it stays as it was. */
  readonly persistent?: boolean | undefined;
  /**
   * Text of up to 200 characters that tells this session from the user's others, such as "Firefox
   * on Linux".
   */
  readonly label?: string | undefined;
  /**
   * Text of 1 to 512 characters, without NUL, by which `manager.revokeByTag` finds this session:
   * with OpenID Connect the claim `sid` of the ID token. Default: none. The visitor never sees it,
   * except in a cookie of `signed()` or `flask()`.
   */
  readonly tag?: string | undefined;
}

/** The subject is part of the cookie, and of an index of the store. */
const LONGEST_SUBJECT = 512;
const LONGEST_LABEL = 200;

/** What the manager knows of a session. */
export let stateOf: <Data extends object>(session: Session<Data>) => SessionState;

/**
 * One visitor's session, from the request to its answer.
 *
 * Change `data` in any way, also deep inside. At the end it is saved if its JSON differs from what
 * was loaded. Looking at the session makes the answer depend on the cookie, so the answer gets
 * `Vary: Cookie`.
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
    // What console.log shows, in Node, Bun and Deno. By its key, since other runtimes lack the
    // constant of node:util.
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: Session) {
        return viewOf(this.#state);
      },
    });
  }

  /** Sessions are made by `SessionManager.load`. */
  constructor(state: SessionState) {
    if (!(state instanceof SessionState))
      throw new InvalidOptionError(
        "A Session is made by SessionManager.load. Fix: const session = await manager.load(cookieHeader).",
      );
    this.#state = state;
    // `session.views = 1` in place of `session.data.views = 1` would be lost silently.
    Object.preventExtensions(this);
  }

  /**
   * The name of this session, and no secret. With a store it is the id under which the session is
   * stored, a hash of the visitor's token, which `revoke` takes. In a sealed or signed cookie it is
   * what `isRevoked` is asked about: `renew()` keeps it, and `login()` brings another. Undefined in
   * Flask's cookies, and in a request in which the session begins or after `logout()`.
   */
  get id(): string | undefined {
    this.#state.read();
    return this.#state.id();
  }

  /** Whether the visitor came without a session that can be used. */
  get isNew(): boolean {
    this.#state.read();
    return this.#state.open().verdict !== "valid";
  }

  /** Whose session this is, once `login` was called; undefined for an anonymous visitor's. */
  get subject(): string | undefined {
    return this.#state.read().subject;
  }

  /**
   * When the user last proved who they are, by `login` or `confirm`, in Unix seconds. Renewals and
   * saves do not move it. Undefined while no user is logged in, and in a session from before this
   * was saved.
   */
  get authenticatedAt(): number | undefined {
    const { subject, authenticatedAt } = this.#state.read();
    return subject === undefined ? undefined : authenticatedAt;
  }

  /**
   * The application's own entries: what JSON holds, and Tuple, Date, Uint8Array, Uuid and Markup.
   * They may be changed in any way until the answer begins.
   */
  get data(): Partial<Data> {
    return this.#state.data as Partial<Data>;
  }

  /**
   * Whether the cookie outlives the browser's window, until the session's own end. False unless
   * set.
   */
  get persistent(): boolean {
    return this.#state.read().persistent;
  }

  set persistent(value: boolean) {
    this.#state.write().persistent = checkedPersistent(value, "session.persistent");
  }

  /**
   * Why the cookie that came in was not accepted; undefined if it was, or if none came. The reason
   * `cross_origin` says that the page of another origin sent the request, with or without a cookie:
   * then the session stays empty, and each change throws.
   */
  get rejection(): Rejection | undefined {
    this.#state.read();
    const opened = this.#state.open();
    return opened.verdict === "rejected" ? { reason: opened.reason, explanation: opened.explanation } : undefined;
  }

  /**
   * Links the session to a user. It gets a new token, so that one planted before is worth nothing
   * (OWASP ASVS 5.0, 7.2.4), and its absolute lifetime begins anew. The data stays: take out what
   * belongs to another user.
   *
   * @param subject the user's id as text of 1 to 512 characters, without NUL.
   * @throws InvalidOptionError for anything else; SessionError `session_closed` after the headers
   *   have left, `cross_origin` if the page of another origin sent the request.
   */
  login(subject: string, options: LoginOptions = {}): void {
    checkOptions("session.login", options, ["persistent", "label", "tag"]);
    const { persistent, label, tag } = options;
    if (!isText(subject, LONGEST_SUBJECT) || subject === "" || subject.includes("\0")) {
      throw new InvalidOptionError(
        `session.login takes the user's id as text of 1 to ${LONGEST_SUBJECT} characters, without NUL. Fix: session.login(String(user.id)).`,
      );
    }
    if (label !== undefined && !isText(label, LONGEST_LABEL)) {
      throw new InvalidOptionError(
        `The label of session.login must be text of up to ${LONGEST_LABEL} characters. It got ${typeof label === "string" ? `${(label as string).length} characters` : kindOf(label)}. Fix: label.slice(0, ${LONGEST_LABEL}).`,
      );
    }
    if (tag !== undefined) checkTag(tag, "The tag of session.login");
    const isPersistent =
      persistent === undefined ? undefined : checkedPersistent(persistent, "The option persistent of session.login");
    this.#state.login(subject, { label, tag });
    if (isPersistent !== undefined) this.#state.write().persistent = isPersistent;
  }

  /**
   * Notes that the user has proved again who they are, such as with the password before a change of
   * it. The session gets a new token and its lifetime begins anew, as after `login`. User, label,
   * tag and data stay.
   *
   * @throws SessionError `session_anonymous` if no user is logged in; `session_closed` after the
   *   headers have left.
   * @example
   * ```ts
   * session.confirm();
   * session.isRecent(600); // => true
   * ```
   */
  confirm(): void {
    const { subject, label, tag } = this.#state.write();
    if (subject === undefined)
      throw new SessionError(
        "session_anonymous",
        "session.confirm() needs a session in which a user is logged in, and this one is anonymous. Fix: session.login(String(user.id)).",
      );
    this.#state.login(subject, { label, tag });
  }

  /**
   * Whether the user has logged in, or confirmed, within so many seconds. False while no user is
   * logged in, and for a session from before this was saved. Ask it before what a stolen session
   * must not do, such as changing the password.
   *
   * @param seconds a whole number from 1, such as 600 for ten minutes.
   * @throws InvalidOptionError for anything else.
   * @example
   * ```ts
   * if (!session.isRecent(600)) response.writeHead(302, { Location: "/login?back=/password" }).end();
   * ```
   */
  isRecent(seconds: number): boolean {
    if (!Number.isSafeInteger(seconds) || seconds < 1)
      throw new InvalidOptionError(
        `session.isRecent takes a whole number of seconds from 1. It got ${numberOrKind(seconds)}. Fix: session.isRecent(600) for ten minutes.`,
      );
    const { authenticatedAt } = this;
    if (authenticatedAt === undefined) return false;
    const age = this.#state.now() - authenticatedAt;
    return age <= seconds && age >= -CLOCK_SKEW;
  }

  /**
   * Ends the session, in the store too, and empties it. What is saved in it afterwards, such as a
   * flashed message, begins a new one under a new token. If a login has put another token in its
   * place a moment ago, that session ends too.
   *
   * Without a store the browser forgets the cookie. A copy of the cookie stays good until it
   * expires, and a request that was already running may send the cookie once more; `validFrom` and
   * `isRevoked` refuse both.
   */
  logout(): void {
    this.#state.end();
  }

  /**
   * Gives the session a new token and keeps the rest, as is right when a visitor's rights
   * change. With a store the old token opens it for ten seconds more, so that requests which are on
   * their way are not logged out; where that is too long, `login` has no such grace.
   */
  renew(): void {
    this.#state.renew();
  }

  /** Ends the session as `logout` does, for good: a change after it throws. */
  destroy(): void {
    this.#state.destroy();
  }

  /**
   * Changes the data in a way that holds when other requests change it at the same time: with a
   * store, the function is called again on what they have saved. It must not be asynchronous, and
   * should change nothing else.
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
          "The function given to session.update must not return a promise. Fix: do what has to be awaited before, and only the change inside.",
        );
      }
    });
  }

  /**
   * Leaves a message for the visitor's next page. If the session has no room, the oldest messages
   * are dropped.
   *
   * @param category a word for the template, "message" unless given.
   */
  flash(message: string, category: string = "message"): void {
    addFlash(this.#state.write().data, { category, message });
  }

  /**
   * The messages that were left for this page, oldest first. They are taken out: each is read once.
   */
  flashes(): FlashMessage[] {
    // Also while there are none: otherwise it would work until the first message comes.
    if (this.#state.isReadOnly) this.#state.write();
    const { data } = this.#state.read();
    if (!hasFlashes(data)) return [];
    if (this.#state.isClosed)
      throw sessionClosed(
        "flashed messages are taken out of it when they are read, and the headers have left. Read them before.",
      );
    return takeFlashes(data);
  }

  /** A session is not data: JSON shows that it is one, and nothing of it. */
  toJSON(): string {
    return "[Session]";
  }
}

/** Named so that inspection shows `Session { … }`. */
const SessionView = class Session {
  readonly id: string | undefined;
  readonly subject: string | undefined;
  readonly isNew: boolean;
  readonly keys: readonly string[];

  constructor(id: string | undefined, subject: string | undefined, isNew: boolean, keys: readonly string[]) {
    this.id = id;
    this.subject = subject;
    this.isNew = isNew;
    this.keys = keys;
  }
};

/** Who and which entries, and no values. To look at it this way is not to access the session. */
function viewOf(state: SessionState): object {
  const { subject, data } = state.record();
  return new SessionView(state.id(), subject, state.valid === undefined, Object.keys(data));
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === "string" && value.length <= longest && value.isWellFormed();
}

/** A checkbox gives "on", and "false" is true in JavaScript: neither is taken for a boolean. */
function checkedPersistent(value: unknown, place: string): boolean {
  if (typeof value === "boolean") return value;
  const written = typeof value === "string" ? JSON.stringify(value.slice(0, 20)) : `a ${typeof value}`;
  throw new InvalidOptionError(
    `${place} must be true or false. It got ${written}. Fix for a checkbox: persistent: body.remember === "on".`,
  );
}
