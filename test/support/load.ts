import { setTimeout as sleep } from "node:timers/promises";
import type { SessionStore } from "latchkey";

/** What a load on a store has seen. */
export interface LoadReport {
  readonly confirmed: number;
  readonly refused: number;
  readonly failed: number;
  /** Calls that had no answer, not even an error, after the patience of the load. */
  readonly hung: number;
  /**
   * The longest time without one confirmed write, in milliseconds: the outage as callers saw it.
   */
  readonly outage: number;
  readonly slowest: number;
}

const FOREVER = 4_000_000_000;

/**
 * Writers that each count up a session of their own as fast as the store lets them, and begin a new
 * one now and then. It remembers which number of which session the store has confirmed last, so
 * that a test can tell afterwards whether one was lost.
 */
export class Load {
  readonly #store: SessionStore;
  readonly #name: string;
  readonly #patience: number;
  readonly #confirmed = new Map<string, number>();
  readonly #writers: Promise<void>[] = [];
  readonly #started = performance.now();
  #counts = { confirmed: 0, refused: 0, failed: 0, hung: 0 };
  #lastConfirmed = performance.now();
  #outage = 0;
  #slowest = 0;
  #isRunning = true;

  constructor(
    store: SessionStore,
    name: string,
    { writers = 16, patience = 15_000 }: { readonly writers?: number; readonly patience?: number } = {},
  ) {
    this.#store = store;
    this.#name = name;
    this.#patience = patience;
    for (let writer = 0; writer < writers; writer++) this.#writers.push(this.#write(writer));
  }

  /** Ends the load, when each call under way has its answer. */
  async stop(): Promise<LoadReport> {
    this.#isRunning = false;
    await Promise.all(this.#writers);
    return { ...this.#counts, outage: Math.round(this.#outage), slowest: Math.round(this.#slowest) };
  }

  /** Waits for so many further confirmed writes. */
  async confirms(count: number): Promise<void> {
    const goal = this.#counts.confirmed + count;
    const patience = performance.now() + this.#patience * 2;
    while (this.#counts.confirmed < goal) {
      if (performance.now() > patience)
        throw new Error(`${this.#name}: no further writes were confirmed: ${JSON.stringify(this.#counts)}`);
      await sleep(10);
    }
  }

  /** The sessions in which the store holds less than it has confirmed. */
  async lost(): Promise<readonly string[]> {
    const lost: string[] = [];
    for (const [id, number] of this.#confirmed) {
      const stored = await this.#store.get(id);
      if (stored === undefined || Number(stored) < number)
        lost.push(`${id}: ${number} was confirmed, and ${stored ?? "nothing"} is stored`);
    }
    return lost;
  }

  async #write(writer: number): Promise<void> {
    let id = "";
    let turn = 0;
    while (this.#isRunning) {
      if (turn++ % 20 === 0) id = `${this.#name}-${writer}-${turn}-${Math.floor(this.#started)}`;
      const seen = await this.#call(async () => await this.#store.get(id));
      if (seen === undefined) continue;
      const next = Number(seen.answer ?? 0) + 1;
      const options =
        seen.answer === undefined
          ? { subject: `${this.#name}-${writer}` }
          : { replaces: seen.answer, subject: `${this.#name}-${writer}` };
      const written = await this.#call(async () => await this.#store.set(id, String(next), FOREVER, options));
      if (written?.answer === true) {
        this.#confirmed.set(id, next);
        this.#counts.confirmed++;
        this.#outage = Math.max(this.#outage, performance.now() - this.#lastConfirmed);
        this.#lastConfirmed = performance.now();
      } else if (written?.answer === false) this.#counts.refused++;
    }
  }

  /** The answer of a call; undefined if it failed or had none. */
  async #call<Answer>(work: () => Promise<Answer>): Promise<{ readonly answer: Answer } | undefined> {
    const began = performance.now();
    const late = new AbortController();
    try {
      const result = await Promise.race([
        work().then((answer) => ({ answer })),
        sleep(this.#patience, "hung" as const, { signal: late.signal }),
      ]);
      if (result !== "hung") return result;
      this.#counts.hung++;
    } catch {
      this.#counts.failed++;
      await sleep(5);
    } finally {
      late.abort();
      this.#slowest = Math.max(this.#slowest, performance.now() - began);
    }
    return undefined;
  }
}
