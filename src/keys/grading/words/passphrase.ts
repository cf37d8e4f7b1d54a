import { FUNCTION_WORDS, isWord } from "./dictionary.ts";

// A separated word: letters, with vowels, and never four consonants in a row; all words of a phrase
// are written alike.
const STYLES = [/^[a-z]{3,14}$/, /^[A-Z][a-z]{2,13}$/, /^[A-Z]{3,14}$/];
const SEPARATORS = [" ", "-", "_", ".", ","];
const SPEAKABLE = /^(?!.*[^aeiouy]{4})(?=.*[aeiouy])/i;
/**
 * So many words of such a list are not far from 128 bits, so that a few bits less for a common one
 * would matter.
 */
const FEWEST_OF_A_PASSPHRASE = 8;
/** The share of the text that words are, which only capital letters set apart. */
const MOSTLY = 0.9;

/** The words of a phrase. */
export interface Phrase {
  /** The words by their places. */
  readonly words: ReadonlyMap<number, string>;
  /**
   * Many words that nothing holds together, as a program draws them: each is one of a list, however
   * common it is.
   */
  readonly isPassphrase: boolean;
}

/**
 * The words of a phrase: three or more, set apart by the same sign or by capital letters, and most
 * of the text.
 */
export function phraseOf(text: string): Phrase {
  let best: ReadonlyMap<number, string> = new Map();
  for (const separator of [...SEPARATORS, undefined]) {
    // A cut at each capital letter costs more than all else here, and in random letters it is in
    // vain.
    if (separator === undefined && (text.match(/[A-Z][a-z]{2}/g)?.length ?? 0) < FEWEST_OF_A_PASSPHRASE) continue;
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
      const enough = separator === undefined ? areGlued(words, letters, text.length) : words.size >= 3;
      if (enough && words.size > best.size && letters >= text.length / 2) best = words;
    }
  }
  const lower = [...best.values()].map((word) => word.toLowerCase());
  const small = lower.filter((word) => FUNCTION_WORDS.has(word)).length;
  return { words: best, isPassphrase: new Set(lower).size >= FEWEST_OF_A_PASSPHRASE && small < lower.length / 5 };
}

/**
 * Whether capital letters alone set words apart: they are nearly all of the text, and half of them
 * are in the dictionary. Syllables of pwgen look like words too, in one key of 100,000.
 */
function areGlued(words: ReadonlyMap<number, string>, letters: number, length: number): boolean {
  if (words.size < FEWEST_OF_A_PASSPHRASE || letters < length * MOSTLY) return false;
  const known = [...words.values()].filter((word) => isWord(word.toLowerCase()));
  return known.length >= words.size / 2;
}
