import { KeyRing } from "../keys/key-ring.ts";
import type { SessionBackend, SessionSource } from "./backend.ts";
import { CookieBackend } from "./cookie/cookie-backend.ts";
import { CookieWarnings } from "./cookie/cookie-warnings.ts";
import { SessionCookie } from "./cookie/cookie.ts";
import type { SessionFormat } from "./cookie/formats/format.ts";
import { storedAgeProblem } from "./data/lifetime.ts";
import { EndCheck } from "./end-check.ts";
import { SessionEnds } from "./ends/session-ends.ts";
import type { SessionManagerOptions } from "./manager-options.ts";
import { Revocation } from "./request/revocation.ts";
import { SessionReader } from "./request/session-reader.ts";
import { SessionWriter } from "./request/session-writer.ts";
import type { Settings } from "./settings.ts";
import { announcing } from "./store/announcing.ts";
import { MovingCookies } from "./store/moving-cookies.ts";
import { SessionDirectory } from "./store/session-directory.ts";
import type { SessionTags } from "./store/session-tags.ts";
import { StoreBackend } from "./store/store-backend.ts";
import type { StoredSessions } from "./store/stored-sessions.ts";

/** What a manager is made of, once there are keys. */
export interface ManagerParts {
  readonly keys: KeyRing;
  readonly cookie: SessionCookie;
  readonly warnings: CookieWarnings;
  readonly backend: SessionBackend;
  readonly reader: SessionReader;
  readonly writer: SessionWriter;
  readonly ends: SessionEnds;
  /** Undefined without a store. */
  readonly directory: SessionDirectory | undefined;
  /** Undefined without a store. */
  readonly tags: SessionTags | undefined;
}

/** The options that are used as they were given. */
type GivenOptions<Data extends object> = Pick<SessionManagerOptions<Data>, "schema" | "validFrom" | "isRevoked">;

/**
 * Checks the options that only the parts themselves can judge, such as the cookie's domain, while
 * the keys are not there yet. It makes the parts once with a key that is then thrown away. That key
 * is not random, because Workers give no random bytes while a module is loaded.
 *
 * @throws InvalidOptionError for options that cannot be.
 */
export function checkParts<Data extends object>(settings: Settings, options: GivenOptions<Data>): void {
  const placeholder = new KeyRing("a place for the key that is not there yet", [], {
    grading: "done",
    mode: "production",
  });
  partsOf(settings, options, placeholder);
}

/**
 * Makes the parts of a manager.
 *
 * @throws InvalidOptionError for options that cannot be, SecretKeyError for keys that cannot be.
 */
export function partsOf<Data extends object>(
  settings: Settings,
  options: GivenOptions<Data>,
  keys: KeyRing = settings.keys(),
): ManagerParts {
  const { clock, store, format: own, fallbackFormats, storeTimeout, maxPayloadBytes } = settings;
  const cookie = new SessionCookie(settings.cookie, store === undefined ? own.cookieName : undefined, keys.mode);
  const warnings = new CookieWarnings(settings.cookie, keys.mode);
  const inCookie = (format: SessionFormat, of: SessionCookie): CookieBackend =>
    new CookieBackend(format, { cookie: of, keys, clock, lifetimes: settings.lifetimesOf(format) });
  const others = fallbackFormats.map((format) =>
    inCookie(format, new SessionCookie(settings.cookie, format.cookieName, keys.mode)),
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
  let backend: SessionBackend;
  let sources: readonly SessionSource[];
  let sessions: StoredSessions | undefined;
  let tags: SessionTags | undefined;
  let directory: SessionDirectory | undefined;
  if (store === undefined) {
    const writing = inCookie(own, cookie);
    backend = writing;
    sources = [writing, ...others];
  } else {
    const lifetimes = settings.lifetimesOf();
    const stored = new StoreBackend(store, {
      cookie,
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
    backend = stored;
    ({ sessions, tags } = stored);
    directory = new SessionDirectory(store, sessions, lifetimes, ends);
    sources = [stored, ...others.map((other) => new MovingCookies(other, stored, clock))];
  }
  const { lifetimes } = backend;
  const check = new EndCheck({ clock, revocation, sessions, directory, lifetimes });
  const isAnonymousOnFailure = settings.onStoreFailure === "anonymous";
  return {
    keys,
    cookie,
    warnings,
    backend,
    reader: new SessionReader(sources, clock, schema, revocation),
    writer: new SessionWriter({ backend, cookie, keys, clock, schema, isAnonymousOnFailure }),
    ends,
    directory,
    tags,
  };
}
