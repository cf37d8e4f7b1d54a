import { SessionError } from "../../errors.ts";
import type { StoredAt, Write } from "../backend.ts";
import { readSessionJson, writeValidData } from "../data/session-json.ts";
import type { SessionData } from "../data/session-record.ts";
import { withTimeout, type TimeoutPolicy } from "../with-timeout.ts";
import type { FoundEntry, StoredSessions, WrittenAt } from "./stored-sessions.ts";

/**
 * Writes of one session wait for each other within a process. The store may be slow for each of
 * them.
 */
const TIMEOUT: TimeoutPolicy = {
  whom: "Earlier writes of the same session in this process",
  option: "a fixed bound",
  timeout: 60,
};

/** A change of a session that is there. */
export type Change = Write & { readonly stored: StoredAt };

/**
 * What became of one change: what was written, nothing because the session has ended, or an error.
 */
type Outcome = { readonly written: WrittenAt | undefined } | { readonly error: unknown };

/** Changes that are saved by one write. */
interface Batch {
  readonly changes: Change[];
  readonly outcomes: Promise<readonly Outcome[]>;
}

/**
 * The writes of each session in this process, one after the other: otherwise all would collide, and
 * all but one in vain. Changes that wait for the same write are saved together by the next one.
 */
export class WriteQueue {
  readonly #sessions: StoredSessions;
  /** The last write of each id that is under way or waits, with what it leaves in the store. */
  readonly #turns = new Map<string, Promise<FoundEntry | undefined>>();
  /** The changes of each id whose write has not begun. */
  readonly #waiting = new Map<string, Batch>();

  constructor(sessions: StoredSessions) {
    this.#sessions = sessions;
  }

  /**
   * Saves a change of a session. Undefined if nothing is there any more.
   *
   * @throws SessionError as `StoredSessions.replace` does. A change that cannot be saved does not
   *   stop those that wait with it.
   */
  async save(change: Change): Promise<WrittenAt | undefined> {
    const { id } = change.stored;
    const joined = change.isResend ? undefined : this.#waiting.get(id);
    const index = joined === undefined ? 0 : joined.changes.push(change) - 1;
    const { outcomes } = joined ?? this.#begin(change);
    const outcome = (await outcomes)[index]!;
    if ("error" in outcome) throw outcome.error;
    return outcome.written;
  }

  /** Does a write of a session after those that were begun before. */
  async inTurn<Answer>(
    id: string,
    work: (latest: FoundEntry | undefined) => Promise<Answer>,
    leaves: (answer: Answer) => FoundEntry | undefined = nothing,
  ): Promise<Answer> {
    const before = this.#turns.get(id);
    const mine = (async () => await work(before && (await withTimeout(TIMEOUT, "this one waited", () => before))))();
    const settled = mine.then(leaves, nothing);
    this.#turns.set(id, settled);
    try {
      return await mine;
    } finally {
      if (this.#turns.get(id) === settled) this.#turns.delete(id);
    }
  }

  /** A batch that others may join until its turn comes, unless a cookie has to be sent for it. */
  #begin(change: Change): Batch {
    const { id } = change.stored;
    const changes = [change];
    let isWaiting = true;
    const stopWaiting = (): void => {
      isWaiting = false;
      if (this.#waiting.get(id)?.changes === changes) this.#waiting.delete(id);
    };
    const saving = async (latest: FoundEntry | undefined): Promise<readonly Outcome[]> => {
      stopWaiting();
      return await this.#saveAll(changes, latest);
    };
    const outcomes = this.inTurn(id, saving, lastEntry);
    const batch = { changes, outcomes };
    if (isWaiting && !change.isResend) this.#waiting.set(id, batch);
    // Its turn may never come: then nothing may join it any more.
    outcomes.catch(stopWaiting);
    return batch;
  }

  async #saveAll(changes: readonly Change[], latest: FoundEntry | undefined): Promise<readonly Outcome[]> {
    if (changes.length > 1) {
      try {
        const written = await this.#sessions.replace(combined(changes), changes[0]!.stored, latest);
        return changes.map((_, index) => ({
          written: written && { ...written, conflicts: written.conflicts + index },
        }));
      } catch (error) {
        if (concernsAll(error)) throw error;
        // One of them cannot be saved. On its own it gets its error, and the others are saved.
      }
    }
    const outcomes: Outcome[] = [];
    for (const change of changes) {
      try {
        const before = lastEntry(outcomes) ?? latest;
        outcomes.push({ written: await this.#sessions.replace(change, change.stored, before) });
      } catch (error) {
        outcomes.push({ error });
      }
    }
    return outcomes;
  }
}

/** All changes as one: each made on what those before it have left. */
function combined(changes: readonly Change[]): Write {
  const [first, ...others] = changes;
  const last = changes.at(-1)!;
  const data = readSessionJson(first!.text) as SessionData;
  for (const { applyChanges } of others) applyChanges(data);
  return {
    ...last,
    stored: first!.stored,
    record: { ...last.record, data },
    text: writeValidData(data),
    applyChanges: (theirs) => {
      for (const { applyChanges } of changes) applyChanges(theirs);
    },
  };
}

/** Whether it is the store that fails, or other processes that never let a write through. */
function concernsAll(error: unknown): boolean {
  return error instanceof SessionError && (error.code === "store_failed" || error.code === "store_conflict");
}

/** What the last successful change has left in the store. */
function lastEntry(outcomes: readonly Outcome[]): FoundEntry | undefined {
  const last = outcomes.findLast((outcome) => "written" in outcome && outcome.written?.payload !== undefined);
  if (last === undefined || !("written" in last)) return undefined;
  return { id: last.written!.id, payload: last.written!.payload! };
}

function nothing(): undefined {
  return undefined;
}
