import { literalCosts, OTHER_BITS, plainBits } from "./alphabets.ts";
import { englishRuns, sentenceBits } from "./words/english.ts";
import { mixtureBits } from "./mixture.ts";
import { findPatterns } from "./patterns.ts";
import { shortestWay, type Estimate, type Stretch } from "./shortest-way.ts";

/** OWASP ASVS 5.0, 11.2.3 and 11.5.1. */
export const ENOUGH_BITS = 128;
/**
 * Patterns also occur by chance: a random key may hold "1234". In one random key of a thousand
 * million they save as much as this. So in a key that would be good without them, a smaller saving
 * counts as chance.
 */
const CHANCE_BITS = 48;
/** A code saves s bits by chance once in 2^s, regardless of its purpose. */
const CHANCE_OF_A_CODE = 32;
const LONGEST_FOR_THE_CODE = 256;
/** Longer keys are judged by their beginning: a longer key is not easier to guess. */
const LONGEST = 1024;

/**
 * 16 bytes in base64. The last character holds two bits. By chance there may be no capital letter,
 * or no small one.
 */
const SIXTEEN_BYTES = /^[A-Za-z0-9+/_-]{21}[AQgw]$/;
/** The padding of base64, which carries no information. */
const PADDING = /(?<=^[A-Za-z0-9+/_-]+)={1,2}$/;

const RUNS: readonly (readonly [run: RegExp, bits: number])[] = [
  [/[0-9]{4,}/g, Math.log2(10)],
  [/[a-z]{6,}/g, Math.log2(26)],
  [/[A-Z]{6,}/g, Math.log2(26)],
];

/**
 * Estimates how hard a text is to guess, as the smallest of three numbers. The first is its
 * characters times the bits of the alphabet that it seems to use (hexadecimal 4, base32 5, letters
 * and digits 5.17 or 5.95, base64 6). The second is the shortest description as words, running
 * English, repeats, sequences, keyboard walks, dates and single characters. The third is the length
 * of a code that learns which characters occur and follow one another. The second and third count
 * only if they are shorter by more than chance explains.
 *
 * @param isBase64 whether the text is known to be base64. Otherwise the padding at its end tells.
 */
export function estimateText(text: string, isBase64 = false): Estimate {
  const beginning = text.slice(0, LONGEST);
  const body = beginning.replace(PADDING, "");
  const isKnown = isBase64 || body.length < beginning.length || SIXTEEN_BYTES.test(body);
  const plain = isKnown ? body.length * 6 : (bitsOfAShape(body) ?? plainBits(body));
  const each = Math.min(plain / body.length, OTHER_BITS);
  const rest = Math.max(0, body.length - LONGEST_FOR_THE_CODE) * each;
  return smaller(plain, shortestDescription(body), mixtureBits(body.slice(0, LONGEST_FOR_THE_CODE), each) + rest);
}

/**
 * The bits of texts with the shape of a known generator. By chance, such a text may have no digit
 * or no capital letter.
 */
function bitsOfAShape(text: string): number | undefined {
  if (/^(?:[A-Z2-7]{26}|[a-z2-7]{26})$/.test(text)) return 26 * 5;
  return isNanoid(text) ? BITS_OF_A_NANOID : undefined;
}

/**
 * nanoid() writes 21 characters of 64. Texts of digits, or of letters of one case, are excluded:
 * they are almost never the output of nanoid().
 */
export function isNanoid(text: string): boolean {
  return /^[A-Za-z0-9_-]{21}$/.test(text) && !/^(?:[a-z]+|[A-Z]+|[0-9a-f]+|[0-9A-F]+)$/.test(text);
}

/** The random bits of nanoid(). */
export const BITS_OF_A_NANOID = 126;

/**
 * Estimates how hard bytes that are not text are to guess: eight bits each, unless they repeat
 * themselves.
 */
export function estimateBytes(bytes: Uint8Array): Estimate {
  const beginning = bytes.subarray(0, LONGEST);
  return smaller(beginning.length * 8, shortestDescriptionOfBytes(beginning));
}

/**
 * Like `estimateBytes`, but undefined unless the bytes follow a pattern.
 *
 * @param room the bits of the text from which the bytes were read: they cannot save more.
 * @param isEstimated whether a text already has its own estimate. Then the digits of these bytes
 *   need no second one.
 */
export function patternOfBytes(
  bytes: Uint8Array,
  room: number,
  isEstimated: (digits: string) => boolean,
): Estimate | undefined {
  const found = bytes.subarray(0, LONGEST);
  const shortest = shortestDescriptionOfBytes(found);
  if (Math.min(found.length * 8, room) - shortest.bits > CHANCE_BITS) return shortest;
  if (found.length > 64) return undefined;
  const text = Buffer.from(found).toString("hex");
  if (isEstimated(text)) return undefined;
  const patterns = findPatterns(text, "digits");
  // Random digits nearly always end here. Looking for their shortest description would take as long
  // as for the key itself.
  if (!patterns.isGuessable) return undefined;
  const digits = shortestDescription(text, patterns);
  return Math.min(plainBits(text), room) - digits.bits > CHANCE_BITS ? digits : undefined;
}

function smaller(plain: number, shortest: Estimate, code = Infinity): Estimate {
  const least =
    code < shortest.bits && plain - code > CHANCE_OF_A_CODE ? { bits: code, shares: shortest.shares } : shortest;
  const isEnough = plain >= ENOUGH_BITS || plain === BITS_OF_A_NANOID;
  const isChance = plain - least.bits <= (least === shortest ? CHANCE_BITS : CHANCE_OF_A_CODE);
  return isEnough && isChance ? { bits: plain, shares: new Map() } : least;
}

/**
 * The shortest description of the text, in bits. The `shares` come from its words, not from its
 * language.
 */
function shortestDescription(text: string, patterns = findPatterns(text, "typed")): Estimate {
  const literals = literalCosts(text);
  const runs: Stretch[] = [];
  for (const [run, bits] of RUNS)
    for (const { index, 0: found } of text.matchAll(run))
      runs.push({ start: index, length: found.length, bits: 4 + bits * found.length });
  const words = shortestWay(literals, patterns, runs);
  if (patterns.isPassphrase) return words;
  const ofACharacter = literals.reduce((sum, bits) => sum + bits, 0) / text.length;
  const english = englishRuns(text, ofACharacter);
  const language = english.length === 0 ? words : shortestWay(literals, patterns, [...runs, ...english]);
  return { bits: Math.min(words.bits, language.bits, sentenceBits(text) ?? Infinity), shares: words.shares };
}

/** The same for bytes that are not text: each has eight bits, and there are no words. */
function shortestDescriptionOfBytes(bytes: Uint8Array): Estimate {
  const patterns = findPatterns(Buffer.from(bytes).toString("latin1"), "bytes");
  return shortestWay(new Float64Array(bytes.length).fill(8), patterns, []);
}
