import type { Clock } from "../../src/clock.ts";
import type { IndexedStore, SetOptions, StoredSession } from "../../src/sessions/store/session-store.ts";

/**
 * Lets a store that expires by its own clock, as Redis does, expire by the clock of a simulation,
 * which is ahead of it.
 */
export class ClockedStore implements IndexedStore {
  readonly #store: IndexedStore;
  readonly #clock: Clock;
  readonly #expiries = new Map<string, number>();

  constructor(store: IndexedStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async get(id: string): Promise<string | undefined> {
    await this.#sweep(id);
    return await this.#store.get(id);
  }

  async set(id: string, payload: string, expiresAt: number, options?: SetOptions): Promise<boolean> {
    await this.#sweep(id);
    const isSet = await this.#store.set(id, payload, expiresAt, options);
    if (isSet) this.#expiries.set(id, expiresAt);
    return isSet;
  }

  async delete(id: string): Promise<void> {
    this.#expiries.delete(id);
    await this.#store.delete(id);
  }

  async listBySubject(subject: string): Promise<readonly StoredSession[]> {
    return (await this.#store.listBySubject(subject)).filter(({ expiresAt }) => expiresAt >= this.#clock());
  }

  async deleteBySubject(subject: string, except?: string): Promise<number> {
    return await this.#store.deleteBySubject(subject, except);
  }

  async #sweep(id: string): Promise<void> {
    const expiry = this.#expiries.get(id);
    if (expiry !== undefined && expiry < this.#clock()) await this.delete(id);
  }
}
