import { FUNCTION_WORDS, rankedWords } from "./dictionary.ts";

/*
 * How likely letters follow one another in English: a model of three letters, interpolated with
 * models of two and of one. It is a code in the sense of information theory. So random letters cost
 * fewer bits in it than in their alphabet only by chance: 24 bits fewer once in 2^24.
 */

const LETTERS = 26;
const A = "a".charCodeAt(0);
/** The weight of a word by its rank, compared with its letters alone. */
const RANK_WEIGHT = 200;
const MOST_WORDS = 8000;
/** How many words follow each function word, and how much each of these pairs counts. */
const FOLLOWING_WORDS = 200;
const FOLLOWING_WEIGHT = 0.2;

interface Model {
  readonly one: Float64Array;
  readonly two: Float64Array;
  readonly three: Float64Array;
}

let trained: Model | undefined;

function model(): Model {
  trained ??= train();
  return trained;
}

function train(): Model {
  const one = new Float64Array(LETTERS);
  const two = new Float64Array(LETTERS ** 2);
  const three = new Float64Array(LETTERS ** 3);
  const learn = (text: string, weight: number, from = 0): void => {
    for (let at = from; at < text.length; at++) {
      const letter = text.charCodeAt(at) - A;
      const before = at > 0 ? text.charCodeAt(at - 1) - A : -1;
      const first = at > 1 ? text.charCodeAt(at - 2) - A : -1;
      one[letter]! += weight;
      if (before >= 0) two[before * LETTERS + letter]! += weight;
      if (first >= 0) three[(first * LETTERS + before) * LETTERS + letter]! += weight;
    }
  };
  const words = rankedWords()
    .slice(0, MOST_WORDS)
    .filter((word) => /^[a-z]+$/.test(word));
  for (const [rank, word] of words.entries()) {
    // Joined to another word, because in a key letters follow one another across the border of
    // words.
    const next = words[(rank * 7919) % 2000]!;
    learn(word + next.slice(0, 2), 1 + RANK_WEIGHT / (rank + 20));
  }
  // Every function word stands before each of the commonest words. Most of those begin alike.
  const beginnings = new Map<string, number>();
  for (const word of words.slice(0, FOLLOWING_WORDS)) {
    const beginning = word.slice(0, 2);
    beginnings.set(beginning, (beginnings.get(beginning) ?? 0) + 1);
  }
  for (const word of FUNCTION_WORDS) {
    learn(word, FOLLOWING_WEIGHT * FOLLOWING_WORDS);
    for (const [beginning, count] of beginnings) learn(word + beginning, FOLLOWING_WEIGHT * count, word.length);
  }
  return { one, two, three };
}

/** The bits of each letter of a lower-case text in the model. */
function letterBits(text: string): readonly number[] {
  const { one, two, three } = model();
  const total = one.reduce((sum, count) => sum + count, 0);
  const followers = (table: Float64Array, start: number): number => {
    let sum = 0;
    for (let letter = 0; letter < LETTERS; letter++) sum += table[start + letter]!;
    return sum;
  };
  const bits: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const letter = text.charCodeAt(at) - A;
    let chance = (one[letter]! + 1) / (total + LETTERS);
    if (at > 0) {
      const start = (text.charCodeAt(at - 1) - A) * LETTERS;
      chance = (two[start + letter]! + 8 * chance) / (followers(two, start) + 8);
    }
    if (at > 1) {
      const start = ((text.charCodeAt(at - 2) - A) * LETTERS + text.charCodeAt(at - 1) - A) * LETTERS;
      chance = (three[start + letter]! + 8 * chance) / (followers(three, start) + 8);
    }
    bits.push(-Math.log2(chance));
  }
  return bits;
}

/**
 * The bits of a letter of running English for a person who knows the language well (Shannon 1951
 * found 1 to 2).
 */
const BITS_OF_A_LETTER = 2.3;
/** A capital letter inside a run is a choice: about one bit. */
const BITS_OF_A_CAPITAL = 1;
/** Letters count as English only if the model saves this much: by chance once in 2^24. */
const SURE_BITS = 24;
const SHORTEST_RUN = 12;
/** The syllables of pwgen and similar programs cost more in the model than running text. */
const MOST_OF_A_LETTER = 3.6;
/**
 * With several small English words in it, a run is a sentence even if its other words are rare.
 */
const MOST_OF_A_LETTER_IN_A_SENTENCE = 4.2;
const FEWEST_SMALL_WORDS = 3;
/**
 * Syllables of pwgen hold "the", "she" and "her" by chance. They cover this share of the run in one
 * key of 100,000.
 */
const LEAST_SHARE_OF_SMALL_WORDS = 0.4;

/** The stretches of letters that are certainly English, with their costs. */
export function englishRuns(
  text: string,
  bitsOfACharacter: number,
): readonly { readonly start: number; readonly length: number; readonly bits: number }[] {
  const found: { start: number; length: number; bits: number }[] = [];
  for (const { index, 0: run } of text.matchAll(/[A-Za-z]{12,}/g)) {
    const letters = sumOf(letterBits(run.toLowerCase()));
    if (
      letters > run.length * mostOfALetter(run) ||
      run.length * bitsOfACharacter - letters - caseBits(run) < SURE_BITS
    )
      continue;
    found.push({ start: index, length: run.length, bits: languageBits(run) });
  }
  return found;
}

/** The bits of a phrase of running text, with many function words. Undefined for another text. */
export function sentenceBits(text: string): number | undefined {
  const parts = text.split(/[ _.,;:!?-]+/).filter((part) => part !== "");
  const words = parts.filter((part) => /^(?:[a-z']+|[A-Z][a-z']*|[A-Z']+)$/.test(part));
  const letters = words.join("").replaceAll("'", "").length;
  // Words with signs, digits or letters of both cases are not a sentence: random characters have
  // "a" and "I" between them.
  if (
    words.length < 4 ||
    letters < SHORTEST_RUN ||
    letters < words.length * 2.5 ||
    parts.length - words.length > words.length / 4
  )
    return undefined;
  const small = words.filter((word) => FUNCTION_WORDS.has(word.toLowerCase())).length;
  if (small < words.length * 0.25) return undefined;
  const others = parts.filter((part) => !words.includes(part)).join("").length;
  return letters * BITS_OF_A_LETTER * 0.8 + others * 5 + 6;
}

function mostOfALetter(run: string): number {
  const lower = run.toLowerCase();
  let small = 0;
  const covered = new Set<number>();
  for (const word of FUNCTION_WORDS) {
    if (word.length < 3 || !lower.includes(word)) continue;
    small++;
    for (let at = lower.indexOf(word); at !== -1; at = lower.indexOf(word, at + 1))
      for (let index = 0; index < word.length; index++) covered.add(at + index);
  }
  const isSentence = small >= FEWEST_SMALL_WORDS && covered.size >= run.length * LEAST_SHARE_OF_SMALL_WORDS;
  return isSentence ? MOST_OF_A_LETTER_IN_A_SENTENCE : MOST_OF_A_LETTER;
}

function languageBits(run: string): number {
  return run.length * BITS_OF_A_LETTER + (run.slice(1).match(/[A-Z]/g)?.length ?? 0) * BITS_OF_A_CAPITAL;
}

/** The cost of the changes of case: each change is as likely as changes were so far. */
function caseBits(run: string): number {
  let [same, changed] = [4, 1];
  let bits = 1;
  for (let at = 1; at < run.length; at++) {
    const isSame = run[at]! < "a" === run[at - 1]! < "a";
    bits -= Math.log2((isSame ? same : changed) / (same + changed));
    if (isSame) same++;
    else changed++;
  }
  return bits;
}

function sumOf(bits: readonly number[]): number {
  return bits.reduce((sum, each) => sum + each, 0);
}
