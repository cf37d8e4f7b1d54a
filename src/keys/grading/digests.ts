import { rankedWords } from "./words/dictionary.ts";
import { digestOf } from "./known/digest-of.ts";
import { COMMON_PASSWORDS, COMMON_WORDS, PLACEHOLDER_WORDS } from "./words/words.ts";

/*
 * Digests of words look random, and attackers try them right after the words themselves. All
 * digests that a program would try in the first minute are made once, when the first key that can
 * be a digest is graded: some 60,000 digests in less than a tenth of a second.
 */

/** The bytes of each digest. The first one of a size is the usual one. */
const SIZES: Readonly<Record<string, number>> = {
  md5: 16,
  sha1: 20,
  sha224: 28,
  sha256: 32,
  sha384: 48,
  sha512: 64,
  ripemd160: 20,
  "sha3-224": 28,
  "sha3-256": 32,
  "sha512-256": 32,
  blake2s256: 32,
  "sha3-384": 48,
  "sha3-512": 64,
  blake2b512: 64,
};
/**
 * The digests that are tried with all texts. The others are tried only with the plainest words.
 */
const USUAL = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];
/** The digests that people cut to the length that they need. */
const CUT = ["sha1", "sha224", "sha256", "sha384", "sha512", "sha3-256"];
const SHORTEST = 12;
const LONGEST = 64;
const PREFIX_BYTES = 6;

type Extent = "usual" | "plain";
const tables = new Map<string, Float64Array>();

/**
 * Whether these bytes are the digest of a common word, of a placeholder, or of such a digest, whole
 * or cut off.
 */
export function isDigestOfWord(bytes: Uint8Array): boolean {
  if (bytes.length < SHORTEST || bytes.length > LONGEST) return false;
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readUIntBE(0, PREFIX_BYTES);
  return Object.entries(SIZES).some(([digest, size]) => {
    if (size === bytes.length) return has(table(digest, USUAL.includes(digest) ? "usual" : "plain"), start);
    return size > bytes.length && CUT.includes(digest) && has(table(digest, "plain"), start);
  });
}

/** The first bytes of the digests as numbers, sorted. */
function table(digest: string, extent: Extent): Float64Array {
  const name = `${digest} ${extent}`;
  const known = tables.get(name);
  if (known !== undefined) return known;
  const inputs = extent === "usual" ? [...plainTexts(), ...usualTexts(), ...digestsInHex()] : plainTexts();
  const found = new Float64Array(inputs.length);
  try {
    for (let index = 0; index < inputs.length; index++)
      found[index] = numberOf(digestOf(digest, inputs[index]!, "latin1"));
  } catch {
    // This runtime does not have the digest.
  }
  found.sort();
  tables.set(name, found);
  return found;
}

function has(sorted: Float64Array, wanted: number): boolean {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] === wanted) return true;
    if (sorted[middle]! < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

/** The first bytes, as a number. */
function numberOf(digest: string): number {
  let number = 0;
  for (let index = 0; index < PREFIX_BYTES; index++) number = number * 256 + digest.charCodeAt(index);
  return number;
}

let inner: readonly string[] | undefined;

function digestsInHex(): readonly string[] {
  inner ??= USUAL.flatMap((digest) => ["", ...core()].map((word) => digestOf(digest, word, "hex")));
  return inner;
}

function core(): readonly string[] {
  return [...new Set([...PLACEHOLDER_WORDS, ...COMMON_WORDS, ...COMMON_PASSWORDS])];
}

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

const MOST_RANKED = 4000;
let plain: readonly string[] | undefined;
let usual: readonly string[] | undefined;

/** The usual input of digests: words as they are written, and with a newline as `echo` adds it. */
function plainTexts(): readonly string[] {
  plain ??= ["", "\n", ...core().flatMap((word) => [word, `${word}\n`, capital(word)])];
  return plain;
}

/**
 * The same words followed by a digit or a sign, and phrases. Some words occur twice: removing
 * duplicates takes longer than computing their digests.
 */
function usualTexts(): readonly string[] {
  if (usual !== undefined) return usual;
  const texts = phrases();
  for (const word of core()) {
    const upper = word.toUpperCase();
    const first = capital(word);
    texts.push(`${word}\r\n`, `${first}\n`, upper, `${upper}\n`, `${word}!`, `${word}!\n`, `${word}1\n`, `${word}123`);
    texts.push(`${first}1`, `${first}!`, `${first}123`);
    for (let digit = 0; digit < 10; digit++) texts.push(`${word}${digit}`);
  }
  for (const word of rankedWords().slice(0, MOST_RANKED)) texts.push(word, `${word}\n`);
  usual = texts;
  return usual;
}

/** "my-secret-key" and similar phrases. */
function phrases(): string[] {
  const [who, how, what] = [
    [
      "",
      "my",
      "your",
      "the",
      "our",
      "app",
      "jwt",
      "session",
      "flask",
      "django",
      "test",
      "dev",
      "this-is-my",
      "change-this",
    ],
    ["", "secret", "super-secret", "private", "very-secret", "secure", "random", "default", "production"],
    ["key", "secret", "token", "password", "salt", "string", "phrase"],
  ];
  return who.flatMap((first) =>
    how.flatMap((second) =>
      what.flatMap((third) => {
        const words = [first, second, third]
          .join("-")
          .split("-")
          .filter((word) => word !== "");
        return ["", "_", "-", " "].flatMap((sign) => [words.join(sign), `${words.join(sign)}\n`]);
      }),
    ),
  );
}
