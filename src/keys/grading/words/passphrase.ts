import { FUNCTION_WORDS, isWord } from "./dictionary.ts";

// A separated word has letters, with vowels, and never four consonants in a row. All words of a
// phrase are written in the same style.
const STYLES = [/^[a-z]{3,14}$/, /^[A-Z][a-z]{2,13}$/, /^[A-Z]{3,14}$/];
const SEPARATORS = [" ", "-", "_", ".", ","];
const SPEAKABLE = /^(?!.*[^aeiouy]{4})(?=.*[aeiouy])/i;
/**
 * With this many words a phrase is not far from 128 bits. Then a lower cost for a common word would
 * matter.
 */
const FEWEST_OF_A_PASSPHRASE = 8;
/** The share of the text that words must cover if only capital letters separate them. */
const MOSTLY = 0.9;

/** The words of a phrase. */
export interface Phrase {
  /** The words by their positions. */
  readonly words: ReadonlyMap<number, string>;
  /**
   * Whether it is many unrelated words, as a program draws them. Then each counts as one of a list,
   * even if it is common.
   */
  readonly isPassphrase: boolean;
}

/**
 * The words of a phrase: three or more, separated by the same sign or by capital letters, that
 * cover most of the text.
 */
export function phraseOf(text: string): Phrase {
  let best: ReadonlyMap<number, string> = new Map();
  for (const separator of [...SEPARATORS, undefined]) {
    // Cutting at each capital letter costs more than all else here, and in random letters it finds
    // nothing.
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
      const isEnough = separator === undefined ? areGlued(words, letters, text.length) : words.size >= 3;
      if (isEnough && words.size > best.size && letters >= text.length / 2) best = words;
    }
  }
  const lower = [...best.values()].map((word) => word.toLowerCase());
  const small = lower.filter((word) => FUNCTION_WORDS.has(word)).length;
  return { words: best, isPassphrase: new Set(lower).size >= FEWEST_OF_A_PASSPHRASE && small < lower.length / 5 };
}

/**
 * Whether capital letters alone separate words: the words cover nearly all of the text, and half of
 * them are in the dictionary. Syllables of pwgen look like words too, in one key of 100,000.
 */
function areGlued(words: ReadonlyMap<number, string>, letters: number, length: number): boolean {
  if (words.size < FEWEST_OF_A_PASSPHRASE || letters < length * MOSTLY) return false;
  const known = [...words.values()].filter((word) => isWord(word.toLowerCase()));
  return known.length >= words.size / 2;
}
