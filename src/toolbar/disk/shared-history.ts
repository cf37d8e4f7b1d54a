import type { ExchangeSummary } from "../exchange-page.ts";
import { History, type HistoryEntry } from "../history.ts";
import { sentenceOf } from "./database.ts";
import { HistoryFile } from "./history-file.ts";
import { onExit } from "./on-exit.ts";
import { Sequence } from "./sequence.ts";
import { checkParent, makePrivateFolder } from "./private-folder.ts";

/** Milliseconds between two looks into the file, while a page of the toolbar is open. */
const POLL = 400;

/** Where the history is kept, beside the memory of this process. */
export interface HistoryPlace {
  /** The file; undefined for memory alone. */
  readonly path: string | undefined;
  /** The folder to make for it; undefined for a path that the application chose. */
  readonly folder: string | undefined;
}

/** Arguments of a history. */
export interface SharedHistoryOptions {
  readonly capacity: number;
  readonly bytes: number;
  readonly place: HistoryPlace;
  /** Which of the programs that use the file this is. */
  readonly app: string;
  readonly scrub: (json: string) => string;
  readonly warn: (message: string) => void;
}

/**
 * The past requests: those of this process in memory, and those of all processes of the application
 * in a file, which outlives them. If the file cannot be used, memory alone goes on.
 */
export class SharedHistory {
  readonly capacity: number;
  readonly #memory: History;
  readonly #file: HistoryFile | undefined;
  readonly #sequence: Sequence;
  readonly #scrub: (json: string) => string;
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #forgetExit: (() => void) | undefined;

  constructor({ capacity, bytes, place, app, scrub, warn }: SharedHistoryOptions) {
    this.capacity = capacity;
    this.#scrub = scrub;
    this.#memory = new History(capacity, bytes);
    const onFailure = (sentence: string): void =>
      warn(`The debug toolbar keeps its history in memory only, until this process ends. ${sentence}`);
    try {
      this.#file = opened(place, (path) => new HistoryFile({ path, capacity, bytes, app, scrub, onFailure }));
    } catch (error) {
      onFailure(sentenceOf(place.path ?? "", error));
    }
    this.#sequence = new Sequence(this.#file?.slot, this.#file?.highest);
    if (this.#file !== undefined) this.#forgetExit = onExit(() => this.close());
  }

  /** The file that is written; null for memory alone. */
  get file(): string | null {
    return this.#file?.isOpen === true ? this.#file.path : null;
  }

  /** The number of the next request. */
  nextSequence(): number {
    return this.#sequence.next();
  }

  /** The last redirect of all processes that share the file. Undefined for memory alone. */
  get redirect(): HistoryFile["redirect"] | undefined {
    return this.#file?.redirect;
  }

  /** Stores an exchange: in memory at once, and in the file soon. */
  add(entry: HistoryEntry): void {
    this.#memory.add(entry);
    this.#file?.add(entry);
  }

  /** Whether the exchange with this id is still stored. */
  has(id: string): boolean {
    return this.#memory.get(id) !== undefined || this.#file?.get(id) !== undefined;
  }

  /** The exchange with this id, redacted with the keys of now. */
  get(id: string): HistoryEntry | undefined {
    const entry = this.#memory.get(id);
    return entry === undefined ? this.#file?.get(id) : { ...entry, json: this.#scrub(entry.json) };
  }

  /** The lines of all stored exchanges from this sequence number on, newest first. */
  list(from = 0): readonly ExchangeSummary[] {
    const own = this.#scrubbed(this.#memory.list(from));
    if (this.#file === undefined) return own;
    const lines = new Map(this.#file.list(from).map((line) => [line.id, line]));
    // Those that wait to be written are in memory only.
    for (const line of own) lines.set(line.id, line);
    return [...lines.values()].toSorted((a, b) => b.sequence - a.sequence).slice(0, this.capacity);
  }

  /**
   * Reports the exchanges of other processes as they end, as long as somebody watches.
   *
   * @param isWatched asked each time.
   */
  watch(isWatched: () => boolean, report: (summary: ExchangeSummary) => void): void {
    const file = this.#file;
    if (file === undefined || this.#timer !== undefined) return;
    let { last } = file;
    this.#timer = setInterval(() => {
      if (!isWatched()) {
        this.#stopWatching();
        return;
      }
      const news = file.newsSince(last);
      last = news.last;
      for (const summary of news.summaries) report(summary);
    }, POLL);
    this.#timer.unref?.();
  }

  /** Saves what waits, and closes the file. The memory stays. */
  close(): void {
    this.#forgetExit?.();
    this.#stopWatching();
    this.#file?.close();
  }

  /** A text may have become a key since it was recorded. */
  #scrubbed(lines: readonly ExchangeSummary[]): readonly ExchangeSummary[] {
    const json = JSON.stringify(lines);
    const clean = this.#scrub(json);
    return clean === json ? lines : (JSON.parse(clean) as ExchangeSummary[]);
  }

  #stopWatching(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function opened({ path, folder }: HistoryPlace, open: (path: string) => HistoryFile): HistoryFile | undefined {
  if (path === undefined) return undefined;
  if (folder === undefined) checkParent(path);
  else makePrivateFolder(folder);
  return open(path);
}
