import { constants, PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";

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

/** The heap of JavaScript, and what buffers hold outside of it. Sizes in bytes. */
export interface Heap {
  readonly used: number;
  readonly external: number;
  readonly limit: number;
}

/**
 * Watches the whole process: its heap, garbage collections and a blocked event loop. It begins with
 * the first request, and costs one timer and one callback for each collection.
 */
export class ProcessMonitor {
  readonly #collections: Collection[] = [];
  readonly #delays: Held[] = [];
  #observer: PerformanceObserver | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastTick = 0;
  #lastHeap: Heap | undefined;

  /** A second call does nothing. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#lastTick = performance.now();
    this.heap();
    this.#timer = setInterval(() => {
      this.#tick();
      this.heap();
    }, INTERVAL);
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

  /**
   * The heap as it was at most 20 ms ago, or when the event loop was free last. The first byte of
   * an answer would wait for a new look.
   */
  get lastHeap(): Heap | undefined {
    return this.#lastHeap;
  }

  /** The heap now. Undefined where the runtime does not tell. */
  heap(): Heap | undefined {
    try {
      // A tenth of the time that process.memoryUsage() takes, which asks the system too.
      const { used_heap_size: used, external_memory: external, heap_size_limit: limit } = getHeapStatistics();
      return (this.#lastHeap = { used, external, limit });
    } catch {
      return undefined;
    }
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
