import { escapePattern } from "../key-forms.ts";

/** Values of at least this length are hidden everywhere, also inside of words. */
export const LONG = 16;
/** Shorter ones are hidden as whole words only. Values below this length are not hidden. */
const SHORTEST = 4;
/** The most values of each kind. */
const MOST = 200;
/** Common values of cookies that are not secret. */
const EVERYDAY = /^(?:true|false|null|none|undefined)$/i;

/** The values of one request that are hidden: its cookies and credentials. */
export class HiddenValues {
  readonly #everywhere = new Set<string>();
  readonly #words = new Set<string>();
  #wordPattern: RegExp | undefined;
  /** The longest value, in characters. */
  longest = 0;

  /**
   * @param long from this number of characters on, the value is hidden inside of words too.
   * @returns whether the value is hidden everywhere and was not known.
   */
  add(value: string, long: number): boolean {
    const set = value.length >= long ? this.#everywhere : this.#words;
    if (value.length < SHORTEST || EVERYDAY.test(value) || set.size >= MOST || set.has(value)) return false;
    set.add(value).add(JSON.stringify(value).slice(1, -1));
    this.longest = Math.max(this.longest, value.length);
    if (set === this.#words) this.#wordPattern = undefined;
    return set === this.#everywhere;
  }

  get isEmpty(): boolean {
    return this.longest === 0;
  }

  /** Source of a regular expression that matches what is hidden everywhere; "" for none. */
  get pattern(): string {
    return alternatives(this.#everywhere);
  }

  /**
   * Hides the short values. Only for texts from outside: in the toolbar's own data, a short value
   * may be a member's name.
   */
  hideWords(text: string, mark: string): string {
    if (this.#words.size === 0) return text;
    this.#wordPattern ??= new RegExp(`(?<![A-Za-z0-9_])(?:${alternatives(this.#words)})(?![A-Za-z0-9_])`, "g");
    return text.replace(this.#wordPattern, mark);
  }

  /** The text without the beginning of a hidden value at its end, where a text was cut. */
  withoutHalf(text: string): string {
    let end = text.length;
    for (const value of this.#everywhere) {
      const from = Math.max(0, text.length - value.length + 1);
      const start = value.slice(0, SHORTEST);
      for (let at = text.indexOf(start, from); at !== -1 && at < end; at = text.indexOf(start, at + 1))
        if (value.startsWith(text.slice(at))) end = at;
    }
    return text.slice(0, end);
  }
}

/** A regular expression that matches any of the values, the longest first. */
function alternatives(values: ReadonlySet<string>): string {
  return [...values]
    .toSorted((a, b) => b.length - a.length)
    .map(escapePattern)
    .join("|");
}
