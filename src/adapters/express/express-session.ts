import { inspect } from "node:util";
import { InvalidOptionError, SessionError } from "../../errors.ts";
import type { Session } from "../../sessions/session.ts";

/** Called when the work is done, with an error if it failed. */
export type SessionCallback = (error?: unknown) => void;

/** What `request.session` has beside its entries, under express-session's names. An entry cannot have one of these names. */
export interface ExpressSessionMembers {
  /** With a store: the id under which it keeps the session, a hash of the visitor's token. Else undefined. */
  readonly id: string | undefined;
  /** Ends the session and puts an empty one under a new token in its place, as is right at a login. */
  regenerate(callback?: SessionCallback): ExpressSessionMembers;
  /** Calls back. There is nothing to wait for: the session is kept before the first byte of the answer leaves, and a failure then is the application's error. */
  save(callback?: SessionCallback): ExpressSessionMembers;
  /** Throws this request's changes away and reads the session again. Only `callback` tells whether that went well, so it is not optional. */
  reload(callback: SessionCallback): ExpressSessionMembers;
  /** Ends the session for good; `request.session` is gone then. */
  destroy(callback?: SessionCallback): ExpressSessionMembers;
  /** Does nothing: the manager moves the end of a session when more than half of its idle time is used. */
  touch(): ExpressSessionMembers;
}

/** The session in the shape that express-session gives it: its entries are properties. */
export type ExpressSession<Data extends object = Record<string, unknown>> = Partial<Data> & ExpressSessionMembers;

interface Context<Data extends object> {
  readonly request: object;
  readonly current: () => Session<Data>;
  /** Reads the session again. */
  readonly load: () => Promise<void>;
  /** Whether the answer has begun. */
  readonly isClosed: () => boolean;
}

type Entries = Record<PropertyKey, unknown>;

/** Shows a session as express-session would. Looking at an entry is looking at the session; nothing else is. */
export function expressSession<Data extends object>(context: Context<Data>): ExpressSession<Data> {
  const { current, load, isClosed } = context;
  const request: { session?: unknown } = context.request;
  /** What this object goes on to show once another has taken its place: Passport copies from it. */
  let left: Entries | undefined;
  const entries = (): Entries => left ?? current().data;

  /** Does what can be done at once, and calls back a little later; without a callback the caller gets the error. */
  const settle = (work: () => void, callback: SessionCallback | undefined): void => {
    try {
      work();
    } catch (error) {
      if (callback === undefined) throw error;
      queueMicrotask(() => callback(error));
      return;
    }
    if (callback !== undefined) queueMicrotask(() => callback());
  };

  const members: ExpressSessionMembers & { [inspect.custom]: () => Entries } = {
    get id() {
      return current().id;
    },
    regenerate(callback) {
      settle(() => {
        const data = { ...entries() };
        current().logout();
        left = data;
        request.session = expressSession(context);
      }, callback);
      return facade;
    },
    save(callback) {
      settle(() => undefined, callback);
      return facade;
    },
    reload(callback) {
      if (typeof callback !== "function")
        throw new InvalidOptionError("request.session.reload takes a function, which is called when the session was read.");
      if (isClosed()) {
        const message =
          "The answer has begun, so this request cannot keep what it would load. In a socket, use manager.load and manager.commit.";
        queueMicrotask(() => callback(new SessionError("session_closed", message)));
        return facade;
      }
      load()
        .then(() => callback(), callback)
        .catch(rethrow);
      return facade;
    },
    destroy(callback) {
      settle(() => {
        current().destroy();
        delete request.session;
      }, callback);
      return facade;
    },
    touch: () => facade,
    [inspect.custom]: () => ({ ...entries() }),
  };
  const isMember = (key: PropertyKey): boolean => Object.hasOwn(members, key);

  const facade: ExpressSession<Data> = new Proxy(members as unknown as ExpressSession<Data>, {
    get: (_, key) => Reflect.get(isMember(key) ? members : entries(), key) as unknown,
    set(_, key, value) {
      if (isMember(key)) {
        throw new InvalidOptionError(
          `request.session.${String(key)} cannot be set: the session has a member of that name. Give the entry another, or use sessionOf(manager, request).data.`,
        );
      }
      // Assignment to this one name would change the prototype.
      if (key === "__proto__")
        return Reflect.defineProperty(entries(), key, { value, enumerable: true, configurable: true, writable: true });
      return Reflect.set(entries(), key, value);
    },
    has: (_, key) => isMember(key) || Reflect.has(entries(), key),
    deleteProperty: (_, key) => Reflect.deleteProperty(entries(), key),
    // By assignment, which a session that is closed refuses.
    defineProperty: (_, key, { value }) => Reflect.set(facade, key, value as unknown),
    // Only the entries: whoever lists the session, or copies it, means the data.
    ownKeys: () => Reflect.ownKeys(entries()),
    getOwnPropertyDescriptor: (_, key) =>
      Object.hasOwn(entries(), key) ? { value: entries()[key], enumerable: true, configurable: true, writable: true } : undefined,
  });
  return facade;
}

/** Out of the promise, to where exceptions of a callback would go. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
