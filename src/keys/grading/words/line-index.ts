import { codesOf } from "./dictionary.ts";

/** The lines are in Latin-1. */
const CODES = 256;
const NONE = -1;
const MARKS = 2 ** 15;

/** Finds how far a text follows one of a few well-known lines, from any position in them. */
export class LineIndex {
  readonly #shortest: number;
  /** A number for each character of the lines, by its code. */
  readonly #digits = new Int16Array(CODES).fill(NONE);
  readonly #bits: number;
  /** Marks the numbers that may occur in the lines. It rules out most of a random key. */
  readonly #marks = new Uint8Array(MARKS);
  /** The rest of the lines from each position, by the number of its first characters. */
  readonly #rests = new Map<number, string[]>();

  /**
   * @param shortest the smallest number of characters that counts. Times the bits of the lines'
   *   characters, it must fit into 30 bits.
   */
  constructor(lines: readonly string[], shortest: number) {
    this.#shortest = shortest;
    const characters = new Set(lines.join(""));
    for (const [index, character] of [...characters].entries()) this.#digits[character.charCodeAt(0)] = index;
    this.#bits = Math.ceil(Math.log2(characters.size));
    for (const line of lines) {
      this.#eachStart(codesOf(line), (start, number) => {
        this.#marks[markOf(number)] = 1;
        const others = this.#rests.get(number);
        if (others === undefined) this.#rests.set(number, [line.slice(start)]);
        else others.push(line.slice(start));
      });
    }
  }

  /**
   * Calls `found` for each position where the text follows a line, with the length of the match.
   */
  find(text: Uint16Array, found: (start: number, length: number) => void): void {
    this.#eachStart(text, (start, number) => {
      if (this.#marks[markOf(number)] === 0) return;
      let longest = 0;
      for (const rest of this.#rests.get(number) ?? []) {
        let length = this.#shortest;
        while (length < rest.length && text[start + length] === rest.charCodeAt(length)) length++;
        if (length > longest) longest = length;
      }
      if (longest > 0) found(start, longest);
    });
  }

  /**
   * Updates the number of the next few characters along the text. Cutting them out as strings took
   * most of the time of a grade.
   */
  #eachStart(text: Uint16Array, call: (start: number, number: number) => void): void {
    const [digits, bits, shortest] = [this.#digits, this.#bits, this.#shortest];
    const mask = 2 ** (bits * shortest) - 1;
    let number = 0;
    let length = 0;
    for (let at = 0; at < text.length; at++) {
      const digit = digits[text[at]!] ?? NONE;
      if (digit === NONE) {
        length = 0;
        continue;
      }
      number = ((number << bits) | digit) & mask;
      if (++length >= shortest) call(at + 1 - shortest, number);
    }
  }
}

function markOf(number: number): number {
  return (number ^ (number >>> 15)) & (MARKS - 1);
}
