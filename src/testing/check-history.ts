import { InvalidOptionError } from "../errors.ts";
import { kindOf } from "../options.ts";
import { checkOperation, type HistoryOperation, type HistoryVerdict } from "./history.ts";
import { hasOrder, type Step } from "./history-order.ts";

/**
 * Checks recorded requests for linearizability: whether each session behaved as if there were one
 * copy of it, and each acknowledged request had changed or read it at one moment between its start
 * and its end. So it finds a lost update, a stale read, a session that lives after its logout, and
 * one that is gone without one, whatever failed meanwhile.
 *
 * Sessions are checked one by one. A write on a session that has ended is allowed, and does
 * nothing. Expiry is not known here, so a history must be shorter than the session's lifetime. A
 * client that cannot know whether its login or its renewal happened has to leave the session.
 *
 * The time grows with the number of operations that overlap. Let one session have at most some
 * hundred operations, and five whose outcome is unknown.
 *
 * @param history in any order.
 * @throws InvalidOptionError if an operation is not one, and if a session has so many operations at
 *   the same time that the search was given up.
 * @example
 * ```ts
 * const { isLinearizable, part } = checkHistory([
 *   { session: "1", kind: "begin", start: 0, end: 1, outcome: "ok", set: { cart: "tea" } },
 *   { session: "1", kind: "end", start: 2, end: 3, outcome: "ok" },
 *   { session: "1", kind: "read", start: 4, end: 5, outcome: "ok", seen: { cart: "tea" } },
 * ]);
 * isLinearizable; // => false
 * part.map(({ kind }) => kind); // => ["end", "read"]
 * ```
 */
export function checkHistory(history: readonly HistoryOperation[]): HistoryVerdict {
  if (!Array.isArray(history))
    throw new InvalidOptionError(
      `checkHistory takes an array of operations. It got ${kindOf(history)}. Fix: checkHistory([{ session, kind, start, end, outcome }]).`,
    );
  for (const [index, operation] of history.entries()) checkOperation(operation, index);
  for (const [session, operations] of Map.groupBy(history, (operation) => operation.session)) {
    // What surely did nothing, and a read without an answer, say nothing.
    const known = operations.filter(
      ({ kind, outcome }) => outcome !== "failed" && (kind !== "read" || outcome === "ok"),
    );
    const part = contradiction(
      known.toSorted((one, other) => one.end - other.end),
      session,
    );
    if (part.length > 0) return { isLinearizable: false, session, part };
  }
  return { isLinearizable: true, part: [] };
}

/** The smallest part, of the shortest beginning, that has no order. Empty if all of it has one. */
function contradiction(operations: readonly HistoryOperation[], session: string): readonly HistoryOperation[] {
  const acknowledged = operations.filter(({ outcome }) => outcome === "ok");
  // With fewer operations that are sure, there are never fewer orders.
  const isPossible = (sure: ReadonlySet<HistoryOperation>): boolean => {
    const steps = operations.map((operation): Step => {
      const end = operation.outcome === "unknown" ? Number.POSITIVE_INFINITY : operation.end;
      return { operation, end, isSure: sure.has(operation) };
    });
    const answer = hasOrder(steps);
    if (answer !== undefined) return answer;
    throw new InvalidOptionError(
      `checkHistory gave up on the session ${JSON.stringify(session)}: too many of its ${operations.length} operations overlap, or have an unknown outcome. Fix: begin a new session after fewer operations.`,
    );
  };
  if (isPossible(new Set(acknowledged))) return [];
  // The shortest beginning that has no order, and of that the shortest end.
  const last = firstOf(acknowledged.length, (count) => !isPossible(new Set(acknowledged.slice(0, count))));
  const left = last - firstOf(last, (count) => !isPossible(new Set(acknowledged.slice(last - count, last))));
  const rest = acknowledged.slice(left, last);
  const part = new Set(rest);
  for (const operation of rest) {
    part.delete(operation);
    if (isPossible(part)) part.add(operation);
  }
  return acknowledged.filter((operation) => part.has(operation));
}

/** The smallest count from 1 to `most` that is so, where `most` is, and each above the smallest. */
function firstOf(most: number, isSo: (count: number) => boolean): number {
  let [low, high] = [0, most];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (isSo(middle)) high = middle;
    else low = middle;
  }
  return high;
}
