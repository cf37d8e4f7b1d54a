import { constants, PerformanceObserver } from "node:perf_hooks";

/** How often the event loop is asked, in milliseconds. A shorter delay is not seen. */
const INTERVAL = 20;
/** A delay below this many milliseconds is usual. */
const NOTICEABLE = 5;
/** The most events that are remembered. */
const MOST = 200;

/** Something that held the process up. Times on the clock of `performance.now()`. */
export interface Held {
  readonly start: number;
  readonly duration: number;
}

/** A collection of garbage. */
export interface Collection extends Held {
  readonly kind: string;
}

/**
 * Watches what holds the whole process up: garbage collections and a blocked event loop. It begins
 * with the first request, and costs one timer and one callback for each collection.
 */
export class ProcessMonitor {
  readonly #collections: Collection[] = [];
  readonly #delays: Held[] = [];
  #observer: PerformanceObserver | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastTick = 0;

  /** A second call does nothing. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#lastTick = performance.now();
    this.#timer = setInterval(() => this.#tick(), INTERVAL);
    this.#timer.unref();
    // Not every runtime reports collections.
    const { supportedEntryTypes = [] } = PerformanceObserver as { readonly supportedEntryTypes?: readonly string[] };
    if (!supportedEntryTypes.includes("gc")) return;
    this.#observer = new PerformanceObserver((list) => this.#note(list.getEntries()));
    this.#observer.observe({ entryTypes: ["gc"] });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#observer?.disconnect();
    this.#observer = undefined;
  }

  /** The collections since a time. */
  collectionsSince(start: number): readonly Collection[] {
    // Those of the last moment are not delivered yet.
    this.#note(this.#observer?.takeRecords() ?? []);
    return endedSince(this.#collections, start);
  }

  /** The times since a time in which the event loop was blocked. */
  delaysSince(start: number): readonly Held[] {
    this.#tick();
    return endedSince(this.#delays, start);
  }

  /** Whether collections are reported. */
  get seesCollections(): boolean {
    return this.#observer !== undefined;
  }

  #tick(): void {
    const now = performance.now();
    const delay = now - this.#lastTick - INTERVAL;
    if (delay >= NOTICEABLE) push(this.#delays, { start: this.#lastTick + INTERVAL, duration: delay });
    this.#lastTick = now;
  }

  #note(
    entries: readonly { readonly startTime: number; readonly duration: number; readonly detail?: unknown }[],
  ): void {
    for (const { startTime, duration, detail } of entries) {
      const { kind } = (detail ?? {}) as { readonly kind?: unknown };
      push(this.#collections, { start: startTime, duration, kind: kindOf(kind) });
    }
  }
}

/** The last ones of a list in which each begins after the end of the one before. */
function endedSince<Item extends Held>(list: readonly Item[], start: number): readonly Item[] {
  return list.slice(list.findLastIndex((each) => each.start + each.duration < start) + 1);
}

function push<Item>(list: Item[], item: Item): void {
  list.push(item);
  if (list.length > MOST) list.shift();
}

function kindOf(kind: unknown): string {
  switch (kind) {
    case constants.NODE_PERFORMANCE_GC_MAJOR:
      return "major";
    case constants.NODE_PERFORMANCE_GC_MINOR:
      return "minor";
    case constants.NODE_PERFORMANCE_GC_INCREMENTAL:
      return "incremental";
    default:
      return "other";
  }
}
