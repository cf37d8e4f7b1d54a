import type { HistoryOperation } from "./history.ts";

/** An operation on its way through the search. */
export interface Step {
  readonly operation: HistoryOperation;
  /** It has taken effect by then. Infinity if its answer never came. */
  readonly end: number;
  /** Whether it has taken effect for sure. */
  readonly isSure: boolean;
}

/** A session that has not begun, one that has ended, or the entries of one that lives, as JSON. */
type State = "none" | "ended" | `{${string}`;

/** So many moves are tried before the search gives up, which takes some seconds. */
const MOST_MOVES = 200_000;

/**
 * Whether the operations on one session can be put in an order that a single copy of the session
 * allows. An operation that ended before another began stands before it. One that is not sure may
 * be left out.
 *
 * It is the search of Wing and Gong, which takes one operation after the other that may come next,
 * with the memory of Lowe: what was reached by the same operations, in the same state, is not
 * looked at twice.
 *
 * @returns undefined if the search gave up.
 */
export function hasOrder(given: readonly Step[]): boolean | undefined {
  const open = given.filter(({ end }) => end === Number.POSITIVE_INFINITY);
  const timed = given.filter(({ end }) => end !== Number.POSITIVE_INFINITY);
  const steps = [...open, ...timed.toSorted((one, other) => one.operation.start - other.operation.start)];
  const bits = steps.map((_, index) => 1n << BigInt(index));
  const sure = bits.reduce((all, bit, index) => (steps[index]!.isSure ? all | bit : all), 0n);
  const known = new Set<string>();
  // What was taken or left out, and what the session is then. All timed steps before `first` are.
  const stack: { readonly done: bigint; readonly state: State; readonly first: number }[] = [];
  const push = (done: bigint, state: State, from: number): void => {
    let first = from;
    while (first < steps.length && (done & bits[first]!) !== 0n) first++;
    const key = `${done.toString(36)} ${state}`;
    if (!known.has(key)) stack.push({ done, state, first });
    known.add(key);
  };
  push(0n, "none", open.length);
  for (let moves = 0, at = stack.pop(); at !== undefined; at = stack.pop()) {
    const { done, state, first } = at;
    if ((done & sure) === sure) return true;
    // The step that has to be done first: nothing that began after its end may come before it.
    let urgent = first;
    const near = [...open.keys()].filter((index) => (done & bits[index]!) === 0n);
    for (let index = first; index < steps.length && steps[index]!.operation.start <= steps[urgent]!.end; index++) {
      if ((done & bits[index]!) !== 0n) continue;
      near.push(index);
      if (steps[index]!.end < steps[urgent]!.end) urgent = index;
    }
    if (steps[urgent]?.isSure === false) push(done | bits[urgent]!, state, first);
    for (const index of near) {
      const { operation, isSure } = steps[index]!;
      if (operation.start > (steps[urgent]?.end ?? Number.POSITIVE_INFINITY)) continue;
      if (moves++ > MOST_MOVES) return undefined;
      const next = stateAfter(operation, state);
      // One that may be left out, and changes nothing, need not be taken.
      if (next !== undefined && (isSure || next !== state)) push(done | bits[index]!, next, first);
    }
  }
  return false;
}

/** What an operation makes of the session; undefined if it cannot have happened in this state. */
function stateAfter({ kind, seen, set, add, remove }: HistoryOperation, state: State): State | undefined {
  const isAlive = state !== "none" && state !== "ended";
  switch (kind) {
    case "read":
      return (seen ? state === textOf(seen) : !isAlive) ? state : undefined;
    case "end":
      return "ended";
    case "renew":
      return state;
    case "begin":
      // A name is not given twice, so a session that has ended does not begin again.
      if (state === "ended") return undefined;
      break;
    case "write":
      // A request that was running while its session ended saves nothing, and answers without an
      // error.
      if (!isAlive) return state;
  }
  const entries = new Map(isAlive ? Object.entries(JSON.parse(state) as Record<string, unknown>) : []);
  for (const name of remove ?? []) entries.delete(name);
  for (const [name, value] of Object.entries(set ?? {})) entries.set(name, value);
  for (const [name, more] of Object.entries(add ?? {})) entries.set(name, Number(entries.get(name) ?? 0) + more);
  return textOf(Object.fromEntries(entries));
}

/** Entries that are equal have the same text, whatever their order. */
function textOf(entries: Readonly<Record<string, unknown>>): State {
  return JSON.stringify(entries, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  ) as State;
}
