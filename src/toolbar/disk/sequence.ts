import { unixMilliseconds } from "../../clock.ts";

/** 2026-01-01T00:00:00Z in Unix milliseconds. */
const EPOCH = 1_767_225_600_000;
/**
 * Numbers per millisecond and process. A request takes longer to record than a sixteenth of one.
 */
const TICKS = 16;
/** How many processes have numbers of their own at the same time. */
export const SLOTS = 256;

/**
 * The numbers of requests. They rise, and no two requests have the same one.
 *
 * In one process they count from 1. Processes that share a history cannot count together without
 * waiting for each other. There, a number is made of the machine's time and of the process's slot.
 * Numbers stay exact until the year 2095.
 */
export class Sequence {
  readonly #slot: number | undefined;
  #tick: number;

  /**
   * @param slot the number of this process, from 0; undefined if no other process shares the
   *   history.
   * @param after all numbers are larger than this one. So they rise even if the clock was set back.
   */
  constructor(slot?: number, after = 0) {
    this.#slot = slot === undefined ? undefined : slot % SLOTS;
    this.#tick = Math.floor(after / SLOTS);
  }

  next(): number {
    if (this.#slot === undefined) return ++this.#tick;
    this.#tick = Math.max(this.#tick + 1, Math.floor((unixMilliseconds() - EPOCH) * TICKS));
    return this.#tick * SLOTS + this.#slot;
  }
}
