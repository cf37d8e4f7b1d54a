import { FUNCTION_WORDS, wordsThatStart } from "./dictionary.ts";
import { CONSTANTS, HEX_WORDS, WALKS } from "./key-lines.ts";

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

const WALK_STARTS = startsOf(WALKS, SHORTEST);
/** Digits of a constant are met by chance in other digits: a longer stretch tells. */
const SHORTEST_CONSTANT = 7;
const CONSTANT_STARTS = startsOf(CONSTANTS, SHORTEST_CONSTANT);
/** Where the order of the digits of hexadecimal leaves that of the character codes. */
const AFTER_NINE = "a";

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

/** Points in time and parts of them, with the bits that they carry for somebody who tries them all. */
const TIMES: readonly (readonly [shape: RegExp, bits: number])[] = [
  [/(?:19|20)\d\d([-/._]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])/y, 15],
  [/(?:0[1-9]|[12]\d|3[01])([-/._]?)(?:0[1-9]|1[0-2])\1(?:19|20)\d\d/y, 15],
  [/(?:19[3-9]|20[0-4])\d/y, 7],
  [/(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?/y, 17],
  [/1[4-9]\d{8}(?!\d)/y, 28],
  [/1[4-9]\d{11}(?!\d)/y, 38],
];

// A separated word: letters, with vowels, and never four consonants in a row; all words of a phrase are written alike.
const STYLES = [/^[a-z]{3,14}$/, /^[A-Z][a-z]{2,13}$/, /^[A-Z]{3,14}$/];
const SEPARATORS = [" ", "-", "_", ".", ","];
const SPEAKABLE = /^(?!.*[^aeiouy]{4})(?=.*[aeiouy])/i;
/** One of the 7,776 words of a passphrase list. */
const BITS_OF_A_WORD = Math.log2(7776);
/** So many words of such a list are not far from 128 bits, so that a few bits less for a common one would matter. */
const FEWEST_OF_A_PASSPHRASE = 8;
/** Five characters a step apart are met by chance as rarely as four in their order. */
const SHORTEST_STEPS = 5;

/** Finds the guessable stretches of one text. */
export class PatternFinder {
  readonly #text: string;
  readonly #lower: string;
  readonly #letters: string;
  readonly #separated: ReadonlyMap<number, string>;
  readonly #isPassphrase: boolean;
  readonly #hasSigns: boolean;
  readonly #hasHexWords: boolean;
  readonly #typed: boolean;

  /** @param typed whether a person could have typed it: bytes that are no text hold no words. */
  constructor(text: string, typed: boolean) {
    this.#text = text;
    this.#typed = typed;
    // Not toLowerCase(), which can change the length of texts outside of ASCII.
    this.#lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    this.#letters = this.#lower.replace(/[013457@$!]/g, (sign) => LETTER_OF[sign]!);
    this.#hasSigns = this.#letters !== this.#lower;
    this.#hasHexWords = HEX_WORDS.some((word) => this.#lower.includes(word));
    const { words, isPassphrase } = phraseOf(text);
    this.#separated = words;
    this.#isPassphrase = isPassphrase;
  }

  /** Whether it is a phrase of words that a program seems to have drawn. */
  get isPassphrase(): boolean {
    return this.#isPassphrase;
  }

  /** The stretches that begin at this place. */
  at(start: number): readonly Pattern[] {
    const found: Pattern[] = [];
    const repeated = this.#repeated(start);
    if (repeated >= SHORTEST) found.push({ kind: "repeated", length: repeated, bits: 2 + Math.log2(start) + 2 * Math.log2(repeated) });
    const sequence = this.#sequence(start);
    if (sequence >= SHORTEST) found.push({ kind: "sequence", length: sequence, bits: 8 + Math.log2(sequence) });
    const steps = this.#steps(start);
    if (steps >= SHORTEST_STEPS) found.push({ kind: "sequence", length: steps, bits: 15 + Math.log2(steps) });
    if (!this.#typed) return found;
    const walk = this.#longest(start, WALK_STARTS, SHORTEST);
    if (walk > 0) found.push({ kind: "keyboard_walk", length: walk, bits: 8 + Math.log2(walk) });
    const constant = this.#areDigits(start, SHORTEST_CONSTANT) ? this.#longest(start, CONSTANT_STARTS, SHORTEST_CONSTANT) : 0;
    if (constant > 0) found.push({ kind: "sequence", length: constant, bits: 12 + Math.log2(constant) });
    const separated = this.#separated.get(start);
    if (separated !== undefined) found.push({ kind: "word", length: separated.length, bits: BITS_OF_A_WORD });
    if (this.#isPassphrase) return found;
    this.#words(start, found);
    for (const [shape, bits] of TIMES) {
      shape.lastIndex = start;
      const time = shape.exec(this.#text);
      if (time !== null) found.push({ kind: undefined, length: time[0].length, bits });
    }
    return found;
  }

  /** How far the text from here on repeats what came before (a run of one character repeats from one place back). */
  #repeated(start: number): number {
    const text = this.#text;
    let longest = 0;
    for (let from = 0; from < start; from++) {
      if (text.charCodeAt(from) !== text.charCodeAt(start)) continue;
      let length = 1;
      while (start + length < text.length && text.charCodeAt(from + length) === text.charCodeAt(start + length)) length++;
      if (length > longest) longest = length;
    }
    return longest;
  }

  #sequence(start: number): number {
    const step = this.#text.charCodeAt(start + 1) - this.#text.charCodeAt(start);
    if (Math.abs(step) !== 1) return 0;
    let length = 2;
    for (;;) {
      const last = this.#text[start + length - 1]!;
      const next = this.#text[start + length];
      const follows = this.#text.charCodeAt(start + length) - last.charCodeAt(0) === step;
      if (!follows && !(step === 1 && last === "9" && next === AFTER_NINE) && !(step === -1 && last === AFTER_NINE && next === "9"))
        return length;
      length++;
    }
  }

  /** Characters, or bytes, that go up or down by the same step each time. */
  #steps(start: number): number {
    const text = this.#text;
    const step = text.charCodeAt(start + 1) - text.charCodeAt(start);
    if (step === 0 || Math.abs(step) === 1) return 0;
    let length = 2;
    while (start + length < text.length && (text.charCodeAt(start + length) - text.charCodeAt(start + length - 1) - step) % 256 === 0)
      length++;
    return length;
  }

  #areDigits(start: number, length: number): boolean {
    for (let at = start; at < start + length; at++) if (!"0123456789abcdef".includes(this.#lower[at] ?? " ")) return false;
    return true;
  }

  /** How far the text goes along the best of these lines. */
  #longest(start: number, starts: ReadonlyMap<string, readonly string[]>, shortest: number): number {
    let longest = 0;
    for (const rest of starts.get(this.#lower.slice(start, start + shortest)) ?? []) {
      let length = shortest;
      while (length < rest.length && this.#lower[start + length] === rest[length]) length++;
      if (length > longest) longest = length;
    }
    return longest;
  }

  #words(start: number, found: Pattern[]): void {
    for (const [text, extra] of [
      [this.#lower, 0],
      [this.#letters, 3],
    ] as const) {
      if (extra > 0 && !this.#hasSigns) continue;
      for (const word of wordsThatStart(text.slice(start, start + 3))) {
        if (!text.startsWith(word.text, start)) continue;
        const written = this.#text.slice(start, start + word.text.length);
        const spelling =
          written === this.#lower.slice(start, start + word.text.length) ? 0 : /^[^a-z]*$|^.[^A-Z]*$/.test(written) ? 1 : word.text.length;
        found.push({ kind: word.kind, length: word.text.length, bits: word.bits + spelling + extra });
      }
    }
    if (!this.#hasHexWords) return;
    for (const word of HEX_WORDS) if (this.#lower.startsWith(word, start)) found.push({ kind: "word", length: word.length, bits: 10 });
  }
}

interface Phrase {
  /** The words by their places. */
  readonly words: ReadonlyMap<number, string>;
  /** Many words that nothing holds together, as a program draws them: each is one of a list, however common it is. */
  readonly isPassphrase: boolean;
}

/** The words of a phrase: three or more, set apart by the same sign or by capital letters, and most of the text. */
function phraseOf(text: string): Phrase {
  let best: ReadonlyMap<number, string> = new Map();
  for (const separator of [...SEPARATORS, undefined]) {
    const parts = separator === undefined ? text.split(/(?=[A-Z])/) : text.split(separator);
    if (parts.length < 3) continue;
    for (const style of separator === undefined ? STYLES.slice(1, 2) : STYLES) {
      const words = new Map<number, string>();
      let start = 0;
      let letters = 0;
      for (const part of parts) {
        if (style.test(part) && SPEAKABLE.test(part)) {
          words.set(start, part);
          letters += part.length;
        }
        start += part.length + (separator?.length ?? 0);
      }
      const enough = separator === undefined ? words.size >= FEWEST_OF_A_PASSPHRASE && letters >= text.length * 0.9 : words.size >= 3;
      if (enough && words.size > best.size && letters >= text.length / 2) best = words;
    }
  }
  const lower = [...best.values()].map((word) => word.toLowerCase());
  const small = lower.filter((word) => FUNCTION_WORDS.has(word)).length;
  return { words: best, isPassphrase: new Set(lower).size >= FEWEST_OF_A_PASSPHRASE && small < lower.length / 5 };
}

/** Every stretch of the lines, by its first characters. */
function startsOf(lines: readonly string[], shortest: number): ReadonlyMap<string, readonly string[]> {
  const starts = new Map<string, string[]>();
  for (const line of lines) {
    for (let index = 0; index + shortest <= line.length; index++) {
      const start = line.slice(index, index + shortest);
      starts.set(start, [...(starts.get(start) ?? []), line.slice(index)]);
    }
  }
  return starts;
}
