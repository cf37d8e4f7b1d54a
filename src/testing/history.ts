import { InvalidOptionError } from "../errors.ts";
import { checkOptions, nameOrKind } from "../options.ts";

/** What one request did with one session, as its client saw it. */
export interface HistoryOperation {
  /** The test's own name of the session. A login makes a new session, a renewal does not. */
  readonly session: string;
  /**
   * `begin`: the session's first save, such as a login. `read`: what `session.data` held after the
   * load. `write`: a change that was committed. `renew`: a new token. `end`: a logout or a
   * revocation.
   */
  readonly kind: "begin" | "read" | "write" | "renew" | "end";
  /** When the request was sent, in any unit, on one clock for the whole history. */
  readonly start: number;
  /** When its answer arrived, or the client gave up. */
  readonly end: number;
  /**
   * `ok`: it was acknowledged. `failed`: it surely did nothing. `unknown`: nobody knows, as after a
   * timeout or an error of the store. It may have happened, may happen later, or never.
   */
  readonly outcome: "ok" | "failed" | "unknown";
  /** Of a read: all entries of the session, or null if there was no session. */
  readonly seen?: Readonly<Record<string, unknown>> | null | undefined;
  /** Of a begin or a write: entries that were set to these values. */
  readonly set?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Of a begin or a write: numbers that `session.update` has added to entries, which begin at 0.
   */
  readonly add?: Readonly<Record<string, number>> | undefined;
  /** Of a write: entries that were removed. */
  readonly remove?: readonly string[] | undefined;
}

/** What `checkHistory` has found. */
export interface HistoryVerdict {
  /** Whether each session can be explained by one order of its operations. */
  readonly isLinearizable: boolean;
  /** The session that cannot be explained; undefined if all can. */
  readonly session?: string | undefined;
  /**
   * The acknowledged operations of this session that contradict each other, in the order of their
   * answers. It is the shortest beginning of the history that has no order, without the operations
   * that can be left out of it. Empty if all sessions can be explained.
   */
  readonly part: readonly HistoryOperation[];
}

const FIELDS = ["session", "kind", "start", "end", "outcome", "seen", "set", "add", "remove"];
const KINDS: readonly unknown[] = ["begin", "read", "write", "renew", "end"];
const OUTCOMES: readonly unknown[] = ["ok", "failed", "unknown"];

/** @throws InvalidOptionError if this is not an operation of a history. */
export function checkOperation(operation: HistoryOperation, index: number): void {
  const place = `Operation ${index} of checkHistory`;
  checkOptions(place, operation, FIELDS);
  const { session, kind, start, end, outcome, seen } = operation;
  const refuse = (what: string, got: unknown, fix: string): never => {
    throw new InvalidOptionError(`${place} has ${what}. It got ${nameOrKind(got)}. Fix: ${fix}.`);
  };
  if (typeof session !== "string") refuse("no session that is a string", session, 'session: "1"');
  if (!KINDS.includes(kind)) refuse("an unknown kind", kind, `kind is one of ${KINDS.join(", ")}`);
  if (!OUTCOMES.includes(outcome)) refuse("an unknown outcome", outcome, `outcome is one of ${OUTCOMES.join(", ")}`);
  if (!Number.isFinite(start) || !Number.isFinite(end) || end < start)
    refuse("no start, or an end before it", end, "start: performance.now() before the request, end: the same after it");
  if (kind === "read" && outcome === "ok" && (typeof seen !== "object" || Array.isArray(seen)))
    refuse("no entries that were read", seen, "seen: { ...session.data }, or null if there was no session");
}
