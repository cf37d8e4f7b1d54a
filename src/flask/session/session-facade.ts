import { InvalidOptionError, SessionError, type LoginOptions, type Session } from "../../index.ts";
import { dictMethods, type DictMethods } from "./dict-methods.ts";

/** What the application did with the session. */
export interface SessionUse {
  isAccessed: boolean;
  isModified: boolean;
}

/** Where the facade finds the session of the present request. */
export interface SessionSource {
  /** Undefined while the application has no secret key. */
  readonly current: () => Session | undefined;
  readonly use: () => SessionUse;
}

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
  /** Removes all entries. A session that belongs to a user ends, as with `logout`. */
  clear(): void;
  /**
   * Whether the cookie lasts for PERMANENT_SESSION_LIFETIME. Default: false; browsers then delete
   * the cookie when they are closed.
   */
  permanent: boolean;
  /**
   * Whether this request set or deleted an entry, or wrote `session.modified = true`. Nested
   * changes are saved without it. False cannot be written: a change cannot be unsaid.
   */
  modified: boolean;
  /** Whether this request has looked at the session. The answer then carries `Vary: Cookie`. */
  readonly accessed: boolean;
  /** Whether the request came without a valid session. */
  readonly new: boolean;
  /** The user that the session belongs to, once `login` was called. */
  readonly subject: string | undefined;
  /**
   * When the user last proved who they are, by `login` or `confirm`, in Unix seconds. Undefined
   * while no user is logged in.
   */
  readonly authenticatedAt: number | undefined;
  /**
   * Whether the user has logged in, or confirmed, within so many seconds. False while no user is
   * logged in. Ask it before what a stolen session must not do, such as changing the password.
   *
   * @throws InvalidOptionError for anything but a whole number from 1.
   */
  isRecent(seconds: number): boolean;
  /**
   * Notes that the user has proved again who they are, such as with the password. The session gets
   * a new token; user, tag and entries stay.
   *
   * @throws SessionError `session_anonymous` if no user is logged in.
   */
  confirm(): void;
  /** With a store: the id of the session in it (a hash of the cookie's token). */
  readonly id: string | undefined;
  /** Why the cookie was rejected. Undefined if it was accepted, or if there was none. */
  readonly rejection: Session["rejection"];
  /**
   * Links the session to a user. The token changes, so a token that an attacker has planted before
   * the login stops working (OWASP ASVS 7.2.4).
   *
   * @param options `label` tells the session from the user's others, and `tag` is what
   *   `manager.revokeByTag` finds it by. `persistent` is the same as `session.permanent`.
   */
  login(subject: string, options?: LoginOptions): void;
  /** Ends the session: deletes the cookie, and the session in the store. */
  logout(): void;
}

/**
 * The session with Flask's interface: a dictionary. An entry that is called `items`, `keys`,
 * `values`, `update`, `setdefault` or `popitem` hides the method of that name.
 */
export type FlaskSession = SessionMembers & DictMethods & Record<string, unknown>;

/** Makes a dictionary of the current session. */
export function sessionFacade({ current, use }: SessionSource): FlaskSession {
  const opened = (): Session => {
    const session = current();
    if (session === undefined) {
      // Flask's own words, down to the two spaces.
      throw new SessionError(
        "session_unavailable",
        "The session is unavailable because no secret key was set.  Set the secret_key on the application to something unique and secret.",
      );
    }
    use().isAccessed = true;
    return session;
  };
  const data = (): Record<string, unknown> => opened().data;
  const changed = (): Record<string, unknown> => {
    const entries = data();
    use().isModified = true;
    return entries;
  };

  const members: SessionMembers = {
    get data() {
      return data();
    },
    get: (key, defaultValue) => (Object.hasOwn(data(), key) ? data()[key] : defaultValue),
    pop: (key, defaultValue) => {
      if (!Object.hasOwn(data(), key)) return defaultValue;
      const value = data()[key];
      delete changed()[key];
      return value;
    },
    setDefault: (key, value) => (Object.hasOwn(data(), key) ? data()[key] : (put(changed(), key, value), value)),
    clear: () => {
      for (const key of Object.keys(changed())) delete data()[key];
      const session = opened();
      // In Flask, both are entries of the session. Code that is ported logs out with clear().
      if (session.persistent) session.persistent = false;
      if (session.subject !== undefined) session.logout();
    },
    get permanent() {
      return opened().persistent;
    },
    set permanent(value) {
      opened().persistent = value;
      use().isModified = true;
    },
    get modified() {
      return use().isModified;
    },
    set modified(value) {
      if (!value)
        throw new InvalidOptionError(
          "session.modified = false cannot be done: what was changed in the session is saved. Fix: undo the change itself.",
        );
      changed();
    },
    get accessed() {
      return use().isAccessed;
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
    get authenticatedAt() {
      return opened().authenticatedAt;
    },
    isRecent: (seconds) => opened().isRecent(seconds),
    confirm: () => opened().confirm(),
    get rejection() {
      return opened().rejection;
    },
    login: (subject, options) => opened().login(subject, options),
    logout: () => opened().logout(),
  };

  const methods = dictMethods(data, changed, put);

  return new Proxy(members as FlaskSession, {
    get: (_, key) => {
      if (Object.hasOwn(members, key) || typeof key === "symbol") return Reflect.get(members, key) as unknown;
      const entries = data();
      return (
        Object.hasOwn(entries, key) || !Object.hasOwn(methods, key) ? ownValue(entries, key) : Reflect.get(methods, key)
      ) as unknown;
    },
    set: (_, key, value) => {
      if (key === "permanent") members.permanent = Boolean(value);
      else if (key === "modified") members.modified = Boolean(value);
      else if (Object.hasOwn(members, key)) {
        throw new InvalidOptionError(
          `session["${String(key)}"] cannot be set: that name is a member of the session object. Fix: session.data["${String(key)}"].`,
        );
      } else put(changed(), String(key), value);
      return true;
    },
    has: (_, key) => Object.hasOwn(data(), key),
    deleteProperty: (_, key) => Reflect.deleteProperty(changed(), key),
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
