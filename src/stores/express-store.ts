import type { SessionStore, SetOptions } from "../sessions/store.ts";
import { unixNow, type Clock } from "../clock.ts";

/** The session object that is handed to a store written for express-session: such stores take the expiry from its cookie. */
export interface ExpressSession {
  /** When the session ends, and in how many milliseconds: some stores look at the one, some at the other. */
  cookie: { originalMaxAge: number; maxAge: number; expires: Date; httpOnly: boolean; path: string };
  payload: string;
  subject?: string;
}

/** A store written for express-session, by the methods that are called of it. https://github.com/expressjs/session#session-store-implementation */
export interface ExpressStore {
  get(id: string, callback: (error?: unknown, session?: unknown) => void): unknown;
  set(id: string, session: ExpressSession, callback: (error?: unknown) => void): unknown;
  destroy(id: string, callback: (error?: unknown) => void): unknown;
  touch?(id: string, session: ExpressSession, callback: (error?: unknown) => void): unknown;
}

/** A session store that cannot compare and write in one step: of two processes that save one session at the same time, the later one wins. */
export interface NonAtomicStore extends SessionStore {
  readonly atomic: false;
}

/**
 * Opens a store that was written for express-session as a session store. There are some sixty of them, for most databases.
 *
 * They know no compare-and-set. `set` and `touch` read, compare and then write, and within one process one after the other, so that there
 * nothing is lost. Between *two* processes there is a gap of one round trip: a change may be lost, and a logout undone. Where that matters,
 * take a store of this package or one that passes `storeContract`. They have no index of subjects either: no "log out everywhere".
 *
 * Sessions that express-session itself has saved are absent here: they hold no payload of ours.
 *
 * @param store Any store with get, set and destroy, and touch where it has one; without it, touching reads and writes the session.
 * @param options.clock Tells the time, for the seconds that a session has left: the machine's clock unless told otherwise.
 * @throws TypeError if the store lacks one of the three methods.
 *
 * @example
 * import { RedisStore } from "connect-redis";
 * import { fromExpressStore } from "latchkey/stores/express-store";
 *
 * const store = fromExpressStore(new RedisStore({ client }));
 */
export function fromExpressStore(store: ExpressStore, options: { readonly clock?: Clock | undefined } = {}): NonAtomicStore {
  for (const method of ["get", "set", "destroy"] as const) {
    if (typeof store?.[method] !== "function")
      throw new TypeError(`A store for express-session has the methods get, set and destroy; this one lacks ${method}.`);
  }
  return new CallbackStore(store, options.clock ?? unixNow);
}

class CallbackStore implements NonAtomicStore {
  readonly atomic = false;
  readonly #store: ExpressStore;
  readonly #clock: Clock;
  /** The last operation of each id that is under way in this process. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(store: ExpressStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async get(id: string): Promise<string | undefined> {
    return (await this.#load(id))?.payload;
  }

  async set(id: string, payload: string, expiresAt: number, { replaces, subject }: SetOptions = {}): Promise<boolean> {
    return await this.#inTurn(id, async () => {
      if ((await this.#load(id))?.payload !== replaces) return false;
      const session: ExpressSession = { cookie: this.#cookie(expiresAt), payload, ...(subject === undefined ? {} : { subject }) };
      await settled((done) => this.#store.set(id, session, done));
      return true;
    });
  }

  async touch(id: string, expiresAt: number): Promise<void> {
    await this.#inTurn(id, async () => {
      const session = await this.#load(id);
      if (session === undefined) return;
      session.cookie = this.#cookie(expiresAt);
      await settled((done) => (this.#store.touch ? this.#store.touch(id, session, done) : this.#store.set(id, session, done)));
    });
  }

  async delete(id: string): Promise<void> {
    await this.#inTurn(id, async () => {
      await settled((done) => this.#store.destroy(id, done));
    });
  }

  async #load(id: string): Promise<ExpressSession | undefined> {
    const session = await settled((done) => this.#store.get(id, done));
    return isOurs(session) ? session : undefined;
  }

  #cookie(expiresAt: number): ExpressSession["cookie"] {
    // Such stores end a session when that moment comes; here it is still alive in the second of its expiry.
    const end = expiresAt + 1;
    const milliseconds = (end - this.#clock()) * 1000;
    return { originalMaxAge: milliseconds, maxAge: milliseconds, expires: new Date(end * 1000), httpOnly: true, path: "/" };
  }

  async #inTurn<Result>(id: string, work: () => Promise<Result>): Promise<Result> {
    const mine = (this.#turns.get(id) ?? Promise.resolve()).then(work, work);
    this.#turns.set(id, mine);
    try {
      return await mine;
    } finally {
      if (this.#turns.get(id) === mine) this.#turns.delete(id);
    }
  }
}

/** What a method with a callback answers. Some of these stores have become async functions as well: one that rejects never calls back. */
async function settled(call: (done: (error?: unknown, result?: unknown) => void) => unknown): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    const returned = call((error, result) => {
      if (!error) resolve(result);
      // Stores that keep files hand on the system's word for "no such file"; express-session takes it for absence too.
      else if ((error as { code?: unknown }).code === "ENOENT") resolve(undefined);
      else reject(error);
    });
    if (returned instanceof Promise) returned.catch(reject);
  });
}

function isOurs(session: unknown): session is ExpressSession {
  return typeof session === "object" && session !== null && typeof (session as Partial<ExpressSession>).payload === "string";
}
