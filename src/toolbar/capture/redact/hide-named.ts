import { HIDDEN, type HiddenNames } from "./hidden-names.ts";

/*
 * Secrets in a text, by what stands before them. Everything is bounded, so that a hostile text
 * takes linear time.
 */

const SCHEME = /\b(Bearer|Basic|Digest|Negotiate)\s+[A-Za-z0-9+/_.~=-]{6,}/gi;
/** A search for each of these takes less time than one regular expression without case. */
const SCHEME_ENDS = ["earer ", "asic ", "igest ", "egotiate ", "EARER ", "ASIC ", "IGEST "] as const;
const PASSWORD_IN_ADDRESS = /(:\/\/[^\s/:@"'<>]{0,200}):[^\s/"'<>]{1,300}@/g;
/** In the address of a database, people write a slash in a password without encoding it. */
const PASSWORD_OF_SERVICE =
  /((?:postgres(?:ql)?|mysql|mariadb|mssql|mongodb(?:\+srv)?|rediss?|amqps?|smtps?|ldaps?):\/\/[^\s/:@"'<>]{0,200}):[^\s"'<>]{1,300}@/gi;

/**
 * What stands for a value that is hidden already, in quotes, in escaped quotes, or up to the next
 * space or bracket. A text may end within it.
 */
const VALUE =
  /\[[A-Za-z0-9][A-Za-z0-9 ]{2,40}\]|"(?:[^"\\]|\\[^])*(?:"|$)|'(?:[^'\\]|\\[^])*(?:'|$)|`(?:[^`\\]|\\[^])*(?:`|$)|\\{1,3}"[^"\\]{0,4000}(?:\\{1,3}")?|[^\s,;&}\])]+/y;
const PARAMETER_VALUE = /\[[A-Za-z0-9][A-Za-z0-9 ]{2,40}\]|[^&#\s"'<>\\]+/y;
/**
 * A name and its value in two members: `{ name: 'password', value: 'x' }`, as FormData is shown.
 */
const NAME_AND_VALUE =
  /((?:name|key|header)["']?\s{0,3}:\s{0,3}(["'])([\w$.-]{2,60})\2\s{0,3},\s{0,20}["']?value["']?\s{0,3}:\s{0,3})(?:"(?:[^"\\]|\\[^])*(?:"|$)|'(?:[^'\\]|\\[^])*(?:'|$)|\d{1,40})/g;
/** A name and its value in a list of two: `[ 'password', 'x' ]`, as entries are shown. */
const PAIR =
  /(\[\s{0,20}(["'])([\w$.-]{2,60})\2\s{0,3},\s{0,20})(?:"(?:[^"\\]|\\[^]){0,4000}"|'(?:[^'\\]|\\[^]){0,4000}')(?=\s{0,20}\])/g;
/** A part of an address, with an encoded "=" in it: "%3D", or "%253D" of an address in another. */
const COMPONENT = /[^\s"'<>/?&=;,#]+/g;
const ENCODED = /%(?:25){0,2}3d/i;
/** The longest name, and the most characters between it and its value. */
const LONGEST_NAME = 60;
const WIDEST_GAP = 9;

/** The text without values that a name, or another word before them, marks as secret. */
export function hideNamed(text: string, names: HiddenNames): string {
  let result = text;
  if (result.includes("@") && result.includes("://"))
    result = result.replace(PASSWORD_OF_SERVICE, `$1:${HIDDEN}@`).replace(PASSWORD_IN_ADDRESS, `$1:${HIDDEN}@`);
  if (SCHEME_ENDS.some((end) => result.includes(end))) result = result.replace(SCHEME, `$1 ${HIDDEN}`);
  if (result.includes("value") || result.includes("[")) result = hidePairs(result, names);
  if (result.includes(":") || result.includes("=")) result = hideValues(result, names);
  return ENCODED.test(result) ? result.replace(COMPONENT, (part) => hideEncoded(part, names)) : result;
}

function hidePairs(text: string, names: HiddenNames): string {
  const hide = (pair: string, before: string, _: string, name: string): string =>
    names.hides(name) ? before + HIDDEN : pair;
  return text.replace(NAME_AND_VALUE, hide).replace(PAIR, hide);
}

/** The query of an address that is a parameter of another one. */
function hideEncoded(component: string, names: HiddenNames): string {
  if (!ENCODED.test(component)) return component;
  let text = component;
  for (let times = 0; times < 3 && ENCODED.test(text); times++) text = decoded(text);
  const hidden = hideValues(text, names);
  return hidden === text ? component : hidden;
}

function decoded(text: string): string {
  // One byte after the other: a part that is cut off or no UTF-8 must not hide the rest.
  return text.replaceAll(/%([0-7][0-9A-F])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Looks at each `:` and `=`: whether a name before it hides the value behind it. */
function hideValues(text: string, names: HiddenNames): string {
  let result = "";
  let done = 0;
  for (let at = 0; at < text.length; at++) {
    const mark = text.charCodeAt(at);
    if (mark !== COLON && mark !== EQUALS) continue;
    // A time, or a line and a column of a stack.
    if (mark === COLON && isDigit(text.charCodeAt(at - 1)) && isDigit(text.charCodeAt(at + 1))) continue;
    const start = valueStart(text, at);
    const end = endOfHidden(text, { at, from: done, start, isParameter: mark === EQUALS && start === at + 1 }, names);
    if (end === undefined) continue;
    result += text.slice(done, start) + HIDDEN;
    done = end;
    at = end - 1;
  }
  return done === 0 ? text : result + text.slice(done);
}

interface Pair {
  /** Where the `:` or `=` is. */
  readonly at: number;
  /** What is before it was dealt with. */
  readonly from: number;
  /** Where the value begins. */
  readonly start: number;
  /** Whether the value stands right behind an `=`, as in an address. */
  readonly isParameter: boolean;
}

/** Where the value of a pair ends, if its name hides it. */
function endOfHidden(text: string, { at, from, start, isParameter }: Pair, names: HiddenNames): number | undefined {
  const { name, before, isQuoted } = nameBefore(text, at, from);
  if (name === "") return undefined;
  // A file and its line: "auth/token.ts:31".
  if (isDigit(text.charCodeAt(at + 1)) && /\.[a-z]{1,4}$/.test(name)) return undefined;
  const isInQuery = isParameter && QUERY_MARKS.has(before);
  if (isInQuery ? names.hidesInQuery(name) : names.hidesInText(name))
    return matchEnd(isInQuery ? PARAMETER_VALUE : VALUE, text, start);
  // Other hidden names are everyday words, so they count only in what looks like an object.
  if (!(isQuoted || MEMBER_MARKS.has(before)) || !names.hides(name)) return undefined;
  const end = matchEnd(VALUE, text, start);
  // "?" stands for a value in a statement of MongoDB.
  return end !== undefined && /^(?:true|false|null|undefined|"\?")$/.test(text.slice(start, end)) ? undefined : end;
}

interface NameBefore {
  readonly name: string;
  /** The last character before the name that is not a space or a quote; "" at the beginning. */
  readonly before: string;
  readonly isQuoted: boolean;
}

/** The name that stands before a position, with or without quotes around it. */
function nameBefore(text: string, at: number, from: number): NameBefore {
  let end = at;
  const least = Math.max(from, at - LONGEST_NAME - WIDEST_GAP);
  while (end > least && isSpace(text.charCodeAt(end - 1))) end--;
  const isQuoted = end > least && isQuote(text.charCodeAt(end - 1));
  if (isQuoted) end--;
  while (end > least && text.charCodeAt(end - 1) === BACKSLASH) end--;
  let start = end;
  while (start > least && isNameCharacter(text.charCodeAt(start - 1))) start--;
  let outside = start;
  while (outside > least && (isQuote(text.charCodeAt(outside - 1)) || text.charCodeAt(outside - 1) === BACKSLASH))
    outside--;
  // A line break counts as a mark, and other spaces do not.
  while (outside > least && text.charCodeAt(outside - 1) === SPACE) outside--;
  return { name: text.slice(start, end), before: outside === 0 ? "" : text[outside - 1]!, isQuoted };
}

/** Behind the mark: an arrow, as console.log shows a Map, and spaces. */
function valueStart(text: string, at: number): number {
  let start = at + 1;
  if (text[start] === ">") start++;
  const most = start + 5;
  while (start < most && isSpace(text.charCodeAt(start))) start++;
  return start;
}

function matchEnd(pattern: RegExp, text: string, start: number): number | undefined {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

const COLON = 58;
const EQUALS = 61;
const BACKSLASH = 92;
const SPACE = 32;
const QUERY_MARKS: ReadonlySet<string> = new Set(["?", "&", "#", ";"]);
const MEMBER_MARKS: ReadonlySet<string> = new Set(["{", ",", "[", "(", "\n"]);

function isSpace(code: number): boolean {
  return code === SPACE || (code >= 9 && code <= 13);
}

function isQuote(code: number): boolean {
  return code === 34 || code === 39;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Letters, digits, and `_`, `$`, `.`, `-`. */
function isNameCharacter(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    isDigit(code) ||
    code === 95 ||
    code === 36 ||
    code === 46 ||
    code === 45
  );
}
