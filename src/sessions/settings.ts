import { unixNow, type Clock } from "../clock.ts";
import { InvalidOptionError } from "../errors.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import { lazyRing } from "../keys/lazy-ring.ts";
import { checkOptions, kindOf, nameOrKind, numberOrKind } from "../options.ts";
import { checkedClock } from "./checked-clock.ts";
import type { CookieOptions } from "./cookie/cookie-options.ts";
import type { SessionFormat } from "./cookie/formats/format.ts";
import { sealed } from "./cookie/formats/sealed.ts";
import { checkSeconds, DEFAULT_LIFETIMES, type Lifetimes } from "./data/lifetime.ts";
import type { MaxSessions, SessionManagerOptions } from "./manager-options.ts";
import { checkTrustedOrigins } from "./request/trusted-origins.ts";
import type { SessionStore } from "./store/session-store.ts";
import { isIndexed } from "./store/store-client.ts";

const OPTIONS: readonly (keyof SessionManagerOptions)[] = [
  "keys",
  "store",
  "format",
  "fallbackFormats",
  "lifetime",
  "idleTimeout",
  "anonymousIdleTimeout",
  "extendAfter",
  "maxPayloadBytes",
  "maxSessions",
  "cookie",
  "schema",
  "clock",
  "onStoreFailure",
  "storeTimeout",
  "clearSiteData",
  "trustedOrigins",
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
  csrf: 'Cross-origin requests have no session without an option. Origins that may have one are "trustedOrigins".',
  origin: 'Origins that may send requests with a session are the option "trustedOrigins", a list.',
};

/** The options of a manager, checked, with their defaults. */
export interface Settings {
  /** The ring. Where the application has given a function, the first call opens it. */
  readonly keys: () => KeyRing;
  readonly clock: Clock;
  readonly store: SessionStore | undefined;
  /** Of cookies, where there is no store. */
  readonly format: SessionFormat;
  readonly fallbackFormats: readonly SessionFormat[];
  readonly cookie: CookieOptions;
  readonly onStoreFailure: "error" | "anonymous";
  readonly storeTimeout: number;
  readonly maxPayloadBytes: number;
  readonly trustedOrigins: ReadonlySet<string>;
  readonly maxSessions: MaxSessions | undefined;
  /** The limits that the options and a format set; without a format, those of a store. */
  lifetimesOf(format?: SessionFormat): Lifetimes;
}

/**
 * @throws InvalidOptionError for options that cannot be, SecretKeyError for keys that cannot be.
 */
export function settingsOf<Data extends object>(options: SessionManagerOptions<Data>): Settings {
  checkOptions("SessionManager", options, OPTIONS, INSTEAD);
  const {
    store,
    format,
    fallbackFormats = [],
    cookie = {},
    onStoreFailure = "error",
    storeTimeout = 5,
    maxPayloadBytes = 65_536,
    trustedOrigins = [],
  } = options;
  if (store !== undefined && format !== undefined) {
    throw new InvalidOptionError(
      "A session is in a store or in its cookie, and SessionManager got both store and format. Fix: leave one of them out. To read cookies from before the store, list their format in fallbackFormats.",
    );
  }
  if (store !== undefined && !isStore(store)) {
    throw new InvalidOptionError(
      `The option store of SessionManager must have the methods get, set and delete. It got ${kindOf(store)} without them. Fix: store: new MemoryStore().`,
    );
  }
  if (onStoreFailure !== "error" && onStoreFailure !== "anonymous")
    throw new InvalidOptionError(
      `onStoreFailure must be "error" or "anonymous". It got ${nameOrKind(onStoreFailure)}. Fix: leave it out for "error".`,
    );
  if (typeof storeTimeout !== "number" || !(storeTimeout > 0 && storeTimeout <= 3600))
    throw new InvalidOptionError(
      `storeTimeout must be a number of seconds, above 0 and up to 3,600. It got ${numberOrKind(storeTimeout)}. Fix: leave it out for 5.`,
    );
  if (!Number.isSafeInteger(maxPayloadBytes) || maxPayloadBytes < 1)
    throw new InvalidOptionError(
      `maxPayloadBytes must be a whole number of bytes from 1. It got ${numberOrKind(maxPayloadBytes)}. Fix: leave it out for 65536.`,
    );
  const place = 'option "keys" of SessionManager';
  // The mode of a bare key is not known, so it must be fit for production.
  const admit = (ring: KeyRing, isBareKey: boolean): void =>
    void ring.admit(place, isBareKey ? "production" : undefined);
  const { keys: given } = options;
  const keys = lazyRing(typeof given === "function" ? given : () => given, place, admit);
  if (typeof given !== "function") keys();
  return {
    keys,
    clock: checkedClock(options.clock ?? unixNow),
    store,
    format: format ?? sealed(),
    fallbackFormats,
    cookie,
    onStoreFailure,
    storeTimeout,
    maxPayloadBytes,
    trustedOrigins: checkTrustedOrigins(trustedOrigins),
    maxSessions: checkedMaxSessions(options),
    lifetimesOf: (of) => lifetimesOf(options, of),
  };
}

type TimeOptions = Pick<SessionManagerOptions, "lifetime" | "idleTimeout" | "anonymousIdleTimeout" | "extendAfter">;

/** The limits that the options and the format set. */
function lifetimesOf(options: TimeOptions, format?: SessionFormat): Lifetimes {
  const defaults = format?.lifetimes ?? DEFAULT_LIFETIMES;
  const lifetime = checkSeconds("lifetime", options.lifetime ?? defaults.lifetime, true);
  const idleTimeout = checkSeconds("idleTimeout", options.idleTimeout ?? defaults.idleTimeout);
  const { anonymousIdleTimeout, extendAfter } = options;
  if (anonymousIdleTimeout !== undefined) checkSeconds("anonymousIdleTimeout", anonymousIdleTimeout);
  if (extendAfter !== undefined && extendAfter !== 0) checkSeconds("extendAfter", extendAfter, true);
  const limits = { lifetime, idleTimeout, anonymousIdleTimeout, extendAfter };
  if (format?.hasNoStart !== true) return limits;
  return {
    ...limits,
    lifetime: Infinity,
    idleTimeout: Math.min(lifetime, idleTimeout),
    extendsPersistentOnly: format.extendsPersistentOnly,
  };
}

function checkedMaxSessions({
  maxSessions,
  store,
}: Pick<SessionManagerOptions, "maxSessions" | "store">): MaxSessions | undefined {
  if (maxSessions === undefined) return undefined;
  checkOptions("maxSessions", maxSessions, ["perSubject", "then"]);
  const { perSubject, then } = maxSessions;
  if (!Number.isSafeInteger(perSubject) || perSubject < 1)
    throw new InvalidOptionError(
      `maxSessions.perSubject must be a whole number from 1. It got ${numberOrKind(perSubject)}. Fix: maxSessions: { perSubject: 5, then: "end_oldest" }.`,
    );
  if (then !== "end_oldest" && then !== "refuse")
    throw new InvalidOptionError(
      `maxSessions.then must be "end_oldest" or "refuse". It got ${nameOrKind(then)}. Fix: maxSessions: { perSubject: ${perSubject}, then: "end_oldest" }.`,
    );
  const { atomic } = (store ?? {}) as { readonly atomic?: unknown };
  if (store !== undefined && isIndexed(store) && atomic !== false) return maxSessions;
  const lack =
    store === undefined
      ? "this manager has no store, so nobody can count a user's sessions"
      : "this store has no listBySubject and deleteBySubject, or cannot compare and write in one step";
  throw new InvalidOptionError(
    `maxSessions needs a store that lists the sessions of a user, and ${lack}. Fix: use SqliteStore, RedisStore, PostgresStore or MysqlStore, or an IndexedStore of your own.`,
  );
}

function isStore(store: unknown): boolean {
  const methods = store as Partial<Record<string, unknown>> | null;
  return (
    typeof methods === "object" &&
    methods !== null &&
    ["get", "set", "delete"].every((name) => typeof methods[name] === "function")
  );
}
