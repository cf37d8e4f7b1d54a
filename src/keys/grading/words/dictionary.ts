import { lateModule } from "../../../late-module.ts";
import { COMMON_PASSWORDS, COMMON_WORDS, PLACEHOLDER_WORDS } from "./words.ts";
import { WORD_LIST } from "./word-list.ts";

const zlib = lateModule("node:zlib");

/** A word that an attacker tries. */
export interface DictionaryWord {
  readonly text: string;
  readonly kind: "placeholder" | "word";
  /** About log2 of the number of words that an attacker tries before it. */
  readonly bits: number;
}

/**
 * The function words of a sentence. A passphrase from a list has few of them, and a quotation has
 * many.
 */
export const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  `a an the i you he she it we they me him her us them my your his its our their this that these those is am are was were be been being
  have has had do does did will would shall should can could may might must not no nor or and but if then than so as at by for from in into
  of off on onto out over to up upon with without about after before all any both each every some such too very just only when where which
  who whom what why how there here again once more most go get got let like de la le el en un una que et les des der die das und ist ein`
    .split(/\s+/)
    .filter((word) => word !== ""),
);

/** Words after this rank are too many to be cheap. */
const COMMONEST = 300;
const BITS_OF_A_RARE_WORD = 13.5;
const SHORTEST_RARE_WORD = 4;

let ranked: readonly string[] | undefined;
let dictionary: Dictionary | undefined;

/**
 * About sixteen thousand English words, names and passwords, the most common first. Unpacked on
 * first use.
 */
export function rankedWords(): readonly string[] {
  ranked ??= zlib().brotliDecompressSync(Buffer.from(WORD_LIST, "base64")).toString("latin1").split("\n");
  return ranked;
}

/** The character codes of a text. */
export function codesOf(text: string): Uint16Array {
  const codes = new Uint16Array(text.length);
  for (let at = 0; at < text.length; at++) codes[at] = text.charCodeAt(at);
  return codes;
}

/** The words at this position of a text, which is given as character codes. */
export function wordsAt(text: Uint16Array, at: number): readonly DictionaryWord[] {
  dictionary ??= index();
  const { texts, heads, others } = dictionary;
  let found: DictionaryWord[] | undefined;
  for (let word = heads[startOf(text[at]!, text[at + 1], text[at + 2])]!; word !== NONE; word = others[word]!)
    if (stands(texts[word]!, text, at)) (found ??= []).push(withCost(texts[word]!, word));
  return found ?? NOTHING;
}

/** Whether this is a word of the dictionary or of placeholders. */
export function isWord(text: string): boolean {
  return wordsAt(codesOf(text), 0).some((word) => word.text === text);
}

const NOTHING: readonly DictionaryWord[] = [];
const NONE = -1;
const BUCKETS = 2 ** 14;

/**
 * All words, in chains of words that begin alike. Two arrays of numbers are built in a third of the
 * time of a Map of lists, and a server waits for them at its start.
 */
interface Dictionary {
  readonly texts: readonly string[];
  /** The last word of each chain. */
  readonly heads: Int32Array;
  /** The previous word in the chain of each word. */
  readonly others: Int32Array;
}

function index(): Dictionary {
  const texts = [...PLACEHOLDER_WORDS, ...COMMON_WORDS, ...COMMON_PASSWORDS, ...rankedWords()];
  const heads = new Int32Array(BUCKETS).fill(NONE);
  const others = new Int32Array(texts.length);
  const passwords = new Set(COMMON_PASSWORDS);
  for (let word = 0; word < texts.length; word++) {
    const text = texts[word]!;
    const isRare = word >= FIRST_RANKED + COMMONEST;
    // A word that is also a password has the cost of the password.
    if (isRare ? text.length < SHORTEST_RARE_WORD : word >= FIRST_RANKED && passwords.has(text)) continue;
    const bucket = startOf(text.charCodeAt(0), text.charCodeAt(1), text.charCodeAt(2));
    others[word] = heads[bucket]!;
    heads[bucket] = word;
  }
  return { texts, heads, others };
}

const FIRST_COMMON = PLACEHOLDER_WORDS.length;
const FIRST_PASSWORD = FIRST_COMMON + COMMON_WORDS.length;
const FIRST_RANKED = FIRST_PASSWORD + COMMON_PASSWORDS.length;

/** A word with its cost, which depends on its position in the dictionary. */
function withCost(text: string, word: number): DictionaryWord {
  if (word < FIRST_COMMON) return { text, kind: "placeholder", bits: 9 };
  if (word < FIRST_PASSWORD) return { text, kind: "word", bits: 10 };
  if (word < FIRST_RANKED) return { text, kind: "word", bits: 12 };
  return { text, kind: "word", bits: word < FIRST_RANKED + COMMONEST ? 10 : BITS_OF_A_RARE_WORD };
}

/**
 * The chain of words with these first three characters, and of a few others. The missing characters
 * of a short word count as 0.
 */
function startOf(first: number, second: number | undefined, third: number | undefined): number {
  return ((first << 10) ^ ((second ?? 0) << 5) ^ (third ?? 0)) & (BUCKETS - 1);
}

function stands(word: string, text: Uint16Array, at: number): boolean {
  for (let index = 0; index < word.length; index++) if (word.charCodeAt(index) !== text[at + index]) return false;
  return true;
}
