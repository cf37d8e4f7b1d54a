import type { Clock } from "../../clock.ts";
import type { Reading, Result, SessionSource } from "../backend.ts";
import type { CookieBackend } from "../cookie/cookie-backend.ts";
import { ageProblem, CLOCK_SKEW, expiryOf, type Lifetimes } from "../data/lifetime.ts";
import { rejection } from "../data/rejection.ts";
import { comparableText } from "../data/session-json.ts";
import type { StoreBackend } from "./store-backend.ts";
import { movedCookieId } from "./token.ts";

/** More valid sessions than any browser has: the store is not asked for all of them. */
const MAX_READINGS = 4;

/**
 * Cookies of an earlier release that hold their session, on their way into a store.
 *
 * Such a cookie cannot be taken back, and copies of it may exist. So the store remembers each one
 * that has moved, or was ended, for as long as it could be used: a copy opens nothing after a
 * logout.
 */
export class MovingCookies implements SessionSource {
  readonly format: string;
  readonly lifetimes: Lifetimes;
  readonly asksStore = true;
  readonly #cookies: CookieBackend;
  readonly #store: StoreBackend;
  readonly #clock: Clock;

  constructor(cookies: CookieBackend, store: StoreBackend, clock: Clock) {
    this.format = cookies.format;
    this.lifetimes = cookies.lifetimes;
    this.#cookies = cookies;
    this.#store = store;
    this.#clock = clock;
  }

  cookieNames(secure: boolean, isLocal: boolean): readonly string[] {
    return this.#cookies.cookieNames(secure, isLocal);
  }

  async read(name: string, values: readonly string[]): Promise<readonly Result[]> {
    const results = this.#cookies.read(name, values);
    const usable = results.filter((result): result is Reading => "record" in result && this.#isAlive(result));
    if (usable.length > MAX_READINGS)
      return results.map((result) => (usable.includes(result as Reading) ? rejection("duplicate") : result));
    return await Promise.all(
      results.map(async (result) =>
        usable.includes(result as Reading) ? await this.#follow(result as Reading) : result,
      ),
    );
  }

  async #follow(reading: Reading): Promise<Result> {
    const { record } = reading;
    const { id, data, subject, persistent, lastSeenAt } = record;
    // Flask's cookies have no id. Two visitors may hold the same anonymous one, so such a cookie
    // begins a session of its own each time.
    if (id === undefined && subject === undefined) return reading;
    const identity = id ?? comparableText([subject!, data, persistent, lastSeenAt]);
    const until = expiryOf(record, this.lifetimes) + CLOCK_SKEW;
    return await this.#store.follow(reading, movedCookieId(`${this.format} ${identity}`), until);
  }

  #isAlive({ record }: Reading): boolean {
    return ageProblem(record, this.lifetimes, this.#clock()) === undefined;
  }
}
