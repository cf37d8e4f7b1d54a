import type { SessionStore, SetOptions } from "../sessions/store/session-store.ts";
import { unixNow, type Clock } from "../clock.ts";
import { checkOptions } from "../options.ts";
import { hasMethods, wrongClient } from "./wrong-argument.ts";

/**
 * The session object that is passed to a store written for express-session. Such stores take the
 * expiry from its cookie.
 */
export interface StoredExpressSession {
  /**
   * When the session ends, and in how many milliseconds. Some stores read the date, some the
   * milliseconds.
   */
  cookie: { originalMaxAge: number; maxAge: number; expires: Date; httpOnly: boolean; path: string };
  payload: string;
  subject?: string;
}

/**
 * The methods of a store written for express-session that are used.
 * https://github.com/expressjs/session#session-store-implementation
 */
export interface ExpressStore {
  get(id: string, callback: (error?: unknown, session?: unknown) => void): unknown;
  set(id: string, session: StoredExpressSession, callback: (error?: unknown) => void): unknown;
  destroy(id: string, callback: (error?: unknown) => void): unknown;
  touch?(id: string, session: StoredExpressSession, callback: (error?: unknown) => void): unknown;
}

/**
 * A session store that cannot compare and write in one step. If two processes save one session at
 * the same time, the later save wins.
 */
export interface NonAtomicStore extends SessionStore {
  readonly atomic: false;
}

/** Settings of fromExpressStore. */
export interface FromExpressStoreOptions {
  /**
   * Returns the time in Unix seconds, to compute how long a session still lasts. Default: the
   * machine's clock.
   */
  readonly clock?: Clock | undefined;
}

/**
 * Adapts a store that was written for express-session. About sixty of them exist, for most
 * databases.
 *
 * They have no compare-and-set, so `set` reads, compares and then writes. In one process, the
 * operations on a session wait for each other, so nothing is lost there. Between *two* processes
 * there is a gap of one round trip: a change may be lost, and a logout undone. If that matters, use
 * a store of this package or one that passes `storeContract`. These stores have no index of
 * subjects either, so `list` and `revokeAll` of the manager do not work.
 *
 * Sessions that express-session itself has saved count as absent.
 *
 * @param store Any store with get, set and destroy. If it has touch, that is used to extend a
 *   session.
 * @throws InvalidOptionError if the store lacks one of the three methods, or an option is unknown.
 *
 * @example
 * import { RedisStore } from "connect-redis";
 * import { fromExpressStore } from "latchkey/stores/express-store";
 *
 * const store = fromExpressStore(new RedisStore({ client }));
 */
export function fromExpressStore(store: ExpressStore, options: FromExpressStoreOptions = {}): NonAtomicStore {
  checkOptions("fromExpressStore", options, ["clock"]);
  if (!hasMethods(store, "get", "set", "destroy")) {
    throw wrongClient(
      "fromExpressStore needs a store written for express-session, with the methods get, set and destroy.",
      store,
      "fromExpressStore(new RedisStore({ client })), with the RedisStore of connect-redis.",
    );
  }
  return new CallbackStore(store, options.clock ?? unixNow);
}

class CallbackStore implements NonAtomicStore {
  readonly atomic = false;
  readonly #store: ExpressStore;
  readonly #clock: Clock;
  /** The last running operation of each id in this process. */
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
      const stored = await this.#load(id);
      if (stored?.payload !== replaces) return false;
      const session: StoredExpressSession = {
        cookie: this.#cookie(expiresAt),
        payload,
        ...(subject === undefined ? {} : { subject }),
      };
      const touch = this.#store.touch?.bind(this.#store);
      if (touch !== undefined && stored?.payload === payload && stored.subject === subject) {
        return await orIfNoFile(
          settled((done) => touch(id, session, done)).then(() => true),
          false,
        );
      }
      await settled((done) => this.#store.set(id, session, done));
      return true;
    });
  }

  async delete(id: string): Promise<void> {
    await this.#inTurn(id, async () => {
      await orIfNoFile(
        settled((done) => this.#store.destroy(id, done)),
        undefined,
      );
    });
  }

  async #load(id: string): Promise<StoredExpressSession | undefined> {
    const session = await orIfNoFile(
      settled((done) => this.#store.get(id, done)),
      undefined,
    );
    return isOurs(session) ? session : undefined;
  }

  #cookie(expiresAt: number): StoredExpressSession["cookie"] {
    // These stores end a session at the given moment. Here it is still alive in the second of its
    // expiry.
    const end = expiresAt + 1;
    const milliseconds = (end - this.#clock()) * 1000;
    return {
      originalMaxAge: milliseconds,
      maxAge: milliseconds,
      expires: new Date(end * 1000),
      httpOnly: true,
      path: "/",
    };
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

/**
 * The result of a method with a callback. Some of these stores have async functions by now, and
 * never call back if they reject.
 */
async function settled(call: (done: (error?: unknown, result?: unknown) => void) => unknown): Promise<unknown> {
  return await new Promise((resolve, reject) => {
    const returned = call((error, result) => (error ? reject(error) : resolve(result)));
    if (returned instanceof Promise) returned.catch(reject);
  });
}

/**
 * Stores that write files pass on the system's error for "no such file". When reading, extending or
 * removing, it means that the session is absent. When writing, it means that nothing was saved, so
 * it stays an error there.
 */
async function orIfNoFile<Answer>(answer: Promise<Answer>, otherwise: Answer): Promise<Answer> {
  return await answer.catch((error: unknown) => {
    if ((error as { readonly code?: unknown } | undefined)?.code !== "ENOENT") throw error;
    return otherwise;
  });
}

function isOurs(session: unknown): session is StoredExpressSession {
  return (
    typeof session === "object" &&
    session !== null &&
    typeof (session as Partial<StoredExpressSession>).payload === "string"
  );
}
