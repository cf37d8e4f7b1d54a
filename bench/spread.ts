/** What many rounds measured: the middle, and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * The median, the least and the greatest of the rounds.
 *
 * @throws RangeError without a round.
 */
export function spreadOf(rounds: readonly number[]): Spread {
  if (rounds.length === 0) throw new RangeError("There is no round. Fix: measure at least one.");
  const sorted = rounds.toSorted((one, other) => one - other);
  const [low, high] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
  return { median: (low + high) / 2, min: sorted[0]!, max: sorted.at(-1)! };
}

/**
 * The spread of `ours : theirs`, each ratio from one round, in which the two took turns. What else
 * a machine does in a round slows both of them.
 *
 * @throws RangeError if the two have different numbers of rounds.
 */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Spread {
  return spreadOf(pairs(ours, theirs).map(([mine, other]) => mine / other));
}

/** The spread of `ours - theirs`, likewise. */
export function differenceOf(ours: readonly number[], theirs: readonly number[]): Spread {
  return spreadOf(pairs(ours, theirs).map(([mine, other]) => mine - other));
}

function pairs(ours: readonly number[], theirs: readonly number[]): readonly (readonly [number, number])[] {
  if (ours.length !== theirs.length)
    throw new RangeError(`${ours.length} rounds cannot be compared with ${theirs.length}.`);
  return ours.map((mine, round) => [mine, theirs[round]!]);
}
