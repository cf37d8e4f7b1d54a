/*
 * How long the shortest code for a text is, for somebody who sees which characters it uses, which follow one another, and which lie beside
 * one another on a keyboard. Several models foretell each character, and those that foretold well weigh more (Bayes, with a fixed share of
 * the weight that moves on). As it is a code, random characters are described by s bits less than their alphabet only once in 2^s.
 */

/** Rows of a keyboard, set off as the keys are. */
const ROWS = ["1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"];
const NEIGHBOURS = new Map<string, string>();
for (const [row, keys] of ROWS.entries()) {
  for (const [column, key] of Array.from(keys).entries()) {
    const near = [
      ROWS[row]?.slice(Math.max(0, column - 2), column + 3),
      ROWS[row - 1]?.slice(column, column + 2),
      ROWS[row + 1]?.slice(Math.max(0, column - 1), column + 1),
    ];
    NEIGHBOURS.set(key, near.join(""));
  }
}
/** The row on which hands rest, where mashing stays. */
const HOME_ROW = "asdfghjkl";

const SHARE = 0.02;
/** How much an order's foretelling leans on the order below. */
const LEAN = 1.5;

type Expert = (text: string, at: number) => number;

/** Counts what followed each context of `order` characters so far. */
class Follower {
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #totals = new Map<string, number>();
  readonly #order: number;

  constructor(order: number) {
    this.#order = order;
  }

  chance(text: string, at: number, below: number): number {
    const context = this.#contextOf(text, at);
    const seen = this.#counts.get(context)?.get(text[at]!) ?? 0;
    return (seen + LEAN * below) / ((this.#totals.get(context) ?? 0) + LEAN);
  }

  learn(text: string, at: number): void {
    const context = this.#contextOf(text, at);
    let followers = this.#counts.get(context);
    if (followers === undefined) this.#counts.set(context, (followers = new Map()));
    followers.set(text[at]!, (followers.get(text[at]!) ?? 0) + 1);
    this.#totals.set(context, (this.#totals.get(context) ?? 0) + 1);
  }

  #contextOf(text: string, at: number): string {
    return text.slice(Math.max(0, at - this.#order), at);
  }
}

/** The length of the code for this text, in bits; `alphabetBits` is what a character of its alphabet has. */
export function mixtureBits(text: string, alphabetBits: number): number {
  const uniform = 2 ** -alphabetBits;
  const followers = [new Follower(0), new Follower(1), new Follower(2)];
  const lower = text.toLowerCase();
  const experts: readonly Expert[] = [
    () => uniform,
    ...followers.map(
      (_, order): Expert =>
        (own, at) =>
          followers.slice(0, order + 1).reduce((below, follower) => follower.chance(own, at, below), uniform),
    ),
    (_, at) => {
      const near = at === 0 ? undefined : NEIGHBOURS.get(lower[at - 1]!);
      return near?.includes(lower[at]!) === true ? 0.9 / near.length : 0.1 * uniform;
    },
    (_, at) => (HOME_ROW.includes(lower[at]!) ? 0.95 / HOME_ROW.length : 0.05 * uniform),
  ];
  let weights = experts.map((_, index) => (index === 0 ? 0.5 : 0.5 / (experts.length - 1)));
  let bits = 0;
  for (let at = 0; at < text.length; at++) {
    const chances = experts.map((expert) => expert(text, at));
    const total = weights.reduce((sum, weight, index) => sum + weight * chances[index]!, 0);
    bits -= Math.log2(total);
    weights = weights.map((weight, index) => ((1 - SHARE) * weight * chances[index]!) / total + SHARE / experts.length);
    for (const follower of followers) follower.learn(text, at);
  }
  return bits;
}
