import { InvalidOptionError, SessionError, type Session } from "../index.ts";

/**
 * What `session` offers beside the application's own entries. These names cannot be used as keys;
 * `session.data` can hold any.
 */
interface SessionMembers {
  /** The entries as a plain object. */
  readonly data: Record<string, unknown>;
  /** The value of an entry, or the given default. */
  get(key: string, defaultValue?: unknown): unknown;
  /** Removes an entry and returns it, or the given default. */
  pop(key: string, defaultValue?: unknown): unknown;
  /** The value of an entry, which is put there first if there is none. */
  setDefault(key: string, value: unknown): unknown;
  /** Removes all entries. */
  clear(): void;
  /** Whether the cookie outlives the browser's window, for PERMANENT_SESSION_LIFETIME. */
  permanent: boolean;
  /** Whether the visitor came without a session that can be used. */
  readonly new: boolean;
  /** The user that the session belongs to, once `login` was called. */
  readonly subject: string | undefined;
  /** With a store: the id under which it keeps the session (a hash of the cookie's token). */
  readonly id: string | undefined;
  /** Why the cookie that came in was not accepted; undefined if it was, or if none came. */
  readonly rejection: Session["rejection"];
  /**
   * Makes the session somebody's: a new token, so that a token planted before is worth nothing
   * (OWASP ASVS 7.2.4).
   */
  login(subject: string): void;
  /** Ends the session, here and in the store. */
  logout(): void;
}

/** The session as Flask shows it: a dictionary. */
export type FlaskSession = SessionMembers & Record<string, unknown>;

/** Makes a dictionary of the current session. */
export function sessionFacade(current: () => Session | undefined): FlaskSession {
  const opened = (): Session => {
    const session = current();
    if (session === undefined) {
      // Flask's own words, down to the two spaces.
      throw new SessionError(
        "session_unavailable",
        "The session is unavailable because no secret key was set.  Set the secret_key on the application to something unique and secret.",
      );
    }
    return session;
  };
  const data = (): Record<string, unknown> => opened().data;

  const members: SessionMembers = {
    get data() {
      return data();
    },
    get: (key, defaultValue) => (Object.hasOwn(data(), key) ? data()[key] : defaultValue),
    pop: (key, defaultValue) => {
      if (!Object.hasOwn(data(), key)) return defaultValue;
      const value = data()[key];
      delete data()[key];
      return value;
    },
    setDefault: (key, value) => (Object.hasOwn(data(), key) ? data()[key] : (put(data(), key, value), value)),
    clear: () => {
      for (const key of Object.keys(data())) delete data()[key];
    },
    get permanent() {
      return opened().persistent;
    },
    set permanent(value) {
      opened().persistent = value;
    },
    get new() {
      return opened().isNew;
    },
    get subject() {
      return opened().subject;
    },
    get id() {
      return opened().id;
    },
    get rejection() {
      return opened().rejection;
    },
    login: (subject) => opened().login(subject),
    logout: () => opened().logout(),
  };

  return new Proxy(members as FlaskSession, {
    get: (_, key) =>
      (Object.hasOwn(members, key) || typeof key === "symbol" ? Reflect.get(members, key) : ownValue(data(), key)) as unknown,
    set: (_, key, value) => {
      if (key === "permanent") members.permanent = Boolean(value);
      else if (Object.hasOwn(members, key)) {
        throw new InvalidOptionError(
          `session["${String(key)}"] cannot be set: that name is a member of the session here. Use session.data["${String(key)}"].`,
        );
      } else put(data(), String(key), value);
      return true;
    },
    has: (_, key) => Object.hasOwn(data(), key),
    deleteProperty: (_, key) => Reflect.deleteProperty(data(), key),
    // Only the entries: a program that lists the session, or spreads it, means the data.
    ownKeys: () => Reflect.ownKeys(data()),
    getOwnPropertyDescriptor: (_, key) =>
      Object.hasOwn(data(), key) ? { value: data()[String(key)], enumerable: true, configurable: true, writable: true } : undefined,
  });
}

function ownValue(data: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}

function put(data: Record<string, unknown>, key: string, value: unknown): void {
  // Plain assignment would change the prototype for this one key. For all others it has to be that:
  // a closed session refuses it.
  if (key === "__proto__") Object.defineProperty(data, key, { value, enumerable: true, configurable: true, writable: true });
  else data[key] = value;
}
