import { brotliDecompressSync } from "node:zlib";
import { COMMON_PASSWORDS, COMMON_WORDS, PLACEHOLDER_WORDS } from "./words.ts";
import { WORD_LIST } from "./word-list.ts";

/** A word that somebody who guesses tries. */
export interface DictionaryWord {
  readonly text: string;
  readonly kind: "placeholder" | "word";
  /** About log2 of the number of words that are tried before it. */
  readonly bits: number;
}

/** The words that glue a sentence together. A list for passphrases has few of them, a quotation is full of them. */
export const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  `a an the i you he she it we they me him her us them my your his its our their this that these those is am are was were be been being
  have has had do does did will would shall should can could may might must not no nor or and but if then than so as at by for from in into
  of off on onto out over to up upon with without about after before all any both each every some such too very just only when where which
  who whom what why how there here again once more most go get got let like de la le el en un una que et les des der die das und ist ein`
    .split(/\s+/)
    .filter((word) => word !== ""),
);

/** Ranks from which on words are too many to be cheap. */
const COMMONEST = 300;
const BITS_OF_A_RARE_WORD = 13.5;
const SHORTEST_RARE_WORD = 4;

let ranked: readonly string[] | undefined;
let starts: ReadonlyMap<number, readonly DictionaryWord[]> | undefined;

/** Some sixteen thousand words and names of English and passwords, the most common first. Unpacked when first asked for. */
export function rankedWords(): readonly string[] {
  ranked ??= brotliDecompressSync(Buffer.from(WORD_LIST, "base64")).toString("latin1").split("\n");
  return ranked;
}

/** The words that the text holds at this place. */
export function wordsAt(text: string, at: number): readonly DictionaryWord[] {
  starts ??= index();
  const candidates = starts.get(startOf(text, at));
  if (candidates === undefined) return NOTHING;
  let found: DictionaryWord[] | undefined;
  for (const word of candidates) if (stands(word.text, text, at)) (found ??= []).push(word);
  return found ?? NOTHING;
}

/** Whether this is a word of the dictionary, or of those that stand where a key should be put. */
export function isWord(text: string): boolean {
  return wordsAt(text, 0).some((word) => word.text === text);
}

const NOTHING: readonly DictionaryWord[] = [];

/** The first characters of a word as a number: cut out as a text they took a sixth of the time of a grade. */
function startOf(text: string, at: number): number {
  let start = 0;
  // Words are ASCII. Behind the end of the text there is zero, for words that are shorter.
  for (let index = at; index < at + 3; index++) start = start * 256 + (index < text.length ? (text.charCodeAt(index) & 0xff) + 1 : 0);
  return start;
}

function stands(word: string, text: string, at: number): boolean {
  for (let index = 0; index < word.length; index++) if (word.charCodeAt(index) !== text.charCodeAt(at + index)) return false;
  return true;
}

function index(): ReadonlyMap<number, readonly DictionaryWord[]> {
  const found = new Map<number, DictionaryWord[]>();
  const known = new Set<string>();
  const add = (text: string, kind: DictionaryWord["kind"], bits: number): void => {
    if (known.has(text)) return;
    known.add(text);
    const start = startOf(text, 0);
    const others = found.get(start);
    if (others === undefined) found.set(start, [{ text, kind, bits }]);
    else others.push({ text, kind, bits });
  };
  for (const text of PLACEHOLDER_WORDS) add(text, "placeholder", 9);
  for (const text of COMMON_WORDS) add(text, "word", 10);
  for (const text of COMMON_PASSWORDS) add(text, "word", 12);
  for (const [rank, text] of rankedWords().entries()) {
    if (rank < COMMONEST) add(text, "word", 10);
    else if (text.length >= SHORTEST_RARE_WORD) add(text, "word", BITS_OF_A_RARE_WORD);
  }
  return found;
}
