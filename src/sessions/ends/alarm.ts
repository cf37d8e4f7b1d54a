import { lateModule } from "../../late-module.ts";
import type { Clock } from "../../clock.ts";

const asyncHooks = lateModule("node:async_hooks");

/** Milliseconds. The clock counts whole seconds, so the last one is looked at more often. */
const LAST_SECOND = 200;
/** Milliseconds. Node's longest timer has 2^31 - 1. */
const LONGEST_TIMER = 3_600_000;

/** One timer for all. It may ring too early, never more than a moment too late. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  /** A timer that began in a request would keep all that belongs to it. */
  readonly #outside = asyncHooks().AsyncLocalStorage.snapshot();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #at = Infinity;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Lets it ring in this second at the latest. An earlier one that is set already stays. */
  setFor(second: number): void {
    if (this.#timer !== undefined && this.#at <= second) return;
    clearTimeout(this.#timer);
    const seconds = second - this.#clock();
    const milliseconds = seconds <= 1 ? LAST_SECOND : Math.min((seconds - 1) * 1000, LONGEST_TIMER);
    this.#at = second;
    this.#timer = this.#outside(() => setTimeout(() => this.#fire(), milliseconds));
    // Deno has numbers for timers, and lets them end with the process.
    if (typeof this.#timer === "object") this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#at = Infinity;
  }

  #fire(): void {
    this.stop();
    this.#ring();
  }
}
