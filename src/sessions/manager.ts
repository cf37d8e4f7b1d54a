import { adapterAccess } from "../adapter-access.ts";
import type { Clock } from "../clock.ts";
import { InvalidOptionError, SessionError } from "../errors.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import { checkOptions, kindOf } from "../options.ts";
import { whenDone, type Awaitable, type SessionBackend, type SessionSource } from "./backend.ts";
import { CookieBackend } from "./cookie/cookie-backend.ts";
import { CookieWarnings } from "./cookie/cookie-warnings.ts";
import { RequestCookie, SessionCookie, type RequestFacts } from "./cookie/cookie.ts";
import type { SessionFormat } from "./cookie/formats/format.ts";
import type { HeaderPair } from "./data/header-pair.ts";
import { EndCheck } from "./end-check.ts";
import type { EndListener } from "./ends/session-ended.ts";
import { SessionEnds } from "./ends/session-ends.ts";
import type { SessionManagerOptions } from "./manager-options.ts";
import { MovingCookies } from "./store/moving-cookies.ts";
import { crossOriginRequest, type CrossOriginRequest } from "./request/cross-origin.ts";
import { crossOriginError, crossOriginRejection } from "./request/cross-origin-words.ts";
import { readSource, type SessionSourceInput } from "./request/read-source.ts";
import { checkTag } from "./data/check-tag.ts";
import { storedAgeProblem } from "./data/lifetime.ts";
import { rejection } from "./data/rejection.ts";
import { reportCommit, reportLoad } from "./request/report.ts";
import { Revocation } from "./request/revocation.ts";
import { SessionDirectory, type SessionInfo } from "./store/session-directory.ts";
import { headersFor } from "./request/headers-for.ts";
import { endsSession } from "./request/intent.ts";
import { NOTHING_CAME, SessionReader, type ParsedRequest } from "./request/session-reader.ts";
import { sessionToListenTo, tellOfCookie } from "./request/session-end.ts";
import { SessionState, type Incoming } from "./request/session-state.ts";
import { SessionWriter, type Outcome } from "./request/session-writer.ts";
import { unopened } from "./request/unopened.ts";
import { Session, stateOf } from "./session.ts";
import { settingsOf } from "./settings.ts";
import { StoreBackend } from "./store/store-backend.ts";
import type { StoredSessions } from "./store/stored-sessions.ts";
import { announcing } from "./store/announcing.ts";
import type { SessionStore } from "./store/session-store.ts";
import type { SessionTags } from "./store/session-tags.ts";

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
  readonly #keys: KeyRing;
  readonly #cookie: SessionCookie;
  readonly #clearsSiteData: boolean;
  readonly #clock: Clock;
  readonly #store: SessionStore | undefined;
  readonly #backend: SessionBackend;
  readonly #reader: SessionReader;
  readonly #writer: SessionWriter;
  readonly #isAnonymousOnFailure: boolean;
  readonly #trustedOrigins: ReadonlySet<string>;
  readonly #warnings: CookieWarnings;
  readonly #directory: SessionDirectory | undefined;
  readonly #ends: SessionEnds;
  readonly #tags: SessionTags | undefined;
  readonly #adapterAccess: AdapterAccess<Data> = {
    commit: (session) => this.#commit(session),
    abandon: (session) => this.#abandon(session),
    cookieNameFor: (request) => new RequestCookie(this.#cookie, request).name,
  };

  /**
   * @throws InvalidOptionError for options that cannot be, SecretKeyError for keys that cannot be.
   */
  constructor(options: SessionManagerOptions<Data>) {
    const settings = settingsOf(options);
    const { keys, clock, store, format: own, cookie, fallbackFormats, storeTimeout, maxPayloadBytes } = settings;
    this.#keys = keys;
    this.#clock = clock;
    this.#clearsSiteData = options.clearSiteData === true;
    this.#store = store;
    this.#isAnonymousOnFailure = settings.onStoreFailure === "anonymous";
    this.#trustedOrigins = settings.trustedOrigins;
    this.#cookie = new SessionCookie(cookie, store === undefined ? own.cookieName : undefined, keys.mode);
    this.#warnings = new CookieWarnings(cookie, keys.mode);
    const inCookie = (format: SessionFormat, cookie: SessionCookie): CookieBackend =>
      new CookieBackend(format, { cookie, keys, clock, lifetimes: settings.lifetimesOf(format) });
    const others = fallbackFormats.map((format) =>
      inCookie(format, new SessionCookie(cookie, format.cookieName, keys.mode)),
    );
    const { schema } = options;
    const revocation = new Revocation(options, storeTimeout);
    const ends = new SessionEnds({
      clock,
      channel: store && announcing(store),
      timeout: storeTimeout,
      ask: async (known) => await check.ask(known),
      asksAboutCookies: revocation.isNeeded,
    });
    this.#ends = ends;
    let sources: readonly SessionSource[];
    let sessions: StoredSessions | undefined;
    if (store === undefined) {
      this.#backend = inCookie(own, this.#cookie);
      sources = [this.#backend, ...others];
    } else {
      const lifetimes = settings.lifetimesOf();
      const backend = new StoreBackend(store, {
        cookie: this.#cookie,
        keys,
        clock,
        lifetimes,
        timeout: storeTimeout,
        maxPayloadBytes,
        ends,
        limit: settings.maxSessions && {
          ...settings.maxSessions,
          isUsable: async (id, record) =>
            storedAgeProblem(record, lifetimes, clock()) === undefined &&
            (!revocation.isNeeded || (await revocation.refusalOf({ ...record, id })) === undefined),
        },
      });
      this.#tags = backend.tags;
      this.#backend = backend;
      sessions = backend.sessions;
      this.#directory = new SessionDirectory(store, sessions, lifetimes, ends);
      sources = [backend, ...others.map((other) => new MovingCookies(other, backend, clock))];
    }
    const { lifetimes } = this.#backend;
    const check = new EndCheck({ clock, revocation, sessions, directory: this.#directory, lifetimes });
    this.#reader = new SessionReader(sources, clock, schema, revocation);
    this.#writer = new SessionWriter({
      backend: this.#backend,
      cookie: this.#cookie,
      keys,
      clock,
      schema,
      isAnonymousOnFailure: this.#isAnonymousOnFailure,
    });
  }

  /**
   * The session of a request. Anything wrong with the cookie is a fresh session and a `rejection`,
   * never an exception.
   *
   * A request that may change something and that the page of another origin sent, and a WebSocket
   * that such a page opens, have an empty session with the rejection `cross_origin`. Each change of
   * it throws, `login()` too, and the visitor's cookie is left alone. This is judged by `method`,
   * `origin` and `site` of `request`, or its `headers`; a `Request` has all of it. Without a method,
   * a request that has an Origin is judged. Where neither Origin nor Sec-Fetch-Site is known, the
   * request counts as one that no browser sent.
   *
   * @param source the Cookie header as it came, or the web's `Request` or `Headers` that hold it.
   * @param request what is known of the request. Without it, or without the address of the other
   *   side, the cookie counts as Secure.
   * @throws InvalidOptionError for another source; SessionError `store_failed` when the store fails
   *   or is late, unless `onStoreFailure` says otherwise.
   */
  async load(source: SessionSourceInput, request?: RequestFacts): Promise<Session<Data>> {
    const { cookieHeader, facts, sent } = readSource(source, request);
    const cookie = new RequestCookie(this.#cookie, facts);
    const foreign = sent === undefined ? undefined : crossOriginRequest(sent, this.#trustedOrigins);
    if (foreign !== undefined) return this.#refused(cookie, foreign);
    try {
      const parsed = this.#reader.read(cookieHeader ?? "", cookie);
      return this.#sessionOf(cookie, parsed instanceof Promise ? await parsed : parsed);
    } catch (error) {
      if (!this.#isAnonymousOnFailure || !(error instanceof SessionError)) throw error;
      return this.#sessionOf(cookie, unopened(cookie, rejection("store_failed")));
    }
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
    return this.#directory?.isIndexed === true;
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
      return whenDone(this.#writer.conclude(state), (outcome) => this.#headersOf(state, outcome));
    } finally {
      // A change made while the store is being asked comes too late as well.
      state.close();
    }
  }

  #abandon(session: Session<Data>): boolean {
    const state = this.#stateOf(session);
    if (state.isClosed) return false;
    const isLost = this.#writer.hasChange(state);
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
    const open = (): Incoming => {
      const opened = parsed.open();
      if (opened.verdict === "valid" && opened.source === this.#backend && opened.cookieName !== cookie.name)
        cookie.keep(opened.cookieName);
      if (opened.verdict === "rejected" && opened.reason === "duplicate") this.#warnings.duplicate(opened.cookieName);
      reportLoad(this.#backend, this.#keys, cookie, opened);
      return opened;
    };
    const state = new SessionState(this, cookie, parsed.names, open, this.#clock);
    // If a store was asked, there is nothing to put off.
    if (this.#store !== undefined && parsed !== NOTHING_CAME) state.open();
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
    reportCommit(this.#backend, state, outcome);
    tellOfCookie(state, outcome, this.#ends, this.#clock());
    if (outcome.cookies.length > 0) this.#warnings.sent(state.cookie);
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
    if (this.#directory === undefined)
      throw new InvalidOptionError(
        "revoke needs a store. A session that its cookie holds can only be refused. Fix: give SessionManager a store, or isRevoked or validFrom.",
      );
    return await this.#directory.revoke(id, options);
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
    if ("reason" in known) return this.#ends.tellLater(listener, known);
    return this.#ends.listen(known, listener);
  }

  /**
   * Ends all sessions with a tag that was given to `login`. With OpenID Connect that is what a
   * back-channel logout asks for, by the claim `sid` of its logout token. As with `revokeAll`, a
   * session that is being renewed meanwhile ends too, and a login that is under way is a new session
   * and stays.
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
    return (await this.#tags?.revoke(tag)) ?? 0;
  }

  #directoryFor(method: string): SessionDirectory {
    if (this.#directory?.isIndexed === true) return this.#directory;
    throw new InvalidOptionError(
      `${method} needs a store that finds sessions by subject. Fix: give SessionManager one, such as new SqliteStore("sessions.sqlite").`,
    );
  }
}
