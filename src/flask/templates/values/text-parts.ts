/* How Python takes texts apart. */
import { ValueProblem } from "../errors.ts";
import { text } from "./bind.ts";

const CASED = /\p{L}/u;
/** What Python takes for white space: not exactly what JavaScript does. */
const WHITE = String.raw`\t-\r\u001C- \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000`;
const IS_SPACE = new RegExp(`^[${WHITE}]$`);
const WORDS = new RegExp(`[^${WHITE}]+`, "g");
/** White space in one piece. */
export const SPACES: RegExp = new RegExp(`[${WHITE}]+`, "g");
const BREAK = String.raw`\n\r\v\f\u001C-\u001E\u0085\u2028\u2029`;
const LINES = new RegExp(`[^${BREAK}]*(?:\\r\\n|[${BREAK}])|[^${BREAK}]+$`, "g");
const LINE_END = new RegExp(`(?:\\r\\n|[${BREAK}])$`);

export const isSpace = (character: string): boolean => IS_SPACE.test(character);

/** One letter at the begin of a word: `ß` becomes `Ss` there. */
const upperFirst = (letter: string): string => {
  const [first = "", ...rest] = letter.toUpperCase();
  return first + rest.join("").toLowerCase();
};

/** The first letter of each word in upper case, the others in lower case. */
export function titleCase(value: string): string {
  let inWord = false;
  return [...value]
    .map((character) => {
      const cased = CASED.test(character) && character.toLowerCase() !== character.toUpperCase();
      const result = !cased ? character : inWord ? character.toLowerCase() : upperFirst(character);
      inWord = cased;
      return result;
    })
    .join("");
}

export function capitalize(value: string): string {
  const [first = "", ...rest] = value;
  return upperFirst(first) + rest.join("").toLowerCase();
}

export function strip(value: string, characters: unknown, sides: "both" | "left" | "right" = "both"): string {
  const set = characters === undefined || characters === null ? undefined : [...text(characters, "strip arg")];
  const drop = (character: string): boolean => (set === undefined ? isSpace(character) : set.includes(character));
  const list = [...value];
  let start = 0;
  let end = list.length;
  if (sides !== "right") while (start < end && drop(list[start]!)) start++;
  if (sides !== "left") while (end > start && drop(list[end - 1]!)) end--;
  return list.slice(start, end).join("");
}

export function center(value: string, width: number, fill = " "): string {
  const missing = Math.max(0, width - [...value].length);
  // Python puts the odd one to the left, if the width is odd.
  const left = Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(left) + value + fill.repeat(missing - left);
}

export function split(value: string, separator: unknown, limit: number): string[] {
  if (separator === undefined || separator === null) {
    const words = [...value.matchAll(WORDS)];
    if (limit < 0 || words.length <= limit) return words.map(([word]) => word);
    const head = words.slice(0, limit).map(([word]) => word);
    return [...head, strip(value.slice(words[limit]!.index), undefined, "right")];
  }
  const by = text(separator, "sep");
  if (by === "") throw new ValueProblem("empty separator");
  const parts = value.split(by);
  return limit < 0 || parts.length <= limit + 1 ? parts : [...parts.slice(0, limit), parts.slice(limit).join(by)];
}

export function splitRight(value: string, separator: unknown, limit: number): string[] {
  if (limit < 0) return split(value, separator, -1);
  const reverse = (part: string): string => [...part].reverse().join("");
  const by = separator === undefined || separator === null ? separator : reverse(text(separator, "sep"));
  return split(reverse(value), by, limit).map(reverse).reverse();
}

export function splitLines(value: string, keep = false): string[] {
  const lines = value.match(LINES) ?? [];
  return keep ? lines : lines.map((line) => line.replace(LINE_END, ""));
}
