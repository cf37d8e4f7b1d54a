/*
 * The length of the shortest code for a text, for an attacker who sees which characters it uses,
 * which follow one another, and which are neighbours on a keyboard. Several models predict each
 * character, and models that predicted well get more weight (Bayes, with a fixed share of the
 * weight that moves on). Because it is a code, it is s bits shorter than the alphabet for random
 * characters only once in 2^s.
 */

/** Rows of a keyboard, with the offset of its keys. */
const ROWS = ["1234567890-=", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./"];
/** The keys around each key. */
const NEIGHBOURS = new Map<number, string>();
for (const [row, keys] of ROWS.entries()) {
  for (const [column, key] of Array.from(keys).entries()) {
    const near = [
      ROWS[row]?.slice(Math.max(0, column - 2), column + 3),
      ROWS[row - 1]?.slice(column, column + 2),
      ROWS[row + 1]?.slice(Math.max(0, column - 1), column + 1),
    ];
    NEIGHBOURS.set(key.charCodeAt(0), near.join(""));
  }
}
/** The row on which the hands rest. Typing at random mostly stays there. */
const HOME_ROW = "asdfghjkl";

const SHARE = 0.02;
/** How much the prediction of an order depends on the order below. */
const LEAN = 1.5;
/** The context of a character: nothing, one character, two. */
const ORDERS = 3;
/**
 * The number of models: one that knows nothing, one for each order, one for neighbouring keys, one
 * for the home row.
 */
const EXPERTS = ORDERS + 3;

/**
 * The length of the code for this text, in bits. `alphabetBits` is the bits of a character of its
 * alphabet.
 */
export function mixtureBits(text: string, alphabetBits: number): number {
  const uniform = 2 ** -alphabetBits;
  const symbols = symbolsOf(text);
  // Larger than the number of symbols, so that a context and the next symbol make one number. With
  // strings in place of numbers, this took five times as long. Contexts of two characters have too
  // many combinations for an array.
  const base = Math.max(0, ...symbols) + 1;
  const [zero, one, two] = [new Uint16Array(base), new Uint16Array(base ** 2), new Map<number, number>()];
  const [afterOne, afterTwo] = [new Uint16Array(base), new Uint16Array(base ** 2)];
  const lower = text.toLowerCase();
  const chances = new Float64Array(EXPERTS);
  chances[0] = uniform;
  const weights = new Float64Array(EXPERTS).fill(0.5 / (EXPERTS - 1));
  weights[0] = 0.5;
  let bits = 0;
  for (let at = 0; at < text.length; at++) {
    const symbol = symbols[at]!;
    const before = at > 0 ? symbols[at - 1]! : 0;
    const pair = before * base + symbol;
    const context = (at > 1 ? symbols[at - 2]! : 0) * base + before;
    const triple = context * base + symbol;
    const third = afterTwo[context] === 0 ? 0 : (two.get(triple) ?? 0);
    chances[1] = chance(zero[symbol]!, at, uniform);
    chances[2] = chance(one[pair]!, afterOne[before]!, chances[1]);
    chances[3] = chance(third, afterTwo[context]!, chances[2]);
    zero[symbol]!++;
    one[pair]!++;
    afterOne[before]!++;
    two.set(triple, third + 1);
    afterTwo[context]!++;
    const near = at === 0 ? undefined : NEIGHBOURS.get(lower.charCodeAt(at - 1));
    chances[ORDERS + 1] = near?.includes(lower[at]!) === true ? 0.9 / near.length : 0.1 * uniform;
    chances[ORDERS + 2] = HOME_ROW.includes(lower[at]!) ? 0.95 / HOME_ROW.length : 0.05 * uniform;
    let total = 0;
    for (let expert = 0; expert < EXPERTS; expert++) total += weights[expert]! * chances[expert]!;
    bits -= Math.log2(total);
    for (let expert = 0; expert < EXPERTS; expert++)
      weights[expert] = ((1 - SHARE) * weights[expert]! * chances[expert]!) / total + SHARE / EXPERTS;
  }
  return bits;
}

/**
 * The probability of something that came `seen` times in `total`. `below` is the probability in a
 * shorter context.
 */
function chance(seen: number, total: number, below: number): number {
  return (seen + LEAN * below) / (total + LEAN);
}

/** The characters as numbers from 1, in the order of their first occurrence. */
function symbolsOf(text: string): readonly number[] {
  const known = new Map<number, number>();
  const symbols: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    let symbol = known.get(code);
    if (symbol === undefined) known.set(code, (symbol = known.size + 1));
    symbols.push(symbol);
  }
  return symbols;
}
