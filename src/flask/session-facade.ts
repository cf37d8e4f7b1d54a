import { InvalidOptionError, SessionError, type Session } from "../index.ts";

/**
 * The members of `session` in addition to the application's own entries. These names cannot be used
 * as keys; `session.data` can hold any name.
 */
interface SessionMembers {
  /** The entries as a plain object. */
  readonly data: Record<string, unknown>;
  /** The value of an entry, or the given default. */
  get(key: string, defaultValue?: unknown): unknown;
  /** Removes an entry and returns it, or the given default. */
  pop(key: string, defaultValue?: unknown): unknown;
  /** The value of an entry. A missing entry is saved with the given value first. */
  setDefault(key: string, value: unknown): unknown;
  /** Removes all entries. */
  clear(): void;
  /**
   * Whether the cookie lasts for PERMANENT_SESSION_LIFETIME. Default: false; browsers then delete
   * the cookie when they are closed.
   */
  permanent: boolean;
  /** Whether the request came without a valid session. */
  readonly new: boolean;
  /** The user that the session belongs to, once `login` was called. */
  readonly subject: string | undefined;
  /** With a store: the id of the session in it (a hash of the cookie's token). */
  readonly id: string | undefined;
  /** Why the cookie was rejected. Undefined if it was accepted, or if there was none. */
  readonly rejection: Session["rejection"];
  /**
   * Links the session to a user. The token changes, so a token that an attacker has planted before
   * the login stops working (OWASP ASVS 7.2.4).
   */
  login(subject: string): void;
  /** Ends the session: deletes the cookie, and the session in the store. */
  logout(): void;
}

/** The session with Flask's interface: a dictionary. */
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
      (Object.hasOwn(members, key) || typeof key === "symbol"
        ? Reflect.get(members, key)
        : ownValue(data(), key)) as unknown,
    set: (_, key, value) => {
      if (key === "permanent") members.permanent = Boolean(value);
      else if (Object.hasOwn(members, key)) {
        throw new InvalidOptionError(
          `session["${String(key)}"] cannot be set: that name is a member of the session object. Fix: session.data["${String(key)}"].`,
        );
      } else put(data(), String(key), value);
      return true;
    },
    has: (_, key) => Object.hasOwn(data(), key),
    deleteProperty: (_, key) => Reflect.deleteProperty(data(), key),
    // Only the entries, so that listing or spreading the session gives the data.
    ownKeys: () => Reflect.ownKeys(data()),
    getOwnPropertyDescriptor: (_, key) =>
      Object.hasOwn(data(), key)
        ? { value: data()[String(key)], enumerable: true, configurable: true, writable: true }
        : undefined,
  });
}

function ownValue(data: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}

function put(data: Record<string, unknown>, key: string, value: unknown): void {
  // Plain assignment would change the prototype for this one key. All others need plain assignment,
  // because a closed session refuses it.
  if (key === "__proto__")
    Object.defineProperty(data, key, { value, enumerable: true, configurable: true, writable: true });
  else data[key] = value;
}
