import { InvalidOptionError, SessionError } from "../../errors.ts";
import { kindOf } from "../../options.ts";
import type { Session } from "../../sessions/session.ts";
import { hideSecrets } from "./hide-secrets.ts";

/** Called when the work is done, with an error if it failed. */
export type SessionCallback = (error?: unknown) => void;

/**
 * What `request.session` has beside its entries: all members of `Session`, and those of
 * express-session's object. An entry cannot have one of these names; `request.session.data` can
 * hold any.
 */
export interface ExpressSessionMembers<Data extends object = Record<string, unknown>> extends Omit<
  Session<Data>,
  "toJSON"
> {
  /**
   * Ends the session and puts an empty one under a new token in its place, as is right at a login.
   */
  regenerate(callback?: SessionCallback): this;
  /**
   * Calls back. There is nothing to wait for: the session is saved before the first byte of the
   * answer leaves, and a failure then goes to the application's error handlers.
   */
  save(callback?: SessionCallback): this;
  /**
   * Throws this request's changes away and reads the session again. Only `callback` tells whether
   * that went well, so it is required.
   */
  reload(callback: SessionCallback): this;
  /** Ends the session as `logout` does, for good; `request.session` is undefined then. */
  destroy(callback?: SessionCallback): this;
  /**
   * Does nothing: the manager moves the end of a session when more than half of its idle time is
   * used.
   */
  touch(): this;
  /** The entries, for `JSON.stringify(request.session)` and `response.json(request.session)`. */
  toJSON(): Partial<Data>;
}

/**
 * The session at `request.session`: its entries are properties, as express-session has them, and
 * the members of `Session` are there too.
 *
 * @example
 * ```ts
 * app.post("/enter", (request, response) => {
 *   const { session } = request as unknown as SessionRequest<{ cart: string[] }>;
 *   session.cart = ["tea"];
 *   session.login("7");
 *   response.redirect(303, "/");
 * });
 * ```
 */
export type ExpressSession<Data extends object = Record<string, unknown>> = Partial<
  Omit<Data, keyof ExpressSessionMembers>
> &
  ExpressSessionMembers<Data>;

/** What stands behind a `request.session`. */
export interface SessionContext {
  readonly current: () => Session<object>;
  /** Reads the session again. */
  readonly load: () => Promise<void>;
  /** Whether the answer has begun. */
  readonly isClosed: () => boolean;
  /** Puts `after` at `request.session` if `before` is there. */
  readonly show: (before: unknown, after: unknown) => void;
  /** Whether Passport, or something else that knows its entry, has looked at the session. */
  passportLooked: boolean;
}

type Entries = Record<PropertyKey, unknown>;

/**
 * Shows a session as express-session would, with the members of `Session` beside. To look at an
 * entry is to look at the session; with a member it is as on the session itself.
 */
export function expressSession<Data extends object>(context: SessionContext): ExpressSession<Data> {
  const members = new Members(context);
  return (members.facade = new Proxy(members, HANDLER)) as unknown as ExpressSession<Data>;
}

/** The names of all members of a session: the compiler says if one is missing here. */
const SESSION_NAMES: Record<Exclude<keyof Session, "destroy" | "toJSON">, true> = {
  id: true,
  isNew: true,
  subject: true,
  data: true,
  authenticatedAt: true,
  persistent: true,
  rejection: true,
  login: true,
  confirm: true,
  isRecent: true,
  logout: true,
  renew: true,
  update: true,
  flash: true,
  flashes: true,
};
const EXPRESS_NAMES: Record<Exclude<keyof ExpressSessionMembers, keyof typeof SESSION_NAMES>, true> = {
  regenerate: true,
  save: true,
  reload: true,
  destroy: true,
  touch: true,
  toJSON: true,
};

/** The target of the proxy: each request has one, so everything that can be shared is. */
class Members {
  /** The proxy itself, which is what callers get back. */
  facade!: unknown;
  /** What this object goes on to show once another has taken its place: Passport copies from it. */
  #left: Entries | undefined;
  readonly #context: SessionContext;

  constructor(context: SessionContext) {
    this.#context = context;
  }

  get session(): Session<object> {
    return this.#context.current();
  }

  get entries(): Entries {
    return this.#left ?? (this.session.data as Entries);
  }

  regenerate(callback?: SessionCallback): unknown {
    return this.#settle(() => {
      const data = { ...this.entries };
      this.session.logout();
      this.#left = data;
      this.#context.show(this.facade, expressSession(this.#context));
    }, callback);
  }

  save(callback?: SessionCallback): unknown {
    return this.#settle(() => undefined, callback);
  }

  reload(callback: SessionCallback): unknown {
    if (typeof callback !== "function")
      throw new InvalidOptionError(
        `request.session.reload takes a function, which is called when the session was read. It got ${kindOf(callback)}. Fix: request.session.reload((error) => next(error)).`,
      );
    if (this.#context.isClosed()) {
      const message =
        "The answer has begun, so this request cannot keep what it would load. In a socket, use manager.load and manager.commit.";
      queueMicrotask(() => callback(new SessionError("session_closed", message)));
      return this.facade;
    }
    this.#context
      .load()
      .then(() => callback(), callback)
      .catch(rethrow);
    return this.facade;
  }

  destroy(callback?: SessionCallback): unknown {
    return this.#settle(() => {
      this.session.destroy();
      this.#context.show(this.facade, undefined);
    }, callback);
  }

  touch(): unknown {
    return this.facade;
  }

  toJSON(): Entries {
    return this.entries;
  }

  /** A member or an entry, for reading. */
  read(key: PropertyKey): unknown {
    if (Object.hasOwn(EXPRESS_NAMES, key)) return bound(this, this[key as keyof typeof EXPRESS_NAMES]);
    // An object that another has replaced goes on to show its own entries.
    if (key === "data") return this.entries;
    if (Object.hasOwn(SESSION_NAMES, key)) return bound(this.session, this.session[key as keyof typeof SESSION_NAMES]);
    if (key === "passport") this.#context.passportLooked = true;
    return Reflect.get(this.entries, key);
  }

  /** What console.log shows. A getter, since it calls what it gets on the proxy. */
  get [Symbol.for("nodejs.util.inspect.custom")](): () => unknown {
    return () => hideSecrets(this.entries);
  }

  /**
   * Does what can be done at once, and calls back a little later; without a callback the caller
   * gets the error.
   */
  #settle(work: () => void, callback: SessionCallback | undefined): unknown {
    try {
      work();
    } catch (error) {
      if (callback === undefined) throw error;
      queueMicrotask(() => callback(error));
      return this.facade;
    }
    if (callback !== undefined) queueMicrotask(() => callback());
    return this.facade;
  }
}

const HANDLER: ProxyHandler<Members> = {
  get: (members, key) => members.read(key),
  set(members, key, value) {
    if (key === "persistent") return Reflect.set(members.session, key, value);
    if (isMember(key)) throw notAnEntry(key);
    // Assignment to this one name would change the prototype.
    if (key === "__proto__")
      return Reflect.defineProperty(members.entries, key, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    return Reflect.set(members.entries, key, value);
  },
  has: (members, key) => isMember(key) || Reflect.has(members.entries, key),
  deleteProperty(members, key) {
    if (isMember(key)) throw notAnEntry(key);
    return Reflect.deleteProperty(members.entries, key);
  },
  // By assignment, which a session that is closed refuses.
  defineProperty: ({ facade }, key, { value }) => Reflect.set(facade as object, key, value as unknown),
  // Only the entries, because code that lists or copies a session means its data. Without those
  // that have a member's name, because the value under that name is the member.
  ownKeys: ({ entries }) => Reflect.ownKeys(entries).filter((key) => !isMember(key)),
  getOwnPropertyDescriptor: ({ entries }, key) =>
    !isMember(key) && Object.hasOwn(entries, key)
      ? { value: entries[key], enumerable: true, configurable: true, writable: true }
      : undefined,
  // A session shows itself as a plain object.
  getPrototypeOf: () => Object.prototype,
};

function isMember(key: PropertyKey): boolean {
  return Object.hasOwn(SESSION_NAMES, key) || Object.hasOwn(EXPRESS_NAMES, key);
}

function bound(owner: object, member: unknown): unknown {
  return typeof member === "function" ? (member.bind(owner) as unknown) : member;
}

function notAnEntry(key: PropertyKey): InvalidOptionError {
  const name = JSON.stringify(String(key));
  const connectFlash =
    key === "flash"
      ? " In place of connect-flash: request.flash = (category, message) => request.session.flash(message, category)."
      : "";
  return new InvalidOptionError(
    `request.session[${name}] cannot be set or deleted, because the session has a member of that name. ` +
      `Fix: give the entry another name, or write request.session.data[${name}].${connectFlash}`,
  );
}

/** Out of the promise, to where exceptions of a callback would go. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
