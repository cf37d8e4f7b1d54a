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
let starts: ReadonlyMap<string, readonly DictionaryWord[]> | undefined;

/** Some sixteen thousand words and names of English and passwords, the most common first. Unpacked when first asked for. */
export function rankedWords(): readonly string[] {
  ranked ??= brotliDecompressSync(Buffer.from(WORD_LIST, "base64")).toString("latin1").split("\n");
  return ranked;
}

/** The words that begin with these three characters. */
export function wordsThatStart(start: string): readonly DictionaryWord[] {
  starts ??= index();
  return starts.get(start) ?? [];
}

/** Whether this is a word of the dictionary, or of those that stand where a key should be put. */
export function isWord(text: string): boolean {
  return wordsThatStart(text.slice(0, 3)).some((word) => word.text === text);
}

function index(): ReadonlyMap<string, readonly DictionaryWord[]> {
  const found = new Map<string, DictionaryWord[]>();
  const known = new Set<string>();
  const add = (word: DictionaryWord): void => {
    if (known.has(word.text)) return;
    known.add(word.text);
    const start = word.text.slice(0, 3);
    const others = found.get(start);
    if (others === undefined) found.set(start, [word]);
    else others.push(word);
  };
  for (const text of PLACEHOLDER_WORDS) add({ text, kind: "placeholder", bits: 9 });
  for (const text of COMMON_WORDS) add({ text, kind: "word", bits: 10 });
  for (const text of COMMON_PASSWORDS) add({ text, kind: "word", bits: 12 });
  for (const [rank, text] of rankedWords().entries()) {
    if (rank < COMMONEST) add({ text, kind: "word", bits: 10 });
    else if (text.length >= SHORTEST_RARE_WORD) add({ text, kind: "word", bits: BITS_OF_A_RARE_WORD });
  }
  return found;
}
