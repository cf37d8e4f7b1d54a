import { unixNow, type Clock } from "../clock.ts";
import { InvalidOptionError, SessionError } from "../errors.ts";
import { KeyRing } from "../keys/key-ring.ts";
import type { SessionBackend } from "./backend.ts";
import { CookieBackend } from "./cookie-backend.ts";
import { RequestCookie, SessionCookie, type RequestFacts } from "./cookie.ts";
import type { SessionFormat } from "./formats/format.ts";
import { sealed } from "./formats/sealed.ts";
import { checkSeconds, DEFAULT_LIFETIMES, type Lifetimes } from "./lifetime.ts";
import type { HeaderPair, SessionInfo, SessionManagerOptions } from "./manager-options.ts";
import { rejection } from "./rejection.ts";
import { reportCommit, reportLoad } from "./report.ts";
import { Revocation } from "./revocation.ts";
import { NOTHING_CAME, SessionReader, type Incoming } from "./session-reader.ts";
import { SessionState, type Opened } from "./session-state.ts";
import { SessionWriter, type Outcome } from "./session-writer.ts";
import { Session, stateOf } from "./session.ts";
import { recordOf } from "./session-payload.ts";
import { StoreBackend } from "./store-backend.ts";
import type { IndexedStore, SessionStore } from "./store.ts";

const KEYS_OPTION = 'option "keys" of SessionManager';

/**
 * Opens the session of a request, and keeps it at the end.
 *
 * Without a store the cookie holds the session, encrypted; with one, the cookie holds a random token, and the store knows only the token's
 * hash. Adapters call `load` and `commit`; so can anything that has a Cookie header.
 *
 * @example
 * ```ts
 * const manager = new SessionManager<{ visits: number }>({ keys: loadKeyRing({ env: process.env }) });
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
  readonly #isSecureAuto: boolean;
  #hasWarned = false;

  /** @throws InvalidOptionError for options that cannot be, SecretKeyError for keys that cannot be. */
  constructor(options: SessionManagerOptions<Data>) {
    const { store, format, reads = [], cookie = {}, clock = unixNow, onStoreFailure = "error", storeTimeout = 5 } = options;
    if (store !== undefined && format !== undefined) {
      throw new InvalidOptionError(
        "A session lives in a store or in its cookie: give SessionManager a store or a format. To read cookies from before the store, list their format in reads.",
      );
    }
    if (onStoreFailure !== "error" && onStoreFailure !== "anonymous")
      throw new InvalidOptionError('onStoreFailure is "error" or "anonymous".');
    if (typeof storeTimeout !== "number" || !(storeTimeout > 0 && storeTimeout <= 3600))
      throw new InvalidOptionError("storeTimeout is a number of seconds, above 0 and up to 3,600.");
    // A bare key is judged as in production everywhere; a ring that nobody has graded by its own mode.
    const strictly = options.keys instanceof KeyRing ? undefined : "production";
    const keys = KeyRing.from(options.keys, KEYS_OPTION).admit(KEYS_OPTION, strictly);
    this.#keys = keys;
    this.#clock = clock;
    this.#clearsSiteData = options.clearSiteData === true;
    this.#store = store;
    this.#isAnonymousOnFailure = onStoreFailure === "anonymous";
    this.#isSecureAuto = (cookie.secure ?? "auto") === "auto";

    const own = format ?? sealed();
    this.#cookie = new SessionCookie(cookie, store === undefined ? own.cookieName : undefined);
    const limits = (defaults: Lifetimes = DEFAULT_LIFETIMES): Lifetimes => ({
      lifetime: checkSeconds("lifetime", options.lifetime ?? defaults.lifetime),
      idleTimeout: checkSeconds("idleTimeout", options.idleTimeout ?? defaults.idleTimeout),
    });
    const inCookie = (format: SessionFormat, cookie: SessionCookie): SessionBackend =>
      new CookieBackend(format, { cookie, keys, clock, lifetimes: limits(format.lifetimes) });
    this.#backend =
      store === undefined
        ? inCookie(own, this.#cookie)
        : new StoreBackend(store, { cookie: this.#cookie, keys, clock, lifetimes: limits(), timeout: storeTimeout });
    const others = reads.map((read) => inCookie(read, new SessionCookie(cookie, read.cookieName)));
    const { schema } = options;
    this.#reader = new SessionReader([this.#backend, ...others], clock, schema, new Revocation(options, storeTimeout));
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
   * The session of a request. Anything wrong with the cookie is a fresh session and a `rejection`, never an exception.
   *
   * @param cookieHeader the Cookie header as it came.
   * @param request what is known of the request, for a Secure cookie's sake; without it the cookie counts as Secure.
   * @throws SessionError `store_failed` when the store fails or is late, unless `onStoreFailure` says otherwise.
   */
  async load(cookieHeader: string | null | undefined, request?: RequestFacts): Promise<Session<Data>> {
    return await this.open(cookieHeader, request);
  }

  /** As `load`, and without a promise where nothing has to be waited for: unless a store is asked. For adapters. */
  open(cookieHeader: string | null | undefined, request?: RequestFacts): Session<Data> | Promise<Session<Data>> {
    const cookie = new RequestCookie(this.#cookie, request);
    const incoming = this.#reader.read(cookieHeader ?? "", cookie);
    if (!(incoming instanceof Promise)) return this.#sessionOf(cookie, incoming);
    return incoming.then(
      (asked) => this.#sessionOf(cookie, asked),
      (error: unknown) => {
        if (!this.#isAnonymousOnFailure || !(error instanceof SessionError)) throw error;
        return this.#sessionOf(cookie, STORE_FAILED);
      },
    );
  }

  /**
   * Keeps the session and closes it: later changes throw.
   *
   * @returns headers of the answer, to be appended: Set-Cookie, Vary and Cache-Control, or none.
   * @throws SessionError `store_failed`, `store_conflict`, `cookie_too_large` or `session_invalid`; then nothing may be sent but an error.
   */
  async commit(session: Session<Data>): Promise<readonly HeaderPair[]> {
    return await this.close(session);
  }

  /** As `commit`, and without a promise where nothing has to be waited for: unless a store is asked. For adapters. */
  close(session: Session<Data>): readonly HeaderPair[] | Promise<readonly HeaderPair[]> {
    const state = stateOf(session);
    if (state.owner !== this) throw new InvalidOptionError("This session was not loaded by this SessionManager.");
    if (state.closed) return [];
    let outcome: Outcome | Promise<Outcome> | undefined;
    try {
      outcome = this.#writer.conclude(state);
      if (!(outcome instanceof Promise)) return this.#headersOf(state, outcome);
    } finally {
      if (!(outcome instanceof Promise)) state.close();
    }
    return outcome.then((kept) => this.#headersOf(state, kept)).finally(() => state.close());
  }

  #sessionOf(cookie: RequestCookie, incoming: Incoming): Session<Data> {
    const open = (): Opened => {
      const opened = incoming.open();
      reportLoad(this.#backend, this.#keys, cookie, opened);
      return opened;
    };
    const state = new SessionState(this, cookie, incoming.names, open, this.#clock);
    // If a store was asked, there is nothing to put off.
    if (this.#store !== undefined && incoming !== NOTHING_CAME) state.open();
    return new Session<Data>(state);
  }

  #headersOf(state: SessionState, outcome: Outcome): readonly HeaderPair[] {
    reportCommit(this.#backend, state, outcome);
    if (outcome.cookies.length > 0) this.#warnOfPlainHttp(state.cookie);
    const headers = headersFor(outcome.cookies, state.accessed);
    return this.#clearsSiteData && state.ended ? [...headers, CLEAR_SITE_DATA] : headers;
  }

  /**
   * All sessions of one subject, the last seen first.
   *
   * @throws InvalidOptionError without a store that can list by subject.
   */
  async list(subject: string): Promise<readonly SessionInfo[]> {
    const { lifetime, idleTimeout } = this.#backend.lifetimes;
    const stored = await this.#indexedStore("list").listBySubject(subject);
    const sessions = stored.flatMap(({ id, payload, expiresAt }): SessionInfo[] => {
      const record = recordOf(payload);
      if (record === undefined) return [];
      // A touch moves only the store's expiry. Where the absolute end is nearer, that says less than the payload does.
      const touchedAt = expiresAt < record.createdAt + lifetime ? expiresAt - idleTimeout : 0;
      const { label, createdAt, lastSeenAt, persistent } = record;
      return [{ handle: id, subject, label, createdAt, lastSeenAt: Math.max(lastSeenAt, touchedAt), expiresAt, persistent }];
    });
    return sessions.sort((a, b) => b.lastSeenAt - a.lastSeenAt);
  }

  /** Ends one session, by a handle from `list` or by `session.id`. Check first that it is the user's own. @throws InvalidOptionError without a store. */
  async revoke(handle: string): Promise<void> {
    if (this.#store === undefined)
      throw new InvalidOptionError("revoke needs a store: a session in a cookie can only be refused, by isRevoked or validFrom.");
    await this.#store.delete(handle);
  }

  /**
   * Ends all sessions of a subject: "log out everywhere", or with `except` everywhere else.
   *
   * @param options `except` is the handle of a session that stays, such as `session.id`.
   * @returns how many were ended.
   * @throws InvalidOptionError without a store that can list by subject.
   */
  async revokeAll(subject: string, options: { readonly except?: string | undefined } = {}): Promise<number> {
    return await this.#indexedStore("revokeAll").deleteBySubject(subject, options.except);
  }

  #indexedStore(method: string): IndexedStore {
    const store = this.#store as Partial<IndexedStore> | undefined;
    if (typeof store?.listBySubject !== "function" || typeof store.deleteBySubject !== "function") {
      throw new InvalidOptionError(`${method} needs a store that finds sessions by subject, such as SqliteStore.`);
    }
    return store as IndexedStore;
  }

  /** Once: a Secure cookie over plain http is either right, because a proxy ends TLS, or dropped by the browser without a word. */
  #warnOfPlainHttp({ facts, secure }: RequestCookie): void {
    if (this.#hasWarned || !this.#isSecureAuto || facts === undefined || facts.secure || !secure) return;
    this.#hasWarned = true;
    process.emitWarning(
      "A Secure session cookie was sent over plain http, to a host that is not this machine. If a proxy in front speaks https, that is right: say so with cookie: { secure: true }. " +
        "If not, browsers drop the cookie and nobody stays logged in: serve https, or use cookie: { secure: false } where nothing is at stake.",
      { type: "LatchkeyWarning", code: "LATCHKEY_PLAIN_HTTP" },
    );
  }
}

const STORE_FAILED: Incoming = { names: [], open: () => ({ verdict: "rejected", ...rejection("store_failed"), bytes: 0 }) };
const NO_HEADERS: readonly HeaderPair[] = [];
const VARY: HeaderPair = ["Vary", "Cookie"];
const VARY_ALONE: readonly HeaderPair[] = [VARY];
const NO_CACHE: HeaderPair = ["Cache-Control", 'no-cache="Set-Cookie"'];

/** A shared cache must neither give one visitor's page to another nor keep the cookie. */
const CLEAR_SITE_DATA: HeaderPair = ["Clear-Site-Data", '"cache", "cookies", "storage"'];

function headersFor(cookies: readonly string[], accessed: boolean): readonly HeaderPair[] {
  if (cookies.length === 0) return accessed ? VARY_ALONE : NO_HEADERS;
  return [...cookies.map((cookie): HeaderPair => ["Set-Cookie", cookie]), VARY, NO_CACHE];
}
