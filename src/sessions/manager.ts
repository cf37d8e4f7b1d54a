import { adapterAccess } from "../adapter-access.ts";
import { InvalidOptionError, SessionError } from "../errors.ts";
import { checkOptions, kindOf } from "../options.ts";
import { whenDone, type Awaitable } from "./backend.ts";
import { RequestCookie, type RequestFacts } from "./cookie/cookie.ts";
import type { HeaderPair } from "./data/header-pair.ts";
import type { EndListener } from "./ends/session-ended.ts";
import type { SessionManagerOptions } from "./manager-options.ts";
import { checkParts, partsOf, type ManagerParts } from "./manager-parts.ts";
import { crossOriginRequest, type CrossOriginRequest } from "./request/cross-origin.ts";
import { crossOriginError, crossOriginRejection } from "./request/cross-origin-words.ts";
import { readSource, type SessionSourceInput } from "./request/read-source.ts";
import { checkTag } from "./data/check-tag.ts";
import { rejection } from "./data/rejection.ts";
import { reportCommit, reportLoad } from "./request/report.ts";
import type { SessionDirectory, SessionInfo } from "./store/session-directory.ts";
import { checkReadOnlyPlace, readOnlyError, type ReadOnlyPlace } from "./request/read-only.ts";
import { headersFor } from "./request/headers-for.ts";
import { endsSession } from "./request/intent.ts";
import { NOTHING_CAME, type ParsedRequest } from "./request/session-reader.ts";
import { sessionToListenTo, tellOfCookie } from "./request/session-end.ts";
import { SessionState, type Incoming } from "./request/session-state.ts";
import type { Outcome } from "./request/session-writer.ts";
import { unopened } from "./request/unopened.ts";
import { Session, stateOf } from "./session.ts";
import { settingsOf, type Settings } from "./settings.ts";

/** What the adapters of this package need beside `load`. */
export interface AdapterAccess<Data extends object> {
  /**
   * As `commit`, and without a promise where no store is waited for: then the answer need not be
   * held, and its writer sees no difference.
   */
  readonly commit: (session: Session<Data>) => Awaitable<readonly HeaderPair[]>;
  /**
   * Closes a session whose answer has left without it, so that later changes throw. Gives whether
   * the request had changed the session: the change is lost then.
   */
  readonly abandon: (session: Session<Data>) => boolean;
  /**
   * The name of the session's cookie in the answer to a request: two managers of one request cannot
   * share one.
   */
  readonly cookieNameFor: (request: RequestFacts) => string;
}

/**
 * Opens the session of a request, and saves it at the end.
 *
 * Without a store the cookie holds the session, encrypted; with one, the cookie holds a random
 * token, and the store knows only the token's hash. Adapters call `load` and `commit`; so can
 * anything that has a Cookie header.
 *
 * @example
 * ```ts
 * const manager = new SessionManager<{ visits: number }>({ keys: loadKeyRing({ env: process.env })
 * });
 * ```
 */
export class SessionManager<Data extends object = Record<string, unknown>> {
  readonly #settings: Settings;
  readonly #options: SessionManagerOptions<Data>;
  /** What needs the keys: it is made at the first use, where they are given as a function. */
  #parts: ManagerParts | undefined;
  readonly #clearsSiteData: boolean;
  readonly #adapterAccess: AdapterAccess<Data> = {
    commit: (session) => this.#commit(session),
    abandon: (session) => this.#abandon(session),
    cookieNameFor: (request) => new RequestCookie(this.#opened.cookie, request).name,
  };

  /**
   * @throws InvalidOptionError for options that cannot be, SecretKeyError for keys that cannot be.
   *   Where `keys` is a function, SecretKeyError is thrown by what uses the manager, at each use.
   */
  constructor(options: SessionManagerOptions<Data>) {
    this.#settings = settingsOf(options);
    this.#clearsSiteData = options.clearSiteData === true;
    this.#options = options;
    if (typeof options.keys === "function") checkParts(this.#settings, options);
    else this.#parts = partsOf(this.#settings, options);
  }

  get #opened(): ManagerParts {
    return (this.#parts ??= partsOf(this.#settings, this.#options));
  }

  /**
   * The session of a request. Anything wrong with the cookie is a fresh session and a `rejection`,
   * never an exception.
   *
   * A request that may change something and that the page of another origin sent, and a WebSocket
   * that such a page opens, have an empty session with the rejection `cross_origin`. Each change of
   * it throws, `login()` too, and the visitor's cookie is left alone. This is judged by `method`,
   * `origin` and `site` of `request`, or its `headers`; a `Request` has all of it. Without a
   * method, a request that has an Origin is judged. Where neither Origin nor Sec-Fetch-Site is
   * known, the request counts as one that no browser sent.
   *
   * @param source the Cookie header as it came, or the web's `Request` or `Headers` that hold it.
   * @param request what is known of the request. Without it, or without the address of the other
   *   side, the cookie counts as Secure.
   * @throws InvalidOptionError for another source; SessionError `store_failed` when the store fails
   *   or is late, unless `onStoreFailure` says otherwise.
   */
  async load(source: SessionSourceInput, request?: RequestFacts): Promise<Session<Data>> {
    const { cookieHeader, facts, sent } = readSource(source, request);
    const { cookie: ownCookie, reader } = this.#opened;
    const cookie = new RequestCookie(ownCookie, facts);
    const foreign = sent === undefined ? undefined : crossOriginRequest(sent, this.#settings.trustedOrigins);
    if (foreign !== undefined) return this.#refused(cookie, foreign);
    try {
      const parsed = reader.read(cookieHeader ?? "", cookie);
      return this.#sessionOf(cookie, parsed instanceof Promise ? await parsed : parsed);
    } catch (error) {
      if (this.#settings.onStoreFailure !== "anonymous" || !(error instanceof SessionError)) throw error;
      return this.#sessionOf(cookie, unopened(cookie, rejection("store_failed")));
    }
  }

  /**
   * The session of a request, for reading only: for places that cannot send a cookie, such as
   * pages, layouts and server components of a framework. Each change of it throws, `login`,
   * `logout` and `flash` too, because it would be lost. Nothing is saved, moved or extended, in the
   * store or in the cookie. `commit` does no harm, and gives nothing but `Vary: Cookie`.
   *
   * @param source as for `load`.
   * @param request as for `load`.
   * @param place how the message of a change names the place, and what it gives as the fix.
   * @throws as `load` does. A change throws SessionError `session_read_only`.
   * @example
   * ```ts
   * const session = await manager.loadReadOnly(request.headers.cookie);
   * session.subject; // works, and session.data.visits = 1 throws
   * ```
   */
  async loadReadOnly(
    source: SessionSourceInput,
    request?: RequestFacts,
    place: ReadOnlyPlace = {},
  ): Promise<Session<Data>> {
    checkReadOnlyPlace(place);
    const session = await this.load(source, request);
    stateOf(session).onlyRead(() => readOnlyError(place));
    return session;
  }

  /**
   * Saves the session and closes it: later changes throw.
   *
   * @returns headers of the answer, to be appended: Set-Cookie, Vary and Cache-Control, or none.
   * @throws SessionError `store_failed`, `store_conflict`, `cookie_too_large`, `session_too_large`
   *   or `session_invalid`; then nothing may be sent but an error.
   */
  async commit(session: Session<Data>): Promise<readonly HeaderPair[]> {
    return await this.#commit(session);
  }

  /**
   * Whether `list` and `revokeAll` work: whether there is a store, and it finds sessions by their
   * subject.
   */
  get listsBySubject(): boolean {
    return this.#opened.directory?.isIndexed === true;
  }

  /**
   * For the adapters of this package.
   *
   * @internal
   */
  get [adapterAccess](): AdapterAccess<Data> {
    return this.#adapterAccess;
  }

  /** A promise only where a store is waited for. */
  #commit(session: Session<Data>): Awaitable<readonly HeaderPair[]> {
    const state = this.#stateOf(session);
    if (state.isClosed) return [];
    try {
      return whenDone(this.#opened.writer.conclude(state), (outcome) => this.#headersOf(state, outcome));
    } finally {
      // A change made while the store is being asked comes too late as well.
      state.close();
    }
  }

  #abandon(session: Session<Data>): boolean {
    const state = this.#stateOf(session);
    if (state.isClosed) return false;
    const isLost = this.#opened.writer.hasChange(state);
    state.close();
    return isLost;
  }

  #stateOf(session: Session<Data>): SessionState {
    const state = stateOf(session);
    if (state.owner !== this)
      throw new InvalidOptionError(
        "This session was loaded by another SessionManager. Fix: commit it with the manager that loaded it.",
      );
    return state;
  }

  #sessionOf(cookie: RequestCookie, parsed: ParsedRequest): Session<Data> {
    const { backend, keys, warnings } = this.#opened;
    const open = (): Incoming => {
      const opened = parsed.open();
      if (opened.verdict === "valid" && opened.source === backend && opened.cookieName !== cookie.name)
        cookie.keep(opened.cookieName);
      if (opened.verdict === "rejected" && opened.reason === "duplicate") warnings.duplicate(opened.cookieName);
      reportLoad(backend, keys, cookie, opened);
      return opened;
    };
    const state = new SessionState(this, cookie, parsed.names, open, this.#settings.clock);
    // If a store was asked, there is nothing to put off.
    if (this.#settings.store !== undefined && parsed !== NOTHING_CAME) state.open();
    return new Session<Data>(state);
  }

  /** The session of a cross-origin request: it is empty, and it stays so. */
  #refused(cookie: RequestCookie, request: CrossOriginRequest): Session<Data> {
    const session = this.#sessionOf(cookie, unopened(cookie, crossOriginRejection(request)));
    const state = stateOf(session);
    // Reported at once: such a request is worth knowing of, even if nothing looks at its session.
    state.open();
    state.refuse(() => crossOriginError(request));
    return session;
  }

  #headersOf(state: SessionState, outcome: Outcome): readonly HeaderPair[] {
    const { backend, ends, warnings } = this.#opened;
    reportCommit(backend, state, outcome);
    tellOfCookie(state, outcome, ends, this.#settings.clock);
    if (outcome.cookies.length > 0) warnings.sent(state.cookie);
    return headersFor(outcome.cookies, state.isAccessed, this.#clearsSiteData && endsSession(state.intent));
  }

  /**
   * All sessions of one subject, the last seen first.
   *
   * @throws InvalidOptionError without a store that can list by subject.
   */
  async list(subject: string): Promise<readonly SessionInfo[]> {
    return await this.#directoryFor("list").list(subject);
  }

  /**
   * Ends one session, wherever it has moved meanwhile.
   *
   * @param id from `list`, or `session.id`.
   * @param options `subject` is the user who asks for it. Give it whenever the id came from a
   *   visitor: a session of another user is then left alone.
   * @returns whether there was such a session.
   * @throws InvalidOptionError without a store, or for an id that is not one of a store.
   */
  async revoke(id: string, options: { readonly subject?: string | undefined } = {}): Promise<boolean> {
    checkOptions("revoke", options, ["subject"]);
    const { directory } = this.#opened;
    if (directory === undefined)
      throw new InvalidOptionError(
        "revoke needs a store. A session that its cookie holds can only be refused. Fix: give SessionManager a store, or isRevoked or validFrom.",
      );
    return await directory.revoke(id, options);
  }

  /**
   * Ends all sessions of a subject: "log out everywhere", or with `except` everywhere else. It goes
   * on until a listing is empty, so a session that is being renewed meanwhile ends too. A login
   * that is under way is a new session, and stays.
   *
   * @param options `except` is the id of a session that stays, such as `session.id`.
   * @returns how many were ended.
   * @throws InvalidOptionError without a store that can list by subject; SessionError
   *   `store_conflict` if sessions are begun all the time.
   */
  async revokeAll(subject: string, options: { readonly except?: string | undefined } = {}): Promise<number> {
    checkOptions("revokeAll", options, ["except"]);
    return await this.#directoryFor("revokeAll").revokeAll(subject, options);
  }

  /**
   * Calls a function once when a session has ended, however and wherever: so that sockets and
   * streams close at logout. It follows the session that came in with the request, through renewals
   * too. The session need not be committed.
   *
   * In this process, and in others where the store passes messages on (Redis with `subscriber`,
   * PostgreSQL), it is called at once. Otherwise the store is asked every 30 seconds. At the end of
   * its time it is called within a second. docs/session-end.md says what can be heard of sessions
   * that their cookies hold.
   *
   * @param listener is called in a microtask if the session had ended before it was loaded. It is
   *   never called if the request came without a session. If it throws, a warning is emitted, and
   *   other listeners are called.
   * @returns a function that stops listening. Call it when the socket closes by itself.
   * @throws InvalidOptionError for a session of another manager, or a listener that is no function.
   * @example
   * ```ts
   * const stop = manager.onEnd(session, ({ reason }) => response.end(reason));
   * response.on("close", stop);
   * ```
   */
  onEnd(session: Session<Data>, listener: EndListener): () => void {
    const state = this.#stateOf(session);
    if (typeof listener !== "function")
      throw new InvalidOptionError(
        `manager.onEnd takes a function as its second argument. It got ${kindOf(listener)}. Fix: manager.onEnd(session, () => socket.close()).`,
      );
    // To listen to a session is to look at it.
    state.read();
    const known = sessionToListenTo(state);
    if (known === undefined) return () => undefined;
    if ("reason" in known) return this.#opened.ends.tellLater(listener, known);
    return this.#opened.ends.listen(known, listener);
  }

  /**
   * Ends all sessions with a tag that was given to `login`. With OpenID Connect that is what a
   * back-channel logout asks for, by the claim `sid` of its logout token. As with `revokeAll`, a
   * session that is being renewed meanwhile ends too, and a login that is under way is a new
   * session and stays.
   *
   * @param tag as given to `login`.
   * @returns how many were ended.
   * @throws InvalidOptionError without a store that can list by subject, or for what cannot be a
   *   tag; SessionError `store_failed`, or `store_conflict` if sessions are begun all the time.
   * @example
   * ```ts
   * await manager.revokeByTag("08a5019c-17e1-4977-8f42-65a12843ea02"); // => 0
   * ```
   */
  async revokeByTag(tag: string): Promise<number> {
    checkTag(tag, "The tag of revokeByTag");
    this.#directoryFor("revokeByTag");
    return (await this.#opened.tags?.revoke(tag)) ?? 0;
  }

  #directoryFor(method: string): SessionDirectory {
    const { directory } = this.#opened;
    if (directory?.isIndexed === true) return directory;
    throw new InvalidOptionError(
      `${method} needs a store that finds sessions by subject. Fix: give SessionManager one, such as new SqliteStore("sessions.sqlite").`,
    );
  }
}
