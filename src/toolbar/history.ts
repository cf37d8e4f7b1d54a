import { InvalidOptionError } from "../errors.ts";
import type { ExchangeSummary } from "./exchange-page.ts";

/** A finished exchange: its line in the list, and the panels' data as one JSON text. */
export interface HistoryEntry {
  readonly summary: ExchangeSummary;
  readonly json: string;
}

/**
 * The last exchanges, oldest first. When it is full, it drops the oldest one.
 *
 * It stores JSON texts. They need half of the memory of objects, and ensure that a record is plain
 * data.
 */
export class History {
  readonly capacity: number;
  readonly #entries = new Map<string, HistoryEntry>();

  /** @param capacity how many exchanges are stored, 1 to 10,000. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > 10_000) {
      throw new InvalidOptionError(
        `Toolbar's option history is a whole number of requests from 1 to 10,000. It got ${String(capacity)}. Fix: leave it out for 100.`,
      );
    }
    this.capacity = capacity;
  }

  /** Stores an exchange. */
  add(entry: HistoryEntry): void {
    this.#entries.set(entry.summary.id, entry);
    if (this.#entries.size <= this.capacity) return;
    const oldest = this.#entries.keys().next();
    if (oldest.done !== true) this.#entries.delete(oldest.value);
  }

  /** The exchange with this id, if it is still stored. */
  get(id: string): HistoryEntry | undefined {
    return this.#entries.get(id);
  }

  /** The lines of all stored exchanges from this sequence number on, newest first. */
  list(from = 0): readonly ExchangeSummary[] {
    const summaries = [...this.#entries.values()].map(({ summary }) => summary);
    return summaries.filter(({ sequence }) => sequence >= from).toSorted((a, b) => b.sequence - a.sequence);
  }
}
