import { inspect } from "node:util";
import { InvalidOptionError, SessionError } from "../../errors.ts";
import type { Session } from "../../sessions/session.ts";
import { hideSecrets } from "./hide-secrets.ts";

/** Called when the work is done, with an error if it failed. */
export type SessionCallback = (error?: unknown) => void;

/**
 * What `request.session` has beside its entries, under express-session's names. An entry cannot
 * have one of these names.
 */
export interface ExpressSessionMembers {
  /** The `id` of the session. It is not a secret. */
  readonly id: string | undefined;
  /**
   * Ends the session and puts an empty one under a new token in its place, as is right at a login.
   */
  regenerate(callback?: SessionCallback): ExpressSessionMembers;
  /**
   * Calls back. There is nothing to wait for: the session is saved before the first byte of the
   * answer leaves, and a failure then goes to the application's error handlers.
   */
  save(callback?: SessionCallback): ExpressSessionMembers;
  /**
   * Throws this request's changes away and reads the session again. Only `callback` tells whether
   * that went well, so it is required.
   */
  reload(callback: SessionCallback): ExpressSessionMembers;
  /** Ends the session for good; `request.session` is gone then. */
  destroy(callback?: SessionCallback): ExpressSessionMembers;
  /**
   * Does nothing: the manager moves the end of a session when more than half of its idle time is
   * used.
   */
  touch(): ExpressSessionMembers;
}

/** The session in the shape that express-session gives it: its entries are properties. */
export type ExpressSession<Data extends object = Record<string, unknown>> = Partial<Data> & ExpressSessionMembers;

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
 * Shows a session as express-session would. Looking at an entry is looking at the session; nothing
 * else is.
 */
export function expressSession<Data extends object>(context: SessionContext): ExpressSession<Data> {
  const members = new Members(context);
  return (members.facade = new Proxy(members, HANDLER)) as unknown as ExpressSession<Data>;
}

/** The target of the proxy: each request has one, so everything that can be shared is. */
class Members implements ExpressSessionMembers {
  facade!: ExpressSessionMembers;
  /** What this object goes on to show once another has taken its place: Passport copies from it. */
  #left: Entries | undefined;
  readonly #context: SessionContext;

  constructor(context: SessionContext) {
    this.#context = context;
  }

  get entries(): Entries {
    return this.#left ?? (this.#context.current().data as Entries);
  }

  get id(): string | undefined {
    return this.#context.current().id;
  }

  regenerate(callback?: SessionCallback): ExpressSessionMembers {
    return this.#settle(() => {
      const data = { ...this.entries };
      this.#context.current().logout();
      this.#left = data;
      this.#context.show(this.facade, expressSession(this.#context));
    }, callback);
  }

  save(callback?: SessionCallback): ExpressSessionMembers {
    return this.#settle(() => undefined, callback);
  }

  reload(callback: SessionCallback): ExpressSessionMembers {
    if (typeof callback !== "function")
      throw new InvalidOptionError("request.session.reload takes a function, which is called when the session was read.");
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

  destroy(callback?: SessionCallback): ExpressSessionMembers {
    return this.#settle(() => {
      this.#context.current().destroy();
      this.#context.show(this.facade, undefined);
    }, callback);
  }

  touch(): ExpressSessionMembers {
    return this.facade;
  }

  /** The entry of this name, for reading. */
  read(key: PropertyKey): unknown {
    if (key === "passport") this.#context.passportLooked = true;
    return Reflect.get(this.entries, key);
  }

  /** What console.log shows. A getter, since it calls what it gets on the proxy. */
  get [inspect.custom](): () => unknown {
    return () => hideSecrets(this.entries);
  }

  /**
   * Does what can be done at once, and calls back a little later; without a callback the caller
   * gets the error.
   */
  #settle(work: () => void, callback: SessionCallback | undefined): ExpressSessionMembers {
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

const NAMES: ReadonlySet<PropertyKey> = new Set(["id", "regenerate", "save", "reload", "destroy", "touch"]);

const HANDLER: ProxyHandler<Members> = {
  get(members, key) {
    if (!NAMES.has(key)) return members.read(key);
    const member: unknown = members[key as keyof ExpressSessionMembers];
    return typeof member === "function" ? (member.bind(members) as unknown) : member;
  },
  set(members, key, value) {
    if (NAMES.has(key)) {
      throw new InvalidOptionError(
        `request.session.${String(key)} cannot be set: the session has a member of that name. Give the entry another, or use sessionOf(manager, request).data.`,
      );
    }
    // Assignment to this one name would change the prototype.
    if (key === "__proto__")
      return Reflect.defineProperty(members.entries, key, { value, enumerable: true, configurable: true, writable: true });
    return Reflect.set(members.entries, key, value);
  },
  has: (members, key) => NAMES.has(key) || Reflect.has(members.entries, key),
  deleteProperty: (members, key) => Reflect.deleteProperty(members.entries, key),
  // By assignment, which a session that is closed refuses.
  defineProperty: (members, key, { value }) => Reflect.set(members.facade, key, value as unknown),
  // Only the entries, because code that lists or copies a session means its data.
  ownKeys: (members) => Reflect.ownKeys(members.entries),
  getOwnPropertyDescriptor: ({ entries }, key) =>
    Object.hasOwn(entries, key) ? { value: entries[key], enumerable: true, configurable: true, writable: true } : undefined,
  // A session shows itself as a plain object.
  getPrototypeOf: () => Object.prototype,
};

/** Out of the promise, to where exceptions of a callback would go. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
