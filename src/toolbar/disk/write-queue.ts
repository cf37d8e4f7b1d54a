import type { HistoryEntry } from "../history.ts";

/** Milliseconds after the first record, so that those of one page are written together. */
const DELAY = 10;
/** Writing takes at most one part of so many of the time. */
const SHARE = 20;
/** Milliseconds between attempts, while another process holds the lock. */
const RETRY = { first: 50, most: 5_000 };
/**
 * The most that is written at once. A record of 5 kB takes 0.1 ms alone and 0.025 ms among fifty
 * (Node 24, one core), so that the process answers requests again after a millisecond or two.
 */
const BATCH = { entries: 50, bytes: 250_000 };

/** Arguments of a queue. */
export interface WriteQueueOptions {
  /** The most entries that wait. Older ones are dropped: the file would drop them too. */
  readonly capacity: number;
  /** The most bytes that wait. */
  readonly bytes: number;
  readonly write: (entries: readonly HistoryEntry[]) => "written" | "later" | "never";
}

/**
 * Records that wait to be written. They are written after their responses and several at once, so
 * that a busy server or a slow disk does not slow down requests.
 */
export class WriteQueue {
  readonly #options: WriteQueueOptions;
  #entries: HistoryEntry[] = [];
  #bytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Milliseconds to wait before the next write. */
  #pause = DELAY;
  #retry = RETRY.first;

  constructor(options: WriteQueueOptions) {
    this.#options = options;
  }

  /** Adds an entry, and plans to write it. */
  add(entry: HistoryEntry): void {
    this.#entries.push(entry);
    this.#bytes += entry.json.length;
    while (
      this.#entries.length > 1 &&
      (this.#entries.length > this.#options.capacity || this.#bytes > this.#options.bytes)
    )
      this.#bytes -= this.#entries.shift()!.json.length;
    this.#plan();
  }

  /** Writes all that wait, now. What cannot be written is dropped. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#entries.length > 0 && this.#options.write(this.#take()) === "written");
    this.#entries = [];
    this.#bytes = 0;
  }

  #plan(): void {
    if (this.#timer !== undefined || this.#entries.length === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#writeBatch();
      this.#plan();
    }, this.#pause);
    // A process that has nothing else to do ends. It writes the rest when it exits.
    this.#timer.unref?.();
  }

  #writeBatch(): void {
    const batch = this.#take();
    const started = performance.now();
    const outcome = this.#options.write(batch);
    this.#pause = Math.max(DELAY, SHARE * (performance.now() - started));
    if (outcome !== "later") {
      this.#retry = RETRY.first;
      return;
    }
    this.#entries.unshift(...batch);
    this.#bytes += batch.reduce((sum, { json }) => sum + json.length, 0);
    this.#pause = Math.max(this.#pause, this.#retry);
    this.#retry = Math.min(2 * this.#retry, RETRY.most);
  }

  #take(): HistoryEntry[] {
    let count = 0;
    let bytes = 0;
    for (const { json } of this.#entries) {
      if (count > 0 && (count >= BATCH.entries || bytes + json.length > BATCH.bytes)) break;
      count++;
      bytes += json.length;
    }
    this.#bytes -= bytes;
    return this.#entries.splice(0, count);
  }
}
