/* The cost of a character in the alphabet that a key seems to use. */

/** The alphabets of random keys, the smallest first, with the bits of each character. */
const ALPHABETS: readonly (readonly [members: RegExp, bits: number])[] = [
  [/[0-9]/, Math.log2(10)],
  [/[0-9a-f]/, 4],
  [/[0-9A-F]/, 4],
  [/[a-z]/, Math.log2(26)],
  [/[A-Z]/, Math.log2(26)],
  [/[A-Z2-7]/, 5],
  [/[a-z2-7]/, 5],
  [/[0-9a-z]/, Math.log2(36)],
  [/[0-9A-Z]/, Math.log2(36)],
  [/[0-9A-Za-z]/, Math.log2(62)],
  [/[0-9A-Za-z_-]/, 6],
  [/[0-9A-Za-z+/]/, 6],
  [/[ -~]/, Math.log2(95)],
];
// Made when the first key is graded, so that an import of the package does not wait for it.
let memberTable: Uint16Array | undefined;
/** The bit of the first alphabet. */
const DIGITS = 1;
/**
 * The cost of a character outside the alphabet: one of many, at a position that has to be guessed
 * as well. When it comes again, it is one of those already seen.
 */
const STRANGER_BITS = 12;
/** The cost of a control character or one outside ASCII: people choose it from few. */
export const OTHER_BITS = 8;
/** 32 digits may be hexadecimal that happens to contain no a–f. */
const HEX_OF_SIXTEEN_BYTES = 32;

/** One bit set for each alphabet that a character of ASCII belongs to, by its code. */
function memberships(): Uint16Array {
  memberTable ??= Uint16Array.from({ length: 128 }, (_, code) =>
    ALPHABETS.reduce((set, [members], index) => set | (members.test(String.fromCharCode(code)) ? 1 << index : 0), 0),
  );
  return memberTable;
}

/** The number of characters times the bits of the smallest alphabet that contains them all. */
export function plainBits(text: string): number {
  let common = ~0;
  let inside = 0;
  let outside = 0;
  const members = memberships();
  for (const character of text) {
    const set = members[character.codePointAt(0)!] ?? 0;
    if (set === 0) outside++;
    else {
      inside++;
      common &= set;
    }
  }
  if (text.length === HEX_OF_SIXTEEN_BYTES) common &= ~DIGITS;
  const fitting = ALPHABETS.flatMap(([, bits], index) => ((common & (1 << index)) === 0 ? [] : [bits]));
  return inside * Math.min(...fitting) + outside * OTHER_BITS;
}

/** The cost of each character in the alphabet with the lowest total for the text. */
export function literalCosts(text: string): Float64Array {
  let best = new Float64Array(text.length);
  let costs = new Float64Array(text.length);
  let least = Infinity;
  for (let alphabet = 0; alphabet < ALPHABETS.length; alphabet++) {
    const sum = costsIn(alphabet, text, least, costs);
    if (sum === undefined) continue;
    least = sum;
    [best, costs] = [costs, best];
  }
  return best;
}

/**
 * Writes the costs in one alphabet and returns their sum. Undefined as soon as the sum reaches the
 * limit.
 */
function costsIn(alphabet: number, text: string, limit: number, costs: Float64Array): number | undefined {
  const bits = ALPHABETS[alphabet]![1];
  const members = memberships();
  let strangers: Set<number> | undefined;
  let sum = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const set = members[code] ?? 0;
    let cost = bits;
    if ((set & (1 << alphabet)) === 0) {
      strangers ??= new Set();
      cost = strangers.has(code) ? 1 + Math.log2(strangers.size) : set === 0 ? OTHER_BITS : STRANGER_BITS;
      strangers.add(code);
    }
    costs[index] = cost;
    sum += cost;
    if (sum >= limit) return undefined;
  }
  return sum;
}
