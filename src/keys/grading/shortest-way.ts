import type { PatternKind, Patterns } from "./patterns.ts";

/** How hard a key is to guess. */
export interface Estimate {
  /** About log2 of the number of guesses. */
  readonly bits: number;
  /**
   * The share of the key, 0 to 1, that each kind of guessable stretch covers. Empty if they do not
   * matter.
   */
  readonly shares: ReadonlyMap<PatternKind, number>;
}

/** A stretch with its own cost that does not make the key guessable. */
export interface Stretch {
  readonly start: number;
  readonly length: number;
  readonly bits: number;
}

/**
 * The cheapest description of the text, by dynamic programming over its positions.
 *
 * @param literals the cost of each character by itself.
 */
export function shortestWay(literals: Float64Array, patterns: Patterns, stretches: readonly Stretch[]): Estimate {
  const end = literals.length;
  const bits = new Float64Array(end + 1).fill(Infinity);
  const before = new Uint16Array(end + 1);
  const kinds: (PatternKind | undefined)[] = [undefined];
  const reach = (from: number, length: number, cost: number, kind: PatternKind | undefined): void => {
    const total = bits[from]! + cost;
    if (total >= bits[from + length]!) return;
    bits[from + length] = total;
    before[from + length] = from;
    kinds[from + length] = kind;
  };
  bits[0] = 0;
  for (let from = 0; from < end; from++) {
    reach(from, 1, literals[from]!, undefined);
    for (const { start, length, bits: cost } of stretches) if (start === from) reach(from, length, cost, undefined);
    for (const { kind, length, bits: cost } of patterns.at[from] ?? []) reach(from, length, cost, kind);
  }
  const covered = new Map<PatternKind, number>();
  for (let at = end; at > 0; at = before[at]!) {
    const kind = kinds[at];
    if (kind !== undefined) covered.set(kind, (covered.get(kind) ?? 0) + at - before[at]!);
  }
  return { bits: bits[end]!, shares: new Map([...covered].map(([kind, characters]) => [kind, characters / end])) };
}
