import { InvalidOptionError } from "../errors.ts";
import { numberOrKind } from "../options.ts";
import type { ExchangeSummary } from "./exchange-page.ts";

/** A finished exchange: its line in the list, and the panels' data as one JSON text. */
export interface HistoryEntry {
  readonly summary: ExchangeSummary;
  /** The data of all panels, by their ids. */
  readonly json: string;
}

/** Bytes of a line in the list, as a rough figure. */
const LINE = 500;

/**
 * The last exchanges, in memory. When it is full, it drops the oldest ones.
 *
 * It stores JSON texts. They need half of the memory of objects, and ensure that a record is plain
 * data.
 */
export class History {
  readonly capacity: number;
  readonly #bytes: number;
  readonly #entries = new Map<string, HistoryEntry>();
  #used = 0;

  /**
   * @param capacity how many exchanges are stored, 1 to 10,000.
   * @param bytes how much memory their texts may use. The newest exchange is stored in any case.
   */
  constructor(capacity: number, bytes: number = 20_000_000) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > 10_000) {
      throw new InvalidOptionError(
        `Toolbar's option history is a whole number of requests from 1 to 10,000. It got ${String(capacity)}. Fix: leave it out for 100.`,
      );
    }
    if (typeof bytes !== "number" || !(bytes >= 100_000)) {
      throw new InvalidOptionError(
        `Toolbar's option historyBytes is a number of bytes from 100,000. It got ${numberOrKind(bytes)}. Fix: leave it out for 20,000,000.`,
      );
    }
    this.capacity = capacity;
    this.#bytes = bytes;
  }

  /** Stores an exchange. One that is stored again keeps its turn, so it drops no newer one. */
  add(entry: HistoryEntry): void {
    const before = this.#entries.get(entry.summary.id);
    if (before !== undefined) this.#used -= bytesOf(before);
    this.#entries.set(entry.summary.id, entry);
    this.#used += bytesOf(entry);
    for (const id of this.#entries.keys()) {
      if (this.#entries.size <= this.capacity && (this.#used <= this.#bytes || this.#entries.size === 1)) break;
      this.#drop(id);
    }
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

  #drop(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#used -= bytesOf(entry);
  }
}

/** The memory of an entry's texts, in bytes. */
function bytesOf({ json }: HistoryEntry): number {
  // V8 uses two bytes for each character of a text, unless all of them fit into one.
  return LINE + (Buffer.byteLength(json) === json.length ? json.length : 2 * json.length);
}
