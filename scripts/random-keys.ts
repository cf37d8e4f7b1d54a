import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { FUNCTION_WORDS, rankedWords } from "../src/keys/grading/words/dictionary.ts";
import { formatOwnKey } from "../src/keys/own-key.ts";

/*
 * The usual generators of keys: none of what they make may be called weak. scripts/false-alarms.ts
 * tries a million of each.
 */

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = UPPER.toLowerCase();
const DIGITS = "0123456789";
const BASE32 = `${UPPER}234567`;
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const DJANGO = `${LOWER}${DIGITS}!@#$%^&*(-_=+)`;

const drawn = (alphabet: string, length: number): string =>
  Array.from({ length }, () => alphabet[randomInt(alphabet.length)]!).join("");

function base32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  return (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32[Number.parseInt(five.padEnd(5, "0"), 2)]!).join("");
}

/** Syllables, with a capital letter or a digit here and there, as the program pwgen writes. */
function pronounceable(length: number): string {
  let text = "";
  while (text.length < length) {
    const syllable =
      [
        "b",
        "c",
        "ch",
        "d",
        "f",
        "g",
        "gh",
        "h",
        "j",
        "k",
        "l",
        "m",
        "n",
        "ng",
        "p",
        "ph",
        "qu",
        "r",
        "s",
        "sh",
        "t",
        "th",
        "v",
        "w",
        "x",
        "y",
        "z",
      ][randomInt(27)]! + ["a", "ae", "ah", "ai", "e", "ee", "ei", "i", "ie", "o", "oh", "oo", "u"][randomInt(13)]!;
    text += randomInt(5) === 0 ? syllable.slice(0, 1).toUpperCase() + syllable.slice(1) : syllable;
    if (randomInt(10) < 3) text += String(randomInt(10));
  }
  return text.slice(0, length);
}

let longList: readonly string[] | undefined;

function words(count: number, separator: string): string {
  longList ??= rankedWords()
    .filter((word) => /^[a-z]{4,9}$/.test(word) && !FUNCTION_WORDS.has(word))
    .slice(0, 7776);
  const list = longList;
  return Array.from({ length: count }, () => list[randomInt(list.length)]!).join(separator);
}

/** A function for each generator that makes one key. */
export const GENERATORS: Readonly<Record<string, () => string | Uint8Array>> = {
  "openssl rand -hex 32": () => randomBytes(32).toString("hex"),
  "openssl rand -base64 32": () => randomBytes(32).toString("base64"),
  "token_urlsafe(32)": () => randomBytes(32).toString("base64url"),
  "token_urlsafe(16)": () => randomBytes(16).toString("base64url"),
  "uuid4 with dashes": () => randomUUID(),
  "uuid4 without dashes": () => randomUUID().replaceAll("-", ""),
  "nanoid()": () => drawn(`${UPPER}${LOWER}${DIGITS}_-`, 21),
  "base58 of 32 characters": () => drawn(BASE58, 32),
  "base32 of 16 bytes": () => base32(randomBytes(16)),
  "Django's 50 characters": () => drawn(DJANGO, 50),
  "Rails' 128 hexadecimal digits": () => randomBytes(64).toString("hex"),
  "Phoenix' 64 characters of base64": () => randomBytes(48).toString("base64"),
  "pwgen 40": () => pronounceable(40),
  "ten words of a long list": () => words(10, ["-", " ", "_", "."][randomInt(4)]!),
  "32 raw bytes": () => randomBytes(32),
  "40 digits": () => drawn(DIGITS, 40),
  "32 letters and digits": () => drawn(`${UPPER}${LOWER}${DIGITS}`, 32),
  "a key made here": () => formatOwnKey("lk1_", randomBytes(32)),
  "a key made here of 16 bytes": () => formatOwnKey("lk1_", randomBytes(16)),
};
