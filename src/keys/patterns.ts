import { wordsAt, type DictionaryWord } from "./dictionary.ts";
import { CONSTANTS, HEX_WORDS, WALKS } from "./key-lines.ts";
import { LineIndex } from "./line-index.ts";
import { phraseOf } from "./passphrase.ts";

/** What makes a stretch of a key guessable. */
export type PatternKind = "repeated" | "sequence" | "keyboard_walk" | "placeholder" | "word";

/** A stretch that somebody who guesses would try as a whole. */
export interface Pattern {
  /** Undefined for a date or a time, which says nothing of the other characters. */
  readonly kind: PatternKind | undefined;
  readonly length: number;
  /** About log2 of the number of tries until this stretch is met. */
  readonly bits: number;
}

const SHORTEST = 4;

const WALK_INDEX = new LineIndex(WALKS, SHORTEST);
/** Digits of a constant are met by chance in other digits: a longer stretch tells. */
const SHORTEST_CONSTANT = 7;
const CONSTANT_INDEX = new LineIndex(CONSTANTS, SHORTEST_CONSTANT);
/** Where the order of the digits of hexadecimal leaves that of the character codes. */
const [NINE, AFTER_NINE] = ["9".charCodeAt(0), "a".charCodeAt(0)];

const LETTER_OF: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

/** Points in time and parts of them, with the bits that they carry for somebody who tries them all. They may overlap. */
const TIMES: readonly (readonly [shape: RegExp, bits: number])[] = [
  [/(?=((?:19|20)\d\d([-/._]?)(?:0[1-9]|1[0-2])\2(?:0[1-9]|[12]\d|3[01])))/g, 15],
  [/(?=((?:0[1-9]|[12]\d|3[01])([-/._]?)(?:0[1-9]|1[0-2])\2(?:19|20)\d\d))/g, 15],
  [/(?=((?:19[3-9]|20[0-4])\d))/g, 7],
  [/(?=((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?))/g, 17],
  [/(?=(1[4-9]\d{8}(?!\d)))/g, 28],
  [/(?=(1[4-9]\d{11}(?!\d)))/g, 38],
];

/** One of the 7,776 words of a passphrase list. */
const BITS_OF_A_WORD = Math.log2(7776);
/** Five characters a step apart are met by chance as rarely as four in their order. */
const SHORTEST_STEPS = 5;

/** The guessable stretches of a text. */
export interface Patterns {
  /** Those that begin at each place; undefined where none does. */
  readonly at: readonly (readonly Pattern[] | undefined)[];
  /** Whether the text is a phrase of words that a program seems to have drawn. */
  readonly isPassphrase: boolean;
}

/**
 * Finds the guessable stretches of one text. Each kind is looked for in one pass over the whole text, by character codes: piece by piece
 * at each place, with pieces cut out as texts, a random key took seven times as long (bench/grade.ts).
 *
 * @param typed whether a person could have typed it: bytes that are no text hold no words.
 */
export function findPatterns(text: string, typed: boolean): Patterns {
  const found = Array.from<Pattern[] | undefined>({ length: text.length });
  const add = (start: number, kind: PatternKind | undefined, length: number, bits: number): void => {
    const others = found[start];
    if (others === undefined) found[start] = [{ kind, length, bits }];
    else others.push({ kind, length, bits });
  };
  const codes = Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  const repeated = repeatsIn(codes);
  for (let start = 0; start < text.length; start++) {
    const length = repeated[start]!;
    if (length >= SHORTEST) add(start, "repeated", length, 2 + Math.log2(start) + 2 * Math.log2(length));
    const sequence = sequenceAt(codes, start);
    if (sequence >= SHORTEST) add(start, "sequence", sequence, 8 + Math.log2(sequence));
    const steps = stepsAt(codes, start);
    if (steps >= SHORTEST_STEPS) add(start, "sequence", steps, 15 + Math.log2(steps));
  }
  if (!typed) return { at: found, isPassphrase: false };

  // Not toLowerCase(), which can change the length of texts outside of ASCII.
  const lower = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  WALK_INDEX.find(lower, (start, length) => add(start, "keyboard_walk", length, 8 + Math.log2(length)));
  CONSTANT_INDEX.find(lower, (start, length) => add(start, "sequence", length, 12 + Math.log2(length)));
  const { words, isPassphrase } = phraseOf(text);
  for (const [start, word] of words) add(start, "word", word.length, BITS_OF_A_WORD);
  if (isPassphrase) return { at: found, isPassphrase };

  const letters = lower.replace(/[013457@$!]/g, (sign) => LETTER_OF[sign]!);
  const addWord = (start: number, { text: { length }, kind, bits }: DictionaryWord, extra: number): void =>
    add(start, kind, length, bits + spellingBits(text.slice(start, start + length), lower.slice(start, start + length)) + extra);
  for (let start = 0; start < text.length; start++) {
    for (const word of wordsAt(lower, start)) addWord(start, word, 0);
    if (letters !== lower) for (const word of wordsAt(letters, start)) addWord(start, word, 3);
  }
  for (const word of HEX_WORDS)
    for (let at = lower.indexOf(word); at !== -1; at = lower.indexOf(word, at + 1)) add(at, "word", word.length, 10);
  for (const [shape, bits] of TIMES)
    for (const { index, 1: time } of text.matchAll(shape)) add(index, undefined, time!.length, bits);
  return { at: found, isPassphrase };
}

/** How far the text from each place on repeats what came before (a run of one character repeats from one place back). */
function repeatsIn(codes: Uint16Array): Uint16Array {
  const longest = new Uint16Array(codes.length);
  // How far the text from each earlier place on is the same as from `start` on; before the loop over it, as from `start` + 1 on.
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
    if (next - last !== step && !(step === 1 && last === NINE && next === AFTER_NINE) && !(step === -1 && last === AFTER_NINE && next === NINE))
      return length;
    length++;
  }
}

/** Characters, or bytes, that go up or down by the same step each time. */
function stepsAt(codes: Uint16Array, start: number): number {
  const step = codes[start + 1]! - codes[start]!;
  if (step === 0 || Math.abs(step) === 1) return 0;
  let length = 2;
  while (start + length < codes.length && (codes[start + length]! - codes[start + length - 1]! - step) % 256 === 0) length++;
  return length;
}

/** What capital letters in a word cost: one bit where they are all of it or the first. */
function spellingBits(written: string, lower: string): number {
  if (written === lower) return 0;
  return /^[^a-z]*$|^.[^A-Z]*$/.test(written) ? 1 : written.length;
}
