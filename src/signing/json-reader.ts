import { BadPayload } from "../errors.ts";
import { formatNumber } from "./float.ts";
import { rememberNumber } from "./number-sources.ts";
import { hasEscapedName, parseJson, type Reviver } from "./parse-json.ts";

/**
 * How deep arrays and objects may be nested. Python's own limit is a few hundred levels, lower than
 * V8's.
 */
export const MAX_NESTING = 100;
/** Python refuses to read integers of more digits (`sys.int_info.default_max_str_digits`). */
const MAX_DIGITS = 4300;

// A number, in a string or not, that JSON.parse alone would not return unchanged: a float, or 16
// and more digits.
const SPECIAL_NUMBER = /(?:^|[\s:,[])-?(?:\d+[.eE]|\d{16})/;
// Matches strings, to skip them, and the constants on their own: -NaN and Infinity5 are not
// constants. A string without an end is skipped as well. Otherwise the search would start again at
// each of its quotation marks, and a hostile text would take seconds.
const CONSTANT = /"[^"\\]*(?:\\.?[^"\\]*)*(?:"|$)|(?<![\w.+-])(?:NaN|-?Infinity)(?![\w.+-])/gs;

/**
 * The value of a JSON text as Python's `json.loads` reads it: NaN and Infinity are numbers,
 * integers beyond 2^53 are exact (BigInt), `__proto__` is an ordinary member, and of two members
 * with the same name the last one wins. Ordinary texts go through `JSON.parse` alone.
 *
 * @throws BadPayload if it is not JSON, is nested deeper than 100 levels, or holds an integer of
 *   more than 4,300 digits.
 */
export function readJson(text: string): unknown {
  if (isTooDeep(text)) throw new BadPayload(`The payload is nested deeper than ${MAX_NESTING} levels.`);
  try {
    const isEscaped = hasEscapedName(text);
    return isEscaped || SPECIAL_NUMBER.test(text) ? readExactly(text, isEscaped) : (JSON.parse(text) as unknown);
  } catch (error) {
    if (error instanceof BadPayload) throw error;
    // The message of JSON.parse quotes the text, so it is not passed on as the cause.
    if (text.includes("NaN") || text.includes("Infinity")) return readExactly(text, hasEscapedName(text));
    throw new BadPayload("The payload is not JSON.");
  }
}

type ExactParse = (text: string, reviver: Reviver) => unknown;

/**
 * Reads the text and the spelling of each number (JSON.parse source text access, in Node since 21).
 *
 * @param isEscaped whether a name in it has an escape.
 */
function readExactly(text: string, isEscaped: boolean): unknown {
  // A literal that does not occur in the text replaces NaN, which JSON.parse does not know.
  let notANumber = "1e999999";
  while (text.includes(notANumber)) notANumber += notANumber.slice(2);
  const plain = text.replace(CONSTANT, (token) => {
    if (token.startsWith('"')) return token;
    if (token === "NaN") return notANumber;
    return token === "Infinity" ? "1e999" : "-1e999";
  });
  try {
    const parse = isEscaped ? parseJson : (JSON.parse as ExactParse);
    return parse(plain, function revive(key, value, { source }) {
      if (typeof value !== "number" || source === undefined) return value;
      if (source === notANumber) return Number.NaN;
      if (!/[.eE]/.test(source)) return Number.isSafeInteger(value) ? value : exactInteger(source);
      if (Number.isFinite(value) && formatNumber(value) !== source) rememberNumber(this, key, value, source);
      return value;
    });
  } catch (error) {
    throw error instanceof BadPayload ? error : new BadPayload("The payload is not JSON.");
  }
}

function exactInteger(digits: string): bigint {
  if (digits.length > MAX_DIGITS + (digits.startsWith("-") ? 1 : 0)) {
    throw new BadPayload(`The payload holds an integer of more than ${MAX_DIGITS} digits.`);
  }
  return BigInt(digits);
}

function isTooDeep(text: string): boolean {
  // A text needs at least one bracket per level. Most texts have far fewer than a hundred, so there
  // is nothing to check.
  if (
    text.length <= 2 * MAX_NESTING ||
    countUpTo(text, "[", MAX_NESTING) + countUpTo(text, "{", MAX_NESTING) <= MAX_NESTING
  )
    return false;
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '"') {
      index = endOfString(text, index);
    } else if (character === "[" || character === "{") {
      if (++depth > MAX_NESTING) return true;
    } else if (character === "]" || character === "}") {
      depth--;
    }
  }
  return false;
}

function countUpTo(text: string, character: string, limit: number): number {
  let count = 0;
  for (let index = text.indexOf(character); index !== -1 && count <= limit; index = text.indexOf(character, index + 1))
    count++;
  return count;
}

/** The index of the quotation mark that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === "\\" ? 2 : 1;
  return index;
}
