import { COMMON_PASSWORDS, COMMON_WORDS, PLACEHOLDER_WORDS } from "./words.ts";

/** What makes a stretch of a key guessable. */
export type PatternKind = "repeated" | "sequence" | "keyboard_walk" | "placeholder" | "word";

/** A stretch that somebody who guesses would try as a whole. */
export interface Pattern {
  readonly kind: PatternKind;
  readonly length: number;
  /** About log2 of the number of tries until this stretch is met. */
  readonly bits: number;
}

const SHORTEST = 4;

// Rows and columns of keyboards.
const LINES = [
  "1234567890-=",
  "!@#$%^&*()_+",
  "qwertyuiop[]\\",
  "asdfghjkl;'",
  "zxcvbnm,./",
  "qwertzuiop",
  "azertyuiop",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
  "qazwsxedcrfvtgbyhnujmikolp",
  "1q2w3e4r5t6y7u8i9o0p",
  "q1w2e3r4t5y6u7i8o9p0",
  "789456123",
].flatMap((line) => [line, line.split("").toReversed().join("")]);
const WALK_STARTS = startsOf(LINES);
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

interface Word {
  readonly text: string;
  readonly kind: "placeholder" | "word";
  readonly bits: number;
}

const WORDS = new Map<string, Word[]>();
for (const [words, kind, bits] of [
  [PLACEHOLDER_WORDS, "placeholder", 9],
  [COMMON_WORDS, "word", 10],
  [COMMON_PASSWORDS, "word", 12],
] as const) {
  for (const text of words) {
    const start = text.slice(0, 3);
    const known = WORDS.get(start) ?? [];
    if (!known.some((word) => word.text === text)) known.push({ text, kind, bits });
    WORDS.set(start, known);
  }
}

// A separated word: letters, with vowels, and never four consonants in a row; all words of a phrase are written alike.
const STYLES = [/^[a-z]{3,14}$/, /^[A-Z][a-z]{2,13}$/, /^[A-Z]{3,14}$/];
const SEPARATORS = [" ", "-", "_", ".", ","];
const SPEAKABLE = /^(?!.*[^aeiouy]{4})(?=.*[aeiouy])/i;
/** One of the 7,776 words of a passphrase list. */
const BITS_OF_A_WORD = Math.log2(7776);

/** Finds the guessable stretches of one text. */
export class PatternFinder {
  readonly #text: string;
  readonly #lower: string;
  readonly #letters: string;
  readonly #separated = new Map<number, string>();

  readonly #typed: boolean;

  /** @param typed whether a person could have typed it: bytes that are no text hold no words. */
  constructor(text: string, typed: boolean) {
    this.#text = text;
    this.#typed = typed;
    // Not toLowerCase(), which can change the length of texts outside of ASCII.
    this.#lower = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    this.#letters = this.#lower.replace(/[013457@$!]/g, (sign) => LETTER_OF[sign]!);
    for (const [start, word] of separatedWords(text)) this.#separated.set(start, word);
  }

  /** The stretches that begin at this place. */
  at(start: number): readonly Pattern[] {
    const found: Pattern[] = [];
    const repeated = this.#repeated(start);
    if (repeated >= SHORTEST) found.push({ kind: "repeated", length: repeated, bits: 2 + Math.log2(start) + 2 * Math.log2(repeated) });
    const sequence = this.#sequence(start);
    if (sequence >= SHORTEST) found.push({ kind: "sequence", length: sequence, bits: 8 + Math.log2(sequence) });
    if (!this.#typed) return found;
    const walk = this.#walk(start);
    if (walk >= SHORTEST) found.push({ kind: "keyboard_walk", length: walk, bits: 8 + Math.log2(walk) });
    this.#words(start, found);
    const separated = this.#separated.get(start);
    if (separated !== undefined) found.push({ kind: "word", length: separated.length, bits: BITS_OF_A_WORD });
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

  #walk(start: number): number {
    let longest = 0;
    for (const rest of WALK_STARTS.get(this.#lower.slice(start, start + SHORTEST)) ?? []) {
      let length = SHORTEST;
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
      for (const word of WORDS.get(text.slice(start, start + 3)) ?? []) {
        if (!text.startsWith(word.text, start)) continue;
        const written = this.#text.slice(start, start + word.text.length);
        const spelling =
          written === this.#lower.slice(start, start + word.text.length) ? 0 : /^[^a-z]*$|^.[^A-Z]*$/.test(written) ? 1 : word.text.length;
        found.push({ kind: word.kind, length: word.text.length, bits: word.bits + spelling + extra });
      }
    }
  }
}

/** The words of a phrase by their places: three or more, set apart by the same sign, and most of the text. */
function separatedWords(text: string): ReadonlyMap<number, string> {
  let best: ReadonlyMap<number, string> = new Map();
  for (const separator of SEPARATORS) {
    const parts = text.split(separator);
    if (parts.length < 3) continue;
    for (const style of STYLES) {
      const words = new Map<number, string>();
      let start = 0;
      let letters = 0;
      for (const part of parts) {
        if (style.test(part) && SPEAKABLE.test(part)) {
          words.set(start, part);
          letters += part.length;
        }
        start += part.length + 1;
      }
      if (words.size >= 3 && words.size > best.size && letters >= text.length / 2) best = words;
    }
  }
  return best;
}

function startsOf(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const starts = new Map<string, string[]>();
  for (const line of lines) {
    for (let index = 0; index + SHORTEST <= line.length; index++) {
      const start = line.slice(index, index + SHORTEST);
      starts.set(start, [...(starts.get(start) ?? []), line.slice(index)]);
    }
  }
  return starts;
}
