import { englishRuns, sentenceBits } from "./english.ts";
import { mixtureBits } from "./mixture.ts";
import { PatternFinder, type PatternKind } from "./patterns.ts";

/** How hard a key is to guess. */
export interface Estimate {
  /** About log2 of the number of guesses. */
  readonly bits: number;
  /** The share of the key, 0 to 1, that each kind of guessable stretch makes up; empty where they do not matter. */
  readonly shares: ReadonlyMap<PatternKind, number>;
}

/** Sets of characters that random keys are written with, the smallest first, and the bits that each character then carries. */
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
// One bit set for each alphabet that a character of ASCII belongs to.
const MEMBERSHIP: readonly number[] = Array.from({ length: 128 }, (_, code) =>
  ALPHABETS.reduce((set, [members], index) => set | (members.test(String.fromCharCode(code)) ? 1 << index : 0), 0),
);
/** The bit of the first alphabet. */
const DIGITS = 1;
/** A character outside of the alphabet: one of many, at a place that has to be guessed as well; the same again is one of those seen. */
const STRANGER_BITS = 12;
/** A character outside of ASCII, or a control character: those who type one choose from few. */
const OTHER_BITS = 8;

/** OWASP ASVS 5.0, 11.2.3 and 11.5.1. */
export const ENOUGH_BITS = 128;
/**
 * Chance makes patterns too: a random key may hold "1234". In one random key of a thousand million they save as much as this, so in a key that
 * would be good without them, what saves less is taken for chance.
 */
const CHANCE_BITS = 48;
/** A code saves s bits by chance once in 2^s, whatever it is for. */
const CHANCE_OF_A_CODE = 32;
const LONGEST_FOR_THE_CODE = 256;
/** Longer keys are judged by their beginning: a longer key is no easier to guess. */
const LONGEST = 1024;

/** What 16 bytes are in base64, whose last character holds two bits: now and then without a capital letter, or a small one, by chance. */
const SIXTEEN_BYTES = /^[A-Za-z0-9+/_-]{21}[AQgw]$/;
/** So many digits may be 16 bytes in hexadecimal, among which by chance is no letter. */
const HEX_OF_SIXTEEN_BYTES = 32;
/** What base64 adds to the end carries nothing. */
const PADDING = /(?<=^[A-Za-z0-9+/_-]+)={1,2}$/;

const RUNS: readonly (readonly [run: RegExp, bits: number])[] = [
  [/[0-9]{4,}/g, Math.log2(10)],
  [/[a-z]{6,}/g, Math.log2(26)],
  [/[A-Z]{6,}/g, Math.log2(26)],
];

/**
 * Estimates how hard a text is to guess: the smallest of three numbers. The first is its characters times the bits of the alphabet it
 * seems to be drawn from (hexadecimal 4, base32 5, letters and digits 5.17 or 5.95, base64 6). The second is the shortest description as
 * words, running English, repeats, sequences, keyboard walks, dates and single characters. The third is the length of a code that learns
 * which characters come and follow one another. The second and third count if they are shorter by more than chance explains.
 *
 * @param isBase64 whether it is known to be base64; otherwise the padding at its end tells.
 */
export function estimateText(text: string, isBase64 = false): Estimate {
  const beginning = text.slice(0, LONGEST);
  const body = beginning.replace(PADDING, "");
  const isKnown = isBase64 || body.length < beginning.length || SIXTEEN_BYTES.test(body);
  const plain = isKnown ? body.length * 6 : (bitsOfAShape(body) ?? plainBits(body));
  const each = Math.min(plain / body.length, OTHER_BITS);
  const rest = Math.max(0, body.length - LONGEST_FOR_THE_CODE) * each;
  return smaller(plain, describe(body), mixtureBits(body.slice(0, LONGEST_FOR_THE_CODE), each) + rest);
}

/** What some generators write, by its shape: now and then without a digit or a capital letter, by chance. */
function bitsOfAShape(text: string): number | undefined {
  if (/^(?:[A-Z2-7]{26}|[a-z2-7]{26})$/.test(text)) return 26 * 5;
  return isNanoid(text) ? BITS_OF_A_NANOID : undefined;
}

/** nanoid() writes 21 characters of 64. Letters of one case, or digits, are none by chance. */
export function isNanoid(text: string): boolean {
  return /^[A-Za-z0-9_-]{21}$/.test(text) && !/^(?:[a-z]+|[A-Z]+|[0-9a-f]+|[0-9A-F]+)$/.test(text);
}

/** What nanoid() carries. */
export const BITS_OF_A_NANOID = 126;

/** Estimates how hard bytes that are no text are to guess: eight bits each, unless they repeat themselves. */
export function estimateBytes(bytes: Uint8Array): Estimate {
  const text = Buffer.from(bytes.subarray(0, LONGEST)).toString("latin1");
  const shortest = describe(text, 8);
  const plain = text.length * 8;
  return smaller(plain, shortest);
}

/** The same, where so many bytes are no fewer than they seem: undefined unless they follow a pattern. */
export function patternOfBytes(bytes: Uint8Array): Estimate | undefined {
  const found = Buffer.from(bytes.subarray(0, LONGEST));
  const shortest = describe(found.toString("latin1"), 8);
  if (found.length * 8 - shortest.bits > CHANCE_BITS) return shortest;
  if (found.length > 64) return undefined;
  const text = found.toString("hex");
  const digits = describe(text);
  return plainBits(text) - digits.bits > CHANCE_BITS ? digits : undefined;
}

function smaller(plain: number, shortest: Estimate, code = Infinity): Estimate {
  const least = code < shortest.bits && plain - code > CHANCE_OF_A_CODE ? { bits: code, shares: shortest.shares } : shortest;
  const isEnough = plain >= ENOUGH_BITS || plain === BITS_OF_A_NANOID;
  const isChance = plain - least.bits <= (least === shortest ? CHANCE_BITS : CHANCE_OF_A_CODE);
  return isEnough && isChance ? { bits: plain, shares: new Map() } : least;
}

function plainBits(text: string): number {
  let common = ~0;
  let inside = 0;
  let outside = 0;
  for (const character of text) {
    const set = MEMBERSHIP[character.codePointAt(0)!] ?? 0;
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

/** What each character costs by itself, by the alphabet for which the whole text costs least. */
function literalCosts(text: string): readonly number[] {
  let best: readonly number[] = [];
  let least = Infinity;
  for (let alphabet = 0; alphabet < ALPHABETS.length; alphabet++) {
    const costs = costsIn(alphabet, text, least);
    if (costs === undefined) continue;
    [best, least] = costs;
  }
  return best;
}

/** The costs in one alphabet and their sum; undefined as soon as the sum reaches the limit. */
function costsIn(alphabet: number, text: string, limit: number): readonly [costs: readonly number[], sum: number] | undefined {
  const bits = ALPHABETS[alphabet]![1];
  const strangers = new Set<number>();
  const costs: number[] = [];
  let sum = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const set = MEMBERSHIP[code] ?? 0;
    let cost = bits;
    if ((set & (1 << alphabet)) === 0) {
      cost = strangers.has(code) ? 1 + Math.log2(strangers.size) : set === 0 ? OTHER_BITS : STRANGER_BITS;
      strangers.add(code);
    }
    costs.push(cost);
    sum += cost;
    if (sum >= limit) return undefined;
  }
  return [costs, sum];
}

interface Step {
  readonly bits: number;
  readonly from: number;
  readonly kind: PatternKind | undefined;
}

/** The shortest description of the text, in bits. What makes it guessable is told by the way through its words, not by its language. */
function describe(text: string, literal?: number): Estimate {
  const literals = literal === undefined ? literalCosts(text) : Array.from(text, () => literal);
  const finder = new PatternFinder(text, literal === undefined);
  const stretches = new Map<number, Stretch[]>();
  if (literal === undefined) {
    for (const [run, bits] of RUNS) {
      for (const { index, 0: found } of text.matchAll(run))
        stretches.set(index, [...(stretches.get(index) ?? []), { length: found.length, bits: 4 + bits * found.length }]);
    }
  }
  const words = shortestWay(text, literals, finder, stretches);
  if (literal !== undefined || finder.isPassphrase) return words;
  const ofACharacter = literals.reduce((sum, bits) => sum + bits, 0) / text.length;
  const english = englishRuns(text, ofACharacter);
  for (const { start, length, bits } of english) stretches.set(start, [...(stretches.get(start) ?? []), { length, bits }]);
  const language = english.length === 0 ? words : shortestWay(text, literals, finder, stretches);
  return { bits: Math.min(words.bits, language.bits, sentenceBits(text) ?? Infinity), shares: words.shares };
}

interface Stretch {
  readonly length: number;
  readonly bits: number;
}

/** Dynamic programming over the places of the text. */
function shortestWay(
  text: string,
  literals: readonly number[],
  finder: PatternFinder,
  stretches: ReadonlyMap<number, readonly Stretch[]>,
): Estimate {
  const steps: (Step | undefined)[] = [{ bits: 0, from: 0, kind: undefined }];
  const reach = (from: number, length: number, bits: number, kind: PatternKind | undefined): void => {
    const total = steps[from]!.bits + bits;
    const known = steps[from + length];
    if (known === undefined || total < known.bits) steps[from + length] = { bits: total, from, kind };
  };
  for (let from = 0; from < text.length; from++) {
    reach(from, 1, literals[from] ?? OTHER_BITS, undefined);
    for (const { length, bits } of stretches.get(from) ?? []) reach(from, length, bits, undefined);
    for (const { kind, length, bits } of finder.at(from)) reach(from, length, bits, kind);
  }
  const covered = new Map<PatternKind, number>();
  for (let at = text.length; at > 0;) {
    const { from, kind } = steps[at]!;
    if (kind !== undefined) covered.set(kind, (covered.get(kind) ?? 0) + at - from);
    at = from;
  }
  const shares = new Map([...covered].map(([kind, characters]) => [kind, characters / text.length]));
  return { bits: steps[text.length]?.bits ?? 0, shares };
}
