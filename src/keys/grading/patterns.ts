import { codesOf, wordsAt, type DictionaryWord } from "./words/dictionary.ts";
import { CONSTANTS, HEX_WORDS, keyboardWalks } from "./key-lines.ts";
import { LineIndex } from "./words/line-index.ts";
import { phraseOf } from "./words/passphrase.ts";

/** The reason why a stretch of a key is guessable. */
export type PatternKind = "repeated" | "sequence" | "keyboard_walk" | "placeholder" | "word";

/** A stretch that an attacker would try as a whole. */
export interface Pattern {
  /** Undefined for a date or a time, which says nothing about the other characters. */
  readonly kind: PatternKind | undefined;
  readonly length: number;
  /** About log2 of the number of tries until this stretch is found. */
  readonly bits: number;
}

const SHORTEST = 4;
/** Digits of a constant occur by chance in other digits, so only a longer stretch counts. */
const SHORTEST_CONSTANT = 7;

// Made when the first key is graded, so that an import of the package does not wait for them.
let walkIndex: LineIndex | undefined;
let constantIndex: LineIndex | undefined;
/** Hexadecimal digits go from 9 to a, which are not neighbours by character code. */
const [NINE, AFTER_NINE] = ["9".charCodeAt(0), "a".charCodeAt(0)];

/** Each ASCII character in lower case. */
const LOWER = Uint8Array.from({ length: 128 }, (_, code) => String.fromCharCode(code).toLowerCase().charCodeAt(0));
/** The same, with the letter that a digit or a sign stands for. */
const LETTERS = LOWER.slice();
for (const [sign, letter] of ["0o", "1i", "3e", "4a", "5s", "7t", "@a", "$s", "!i"].map((pair) => [
  pair.charCodeAt(0),
  pair.charCodeAt(1),
]))
  LETTERS[sign!] = letter!;

/**
 * Words of hexadecimal digits, then points in time and parts of them, with their bits for an
 * attacker who tries them all.
 */
const SHAPES: readonly (readonly [shape: RegExp, bits: number, kind?: PatternKind])[] = [
  [new RegExp(HEX_WORDS.join("|"), "gi"), 10, "word"],
  [/(?:19|20)\d\d([-/._]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])/g, 15],
  [/(?:0[1-9]|[12]\d|3[01])([-/._]?)(?:0[1-9]|1[0-2])\1(?:19|20)\d\d/g, 15],
  [/(?:19[3-9]|20[0-4])\d/g, 7],
  [/(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?/g, 17],
  [/1[4-9]\d{8}(?!\d)/g, 28],
  [/1[4-9]\d{11}(?!\d)/g, 38],
];

/** One of the 7,776 words of a passphrase list. */
const BITS_OF_A_WORD = Math.log2(7776);
/** Five characters with equal steps occur by chance as rarely as four in sequence. */
const SHORTEST_STEPS = 5;

/** The guessable stretches of a text. */
export interface Patterns {
  /** The stretches that begin at each position. Undefined where none begins. */
  readonly at: readonly (readonly Pattern[] | undefined)[];
  /** Whether the text is a phrase of words that a program probably drew. */
  readonly isPassphrase: boolean;
  /** Whether any of the stretches is more than a date or a time. */
  readonly isGuessable: boolean;
}

/**
 * Finds the guessable stretches of a text. Each kind is searched in one pass over the whole text,
 * by character codes. Cutting pieces out at each position took four times as long for a random key
 * (bench/grade.ts).
 *
 * @param writing `typed` for text that a person could have typed, `digits` for the hexadecimal
 *   digits of bytes, which hold no words but those of HEX_WORDS, `bytes` for bytes as Latin-1,
 *   which hold no words and no keyboard lines.
 */
export function findPatterns(text: string, writing: "typed" | "digits" | "bytes"): Patterns {
  const found: (Pattern[] | undefined)[] = [];
  let isGuessable = false;
  const add: Add = (start, kind, length, bits) => {
    if (kind !== undefined) isGuessable = true;
    const others = found[start];
    if (others === undefined) found[start] = [{ kind, length, bits }];
    else others.push({ kind, length, bits });
  };
  const codes = codesOf(text);
  const repeated = repeatsIn(codes);
  for (let start = 0; start < text.length; start++) {
    const length = repeated[start]!;
    if (length >= SHORTEST) add(start, "repeated", length, 2 + Math.log2(start) + 2 * Math.log2(length));
    const sequence = sequenceAt(codes, start);
    if (sequence >= SHORTEST) add(start, "sequence", sequence, 8 + Math.log2(sequence));
    const steps = stepsAt(codes, start);
    if (steps >= SHORTEST_STEPS) add(start, "sequence", steps, 15 + Math.log2(steps));
  }
  if (writing === "bytes") return { at: found, isPassphrase: false, isGuessable };

  const lower = translated(codes, LOWER);
  walkIndex ??= new LineIndex(keyboardWalks(), SHORTEST);
  walkIndex.find(lower, (start, length) => add(start, "keyboard_walk", length, 8 + Math.log2(length)));
  constantIndex ??= new LineIndex(CONSTANTS, SHORTEST_CONSTANT);
  constantIndex.find(lower, (start, length) => add(start, "sequence", length, 12 + Math.log2(length)));
  const isPassphrase = writing === "typed" && addWords(text, codes, lower, add);
  if (isPassphrase) return { at: found, isPassphrase, isGuessable };
  for (const [shape, bits, kind] of SHAPES) {
    shape.lastIndex = 0;
    for (let match = shape.exec(text); match !== null; match = shape.exec(text)) {
      add(match.index, kind, match[0].length, bits);
      // The next one may begin inside of this one.
      shape.lastIndex = match.index + 1;
    }
  }
  return { at: found, isPassphrase, isGuessable };
}

type Add = (start: number, kind: PatternKind | undefined, length: number, bits: number) => void;

/** Adds the words of the text, and returns whether it is a passphrase. */
function addWords(text: string, codes: Uint16Array, lower: Uint16Array, add: Add): boolean {
  const { words, isPassphrase } = phraseOf(text);
  for (const [start, word] of words) add(start, "word", word.length, BITS_OF_A_WORD);
  if (isPassphrase) return true;
  const letters = translated(codes, LETTERS);
  const addAll = (start: number, found: readonly DictionaryWord[], extra: number): void => {
    for (const { text: word, kind, bits } of found)
      add(start, kind, word.length, bits + spellingBits(text.slice(start, start + word.length)) + extra);
  };
  for (let start = 0; start < text.length; start++) {
    const plain = wordsAt(lower, start);
    if (plain.length > 0) addAll(start, plain, 0);
    const meant = wordsAt(letters, start);
    if (meant.length > 0) addAll(start, meant, 3);
  }
  return false;
}

/** Uses an ASCII table, because toLowerCase() can change the length of other texts. */
function translated(codes: Uint16Array, table: Uint8Array): Uint16Array {
  const found = codes.slice();
  for (let at = 0; at < codes.length; at++) found[at] = table[codes[at]!] ?? codes[at]!;
  return found;
}

/**
 * For each position: how far the text from there repeats what came before. A run of one character
 * repeats from one position back.
 */
function repeatsIn(codes: Uint16Array): Uint16Array {
  const longest = new Uint16Array(codes.length);
  // For each earlier position: how long the text from there equals the text from `start`. Before
  // the inner loop it holds the lengths for `start` + 1.
  const same = new Uint16Array(codes.length + 1);
  for (let start = codes.length - 1; start > 0; start--) {
    let most = 0;
    for (let from = 0; from < start; from++) {
      const length = codes[from] === codes[start] ? same[from + 1]! + 1 : 0;
      same[from] = length;
      if (length > most) most = length;
    }
    longest[start] = most;
  }
  return longest;
}

function sequenceAt(codes: Uint16Array, start: number): number {
  const step = codes[start + 1]! - codes[start]!;
  if (Math.abs(step) !== 1) return 0;
  let length = 2;
  for (;;) {
    const last = codes[start + length - 1]!;
    const next = codes[start + length]!;
    if (
      next - last !== step &&
      !(step === 1 && last === NINE && next === AFTER_NINE) &&
      !(step === -1 && last === AFTER_NINE && next === NINE)
    )
      return length;
    length++;
  }
}

/** The length of a run of characters, or bytes, with equal steps up or down. */
function stepsAt(codes: Uint16Array, start: number): number {
  const step = codes[start + 1]! - codes[start]!;
  if (step === 0 || Math.abs(step) === 1) return 0;
  let length = 2;
  while (start + length < codes.length && (codes[start + length]! - codes[start + length - 1]! - step) % 256 === 0)
    length++;
  return length;
}

/**
 * The cost of capital letters in a word: one bit if only the first letter, or all of them, are
 * capital.
 */
function spellingBits(written: string): number {
  if (!/[A-Z]/.test(written)) return 0;
  return /^[^a-z]*$|^.[^A-Z]*$/.test(written) ? 1 : written.length;
}
