import { unixNow, type Clock } from "../clock.ts";
import { InvalidOptionError, SessionError } from "../errors.ts";
import { KeyRing } from "../keys/key-ring.ts";
import { checkOptions } from "../options.ts";
import type { SessionBackend, SessionSource } from "./backend.ts";
import { checkedClock } from "./checked-clock.ts";
import { CookieBackend } from "./cookie-backend.ts";
import { CookieWarnings } from "./cookie-warnings.ts";
import { RequestCookie, SessionCookie, type RequestFacts } from "./cookie.ts";
import type { SessionFormat } from "./formats/format.ts";
import { sealed } from "./formats/sealed.ts";
import { checkSeconds, DEFAULT_LIFETIMES, type Lifetimes } from "./lifetime.ts";
import type { HeaderPair, SessionInfo, SessionManagerOptions } from "./manager-options.ts";
import { readMark } from "./moved-mark.ts";
import { MovingCookies } from "./moving-cookies.ts";
import { readSource, type SessionSourceInput } from "./read-source.ts";
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
import { conflict, MAX_ATTEMPTS, type StoredSessions } from "./stored-sessions.ts";
import { isStoreId } from "./token.ts";

/**
 * Opens the session of a request, and saves it at the end.
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
  readonly #warnings: CookieWarnings;
  readonly #stored: StoredSessions | undefined;

  /** @throws InvalidOptionError for options that cannot be, SecretKeyError for keys that cannot be. */
  constructor(options: SessionManagerOptions<Data>) {
    checkOptions("SessionManager", options, OPTIONS, INSTEAD);
    const { store, format, reads = [], cookie = {}, onStoreFailure = "error", storeTimeout = 5, maxPayloadBytes = 65_536 } = options;
    if (store !== undefined && format !== undefined) {
      throw new InvalidOptionError(
        "A session lives in a store or in its cookie: give SessionManager a store or a format. To read cookies from before the store, list their format in reads.",
      );
    }
    if (store !== undefined && !isStore(store)) {
      throw new InvalidOptionError("The option store of SessionManager has the methods get, set and delete, such as new MemoryStore().");
    }
    if (onStoreFailure !== "error" && onStoreFailure !== "anonymous")
      throw new InvalidOptionError('onStoreFailure is "error" or "anonymous".');
    if (typeof storeTimeout !== "number" || !(storeTimeout > 0 && storeTimeout <= 3600))
      throw new InvalidOptionError("storeTimeout is a number of seconds, above 0 and up to 3,600.");
    if (!Number.isSafeInteger(maxPayloadBytes) || maxPayloadBytes < 1)
      throw new InvalidOptionError("maxPayloadBytes is a whole number of bytes, and not below 1.");
    const place = 'option "keys" of SessionManager';
    // A bare key was loaded by nobody who knows the mode, so it must be fit for production.
    const isRing = options.keys instanceof KeyRing;
    const keys = KeyRing.from(options.keys, place).admit(place, isRing ? undefined : "production");
    const clock = checkedClock(options.clock ?? unixNow);
    this.#keys = keys;
    this.#clock = clock;
    this.#clearsSiteData = options.clearSiteData === true;
    this.#store = store;
    this.#isAnonymousOnFailure = onStoreFailure === "anonymous";

    const own = format ?? sealed();
    this.#cookie = new SessionCookie(cookie, store === undefined ? own.cookieName : undefined, keys.mode);
    this.#warnings = new CookieWarnings(cookie, keys.mode);
    const inCookie = (format: SessionFormat, cookie: SessionCookie): CookieBackend =>
      new CookieBackend(format, { cookie, keys, clock, lifetimes: limitsOf(options, format) });
    const others = reads.map((read) => inCookie(read, new SessionCookie(cookie, read.cookieName, keys.mode)));
    const { schema } = options;
    let sources: readonly SessionSource[];
    if (store === undefined) {
      this.#backend = inCookie(own, this.#cookie);
      sources = [this.#backend, ...others];
    } else {
      const lifetimes = limitsOf(options);
      const backend = new StoreBackend(store, { cookie: this.#cookie, keys, clock, lifetimes, timeout: storeTimeout, maxPayloadBytes });
      this.#backend = backend;
      this.#stored = backend.sessions;
      sources = [backend, ...others.map((other) => new MovingCookies(other, backend, clock))];
    }
    this.#reader = new SessionReader(sources, clock, schema, new Revocation(options, storeTimeout));
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
   * @param source the Cookie header as it came, or the web's `Request` or `Headers` that hold it.
   * @param request what is known of the request. Without it, or without the address of the other side, the cookie counts as Secure.
   * @throws InvalidOptionError for another source; SessionError `store_failed` when the store fails or is late, unless `onStoreFailure`
   *   says otherwise.
   */
  async load(source: SessionSourceInput, request?: RequestFacts): Promise<Session<Data>> {
    const { cookieHeader, facts } = readSource(source, request);
    return await this.open(cookieHeader, facts);
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
        return this.#sessionOf(cookie, storeFailed(cookie));
      },
    );
  }

  /**
   * Saves the session and closes it: later changes throw.
   *
   * @returns headers of the answer, to be appended: Set-Cookie, Vary and Cache-Control, or none.
   * @throws SessionError `store_failed`, `store_conflict`, `cookie_too_large`, `session_too_large` or `session_invalid`; then nothing may be sent but an error.
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

  /**
   * Closes a session whose answer has left without it, so that later changes throw. For adapters.
   *
   * @returns whether the request had changed the session. The change is lost then.
   */
  abandon(session: Session<Data>): boolean {
    const state = stateOf(session);
    if (state.closed) return false;
    const isLost = this.#writer.hasChange(state);
    state.close();
    return isLost;
  }

  /** The name of the session's cookie in the answer to a request. For adapters, which refuse two managers with one name. */
  cookieNameFor(request: RequestFacts | undefined): string {
    return new RequestCookie(this.#cookie, request).name;
  }

  /** Whether `list` and `revokeAll` work: whether there is a store, and it finds sessions by their subject. */
  get listsBySubject(): boolean {
    const store = this.#store as Partial<IndexedStore> | undefined;
    return typeof store?.listBySubject === "function" && typeof store.deleteBySubject === "function";
  }

  #sessionOf(cookie: RequestCookie, incoming: Incoming): Session<Data> {
    const open = (): Opened => {
      const opened = incoming.open();
      if (opened.verdict === "valid" && opened.source === this.#backend && opened.cookieName !== cookie.name)
        cookie.keep(opened.cookieName);
      if (opened.verdict === "rejected" && opened.reason === "duplicate") this.#warnings.duplicate(opened.cookieName);
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
    if (outcome.cookies.length > 0) this.#warnings.sent(state.cookie);
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

  /**
   * Ends one session, wherever it has moved meanwhile.
   *
   * @param id from `list` (`handle`), or `session.id`.
   * @param options `subject` is the user who asks for it. Give it whenever the id came from a visitor: a session of another user is then
   *   left alone.
   * @returns whether there was such a session.
   * @throws InvalidOptionError without a store, or for an id that is not one of a store.
   */
  async revoke(id: string, options: { readonly subject?: string | undefined } = {}): Promise<boolean> {
    checkOptions("revoke", options, ["subject"]);
    if (this.#stored === undefined)
      throw new InvalidOptionError("revoke needs a store: a session in a cookie can only be refused, by isRevoked or validFrom.");
    if (!isStoreId(id)) {
      throw new InvalidOptionError(
        "revoke takes the id of a stored session: 43 characters of base64url, as list() and session.id give it.",
      );
    }
    const payload = await this.#stored.read(id);
    if (payload === undefined) return false;
    const place = readMark(payload) === undefined ? { id, payload } : await this.#stored.find(id);
    const record = place === undefined ? undefined : recordOf(place.payload);
    if (place === undefined || record === undefined) return false;
    if ("subject" in options && options.subject !== record.subject) return false;
    await this.#stored.remove(place);
    return true;
  }

  /**
   * Ends all sessions of a subject: "log out everywhere", or with `except` everywhere else. It goes on until a listing is empty, so a
   * session that is being renewed meanwhile ends too. A login that is under way is a new session, and stays.
   *
   * @param options `except` is the id of a session that stays, such as `session.id`.
   * @returns how many were ended.
   * @throws InvalidOptionError without a store that can list by subject; SessionError `store_conflict` if sessions are begun all the time.
   */
  async revokeAll(subject: string, options: { readonly except?: string | undefined } = {}): Promise<number> {
    checkOptions("revokeAll", options, ["except"]);
    const store = this.#indexedStore("revokeAll");
    let count = 0;
    for (let round = 0; round < MAX_ATTEMPTS; round++) {
      const { except } = options;
      // The session that stays may be renewed meanwhile.
      const spared = except === undefined ? undefined : ((await this.#stored?.find(except))?.id ?? except);
      count += await store.deleteBySubject(subject, spared);
      const left = await store.listBySubject(subject);
      if (left.every(({ id }) => id === spared || id === except)) return count;
    }
    throw conflict();
  }

  #indexedStore(method: string): IndexedStore {
    if (!this.listsBySubject) {
      throw new InvalidOptionError(`${method} needs a store that finds sessions by subject, such as SqliteStore.`);
    }
    return this.#store as IndexedStore;
  }
}

const OPTIONS: readonly (keyof SessionManagerOptions)[] = [
  "keys",
  "store",
  "format",
  "reads",
  "lifetime",
  "idleTimeout",
  "anonymousIdleTimeout",
  "extendAfter",
  "maxPayloadBytes",
  "cookie",
  "schema",
  "clock",
  "onStoreFailure",
  "storeTimeout",
  "clearSiteData",
  "validFrom",
  "isRevoked",
];
/** What users of other libraries write, and what it is called here. */
const INSTEAD = {
  secret: 'The secret key is the option "keys".',
  secretKey: 'The secret key is the option "keys".',
  password: 'The secret key is the option "keys".',
  ttl: 'The times of a session are "lifetime" and "idleTimeout", in seconds.',
  maxAge: 'The times of a session are "lifetime" and "idleTimeout", in seconds.',
  rolling: 'A session that is used is extended by itself, after half of "idleTimeout". Leave the option out.',
  resave: "A session is saved when it has changed. Leave the option out.",
  saveUninitialized: "A session is saved when something is in it. Leave the option out.",
  name: "The cookie's name is cookie: { name: … }.",
  cookieName: "The cookie's name is cookie: { name: … }.",
};

type TimeOptions = Pick<SessionManagerOptions, "lifetime" | "idleTimeout" | "anonymousIdleTimeout" | "extendAfter">;

/** The limits that the options and the format set. */
function limitsOf(options: TimeOptions, format?: SessionFormat): Lifetimes {
  const defaults = format?.lifetimes ?? DEFAULT_LIFETIMES;
  const lifetime = checkSeconds("lifetime", options.lifetime ?? defaults.lifetime, true);
  const idleTimeout = checkSeconds("idleTimeout", options.idleTimeout ?? defaults.idleTimeout);
  const { anonymousIdleTimeout, extendAfter } = options;
  if (anonymousIdleTimeout !== undefined) checkSeconds("anonymousIdleTimeout", anonymousIdleTimeout);
  if (extendAfter !== undefined && extendAfter !== 0) checkSeconds("extendAfter", extendAfter, true);
  const limits = { lifetime, idleTimeout, anonymousIdleTimeout, extendAfter };
  return format?.hasNoStart === true ? { ...limits, lifetime: Infinity, idleTimeout: Math.min(lifetime, idleTimeout) } : limits;
}

function isStore(store: unknown): boolean {
  const methods = store as Partial<Record<string, unknown>> | null;
  return typeof methods === "object" && methods !== null && ["get", "set", "delete"].every((name) => typeof methods[name] === "function");
}

/** The session of a request whose store could not be asked. */
function storeFailed(cookie: RequestCookie): Incoming {
  const opened: Opened = {
    verdict: "rejected",
    ...rejection("store_failed"),
    bytes: 0,
    cookieName: cookie.name,
    helds: [],
    isAmbiguous: false,
  };
  return { names: [], open: () => opened };
}

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
