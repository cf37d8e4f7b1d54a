import { comparableText, readSessionJson } from "./session-json.ts";
import type { SessionData } from "./session-record.ts";

/** Each member's text, by which changes are found. */
type Members = ReadonlyMap<string, string>;

/**
 * What was changed by assigning to the data: texts and not values, because an edit may be applied
 * more than once.
 */
interface Edit {
  readonly set: ReadonlyMap<string, string>;
  readonly removed: readonly string[];
}

/** A change that can be made again on other data. */
export type Update = (data: SessionData) => void;

/**
 * What one request did to its session's data, so that it can be done again to what another request
 * has saved in between: a three-way merge per top-level key, mine over theirs where I changed it,
 * and functions given to `update` called anew.
 */
export class Journal {
  readonly #steps: (Edit | Update)[] = [];
  #before: Members;

  /** @param text the data as it was loaded. */
  constructor(text: string) {
    this.#before = membersOf(readSessionJson(text) as SessionData);
  }

  /** Runs a change now, and notes it for later. */
  update(data: SessionData, change: Update): void {
    this.#noteEdits(data);
    change(data);
    this.#steps.push(change);
    this.#before = membersOf(data);
  }

  /** Makes on `theirs` all changes that were made to `mine`. */
  replay(mine: SessionData, theirs: SessionData): void {
    this.#noteEdits(mine);
    for (const step of this.#steps) {
      if (typeof step === "function") step(theirs);
      else applyEdit(theirs, step);
    }
  }

  #noteEdits(data: SessionData): void {
    const now = membersOf(data);
    const set = new Map([...now].filter(([key, text]) => this.#before.get(key) !== text));
    const removed = [...this.#before.keys()].filter((key) => !now.has(key));
    this.#before = now;
    if (set.size > 0 || removed.length > 0) this.#steps.push({ set, removed });
  }
}

function applyEdit(data: SessionData, { set, removed }: Edit): void {
  for (const key of removed) delete data[key];
  for (const [key, text] of set) setMember(data, key, readSessionJson(text));
}

function membersOf(data: SessionData): Members {
  const members = new Map<string, string>();
  for (const [key, value] of Object.entries(data)) if (value !== undefined) members.set(key, comparableText(value));
  return members;
}

/** Assigning to `__proto__` would change the prototype. */
function setMember(data: SessionData, key: string, value: unknown): void {
  Object.defineProperty(data, key, { value, writable: true, enumerable: true, configurable: true });
}
