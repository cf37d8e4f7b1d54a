import { lateModule } from "../../late-module.ts";
import { isWord } from "./words/dictionary.ts";
import { plainBits } from "./alphabets.ts";
import { BITS_OF_A_NANOID, ENOUGH_BITS, estimateText } from "./estimate.ts";
import { parseOwnKey } from "../own-key.ts";
import { DEVELOPMENT_KEY_PREFIX, INSECURE_PREFIXES, KEY_PREFIX } from "../prefixes.ts";

const buffer = lateModule("node:buffer");

/** One reading of a key: the key itself, or what is left after removing wrapping and encoding. */
export interface Layer {
  readonly bytes: Buffer;
  /** The bytes as text, if a person could have typed it. */
  readonly text: string | undefined;
  /**
   * Whether the key is certainly meant in this way. Then the layer is graded as a key. Any other
   * layer is only looked up in lists, because random characters can be read in several ways by
   * chance.
   */
  readonly isSure: boolean;
  /**
   * The bits of the text from which these bytes were read. Letters that are read as base64 make
   * bytes that are alike, however random the letters are. Infinity if there was no such text.
   */
  readonly room: number;
}

/** Enough for base64 of base64 in quotes after a name. */
const DEEPEST = 6;
const MOST = 48;
/** Words in the names of variables for keys, beside those of the dictionary. */
const NAME_WORDS: ReadonlySet<string> = new Set(
  "jwt api app url uri env nextauth auth rails django flask laravel symfony hmac aes csrf sso otp sha md5 id db ci cd dev prod".split(
    " ",
  ),
);
const KEY_WORD = /key|secret|salt|token|pass|seed|cookie|session|hmac|sign|encr/i;

/** All readings of a key, the key itself first. */
export function layersOf(key: Buffer, isText: boolean): readonly Layer[] {
  const found = new Map<string, Layer>();
  const add = (bytes: Buffer, isSure: boolean, room = Infinity, isKnownText = false): Layer | undefined => {
    const name = bytes.toString("latin1");
    const known = found.get(name);
    if (bytes.length === 0 || found.size >= MOST || (known !== undefined && (known.isSure || !isSure)))
      return undefined;
    const layer = { bytes, text: isKnownText ? bytes.toString("utf8") : textOf(bytes), isSure, room };
    found.set(name, layer);
    return layer;
  };
  const core = withoutEdges(key, isText || textOf(key) !== undefined);
  let fresh = [add(core, true, Infinity, isText)].filter((layer) => layer !== undefined);
  // Also with its edges: random bytes were published that begin or end with a newline's code, or
  // with a NUL.
  add(key, false, Infinity, isText);
  for (let depth = 0; depth < DEEPEST && fresh.length > 0; depth++) {
    fresh = fresh.flatMap(({ text }) => {
      if (text === undefined) return [];
      return [...unwrapped(text), ...decoded(text)]
        .map(({ bytes, isSure, room }) => add(withoutEdges(bytes, textOf(bytes) !== undefined), isSure, room))
        .filter((layer) => layer !== undefined);
    });
  }
  return [...found.values()];
}

type Inner = Pick<Layer, "bytes" | "isSure" | "room">;

/** The text without quotes, a name in front, a prefix, or a sign at the end. */
function* unwrapped(text: string): Generator<Inner> {
  const inner = (value: string, isSure: boolean): Inner => ({
    bytes: Buffer.from(value, "utf8"),
    isSure,
    room: plainBits(value),
  });
  const quoted = /^(?:[bBuUrR]{0,2})(["'`])(.*)\1$/s.exec(text);
  if (quoted !== null) yield inner(quoted[2]!, true);
  const ended = /^(.*?)\s*[,;]+$/s.exec(text);
  if (ended !== null) yield inner(ended[1]!, /^[\w+/=.-]*$|^[bBuUrR]{0,2}(["'`]).*\1$/s.test(ended[1]!));
  const own = parseOwnKey(text)?.random;
  // Without its checksum, the bytes of which are text only by chance.
  if (own !== undefined) yield inner(own.toString("base64url"), false);
  for (const prefix of [/^base64(?:url)?:/i, /^hex:/i, /^(?:0x|\\x)(?=[0-9a-f]+$)/i, ...KNOWN_PREFIXES])
    if (own === undefined && prefix.test(text)) yield inner(text.replace(prefix, ""), !text.startsWith(KEY_PREFIX));
  const named =
    /^\s*(?:(?:export|set|setenv|ENV|ARG|const|let|var|-e|-)\s+)?["']?([A-Za-z][\w.[\]"'-]{0,59}?)["']?\s*(?::=|=>|[:=])\s*(.+)$/s.exec(
      text,
    );
  if (named !== null && !/^[=:]*$/.test(named[2]!)) yield inner(named[2]!, isName(named[1]!));
  if (/%[0-9A-F]{2}/i.test(text)) {
    try {
      yield inner(decodeURIComponent(text), /^[\w.!~*'()%-]+$/.test(text));
    } catch {
      // A percent sign that encodes nothing.
    }
  }
  const half = Math.floor(text.length / 2);
  for (const gap of [0, 1])
    if (text.length % 2 === gap && half >= 4 && text.slice(0, half) === text.slice(half + gap))
      yield inner(text.slice(0, half), false);
}

const KNOWN_PREFIXES = [DEVELOPMENT_KEY_PREFIX, KEY_PREFIX, ...INSECURE_PREFIXES].map(
  (prefix) => new RegExp(`^${prefix}`, "i"),
);

/**
 * Whether this is the name of a variable that holds a key, made of words. Random characters before
 * "=" are not.
 */
function isName(name: string): boolean {
  const parts = name.split(/[_.[\]"'-]+|(?<=[a-z0-9])(?=[A-Z])/).filter((part) => part !== "");
  return (
    KEY_WORD.test(name) &&
    parts.every(
      (part) =>
        NAME_WORDS.has(part.toLowerCase()) || isWord(part.toLowerCase()) || /^\d{1,3}$/.test(part) || isGlued(part),
    )
  );
}

/** Two words without a sign between them, as in SECRETKEY. */
function isGlued(part: string): boolean {
  const lower = part.toLowerCase();
  for (let at = 3; at <= lower.length - 3; at++) if (isWord(lower.slice(0, at)) && isWord(lower.slice(at))) return true;
  return false;
}

const SURELY_HEX = 32;

/**
 * The bytes that the text encodes in hexadecimal, base64, base64url or base32. An incomplete end is
 * left out.
 */
function* decoded(text: string): Generator<Inner> {
  // The text after our own prefix is a layer by itself. With the prefix it encodes nothing.
  if (parseOwnKey(text) !== undefined) return;
  const digits = text.replaceAll(/(?<=[0-9a-f]{2})[:\s-](?=[0-9a-f]{2})/gi, "");
  if (/^[0-9a-f]{8,}$/i.test(digits)) {
    // The signs between pairs of digits carry no information.
    if (digits !== text) yield { bytes: Buffer.from(digits), isSure: true, room: plainBits(digits) };
    const bytes = Buffer.from(digits.slice(0, digits.length & ~1), "hex");
    yield innerOf(bytes, digits, /^\d*$/.test(digits) ? IN_DECIMALS : IN_BYTES);
    // This many random characters of base64 are all hexadecimal digits only once in 10^14. Reading
    // them as base64 too would cost as much as all other readings together.
    if (digits.length >= SURELY_HEX) return;
  }
  const base64 = text.replaceAll(/\s/g, "");
  if (/^[A-Za-z0-9+/_-]{8,}={0,2}$/.test(base64)) {
    const body = base64.replace(/=+$/, "");
    yield innerOf(Buffer.from(body.length % 4 === 1 ? body.slice(0, -1) : body, "base64"), body);
  }
  if (/^[A-Z2-7]{16,}=*$/i.test(text)) {
    const body = text.replace(/=+$/, "");
    yield innerOf(fromBase32(body.toUpperCase()), body);
  }
}

/** @param code what the bytes were read from, without what carries no information. */
function innerOf(bytes: Buffer, code: string, codes = IN_BYTES): Inner {
  const room = plainBits(code);
  return { bytes, isSure: isSurelyText(withoutEdges(bytes, true), room, codes), room };
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let value = 0;
  let bits = 0;
  for (const character of text) {
    value = ((value << 5) | BASE32.indexOf(character)) & 0xfff;
    bits += 5;
    if (bits >= 8) bytes.push((value >> (bits -= 8)) & 0xff);
  }
  return Buffer.from(bytes);
}

/** An ASCII text with fewer bits than this is taken as meant, even if chance could explain it. */
const EASY_TEXT_BITS = 96;

/** How random codes, each standing for one byte, turn out to be text. */
interface Codes {
  /** How many codes there are. */
  readonly all: number;
  /** How many of them are ASCII letters and digits. */
  readonly letters: number;
  /** How many of them are other ASCII characters that can be typed. */
  readonly signs: number;
  /** The chances that a code, with those after it, is a character of 2, 3 or 4 bytes in UTF-8. */
  readonly long: readonly number[];
  /** This many ASCII characters in a row are not a coincidence. */
  readonly enough: number;
  /** Nor is a text that random codes are only once in 2 to this power. */
  readonly rarely: number;
}
/** Random bytes are 16 characters of ASCII once in 5 million keys. */
const IN_BYTES: Codes = {
  all: 256,
  letters: 62,
  signs: 35,
  long: [(30 * 64) / 256 ** 2, (16 * 64 ** 2) / 256 ** 3, (5 * 64 ** 3) / 256 ** 4],
  enough: 16,
  // Sixteen random bytes have hundreds of ways to be such a text, together one in two million. One
  // in five of these texts is of one script.
  rarely: 26,
};
/**
 * Two decimal digits, read as hexadecimal, are mostly the code of a character. Forty random digits
 * were a text once in 77,000, but letters and digits alone once in 2 million.
 */
const IN_DECIMALS: Codes = { all: 100, letters: 48, signs: 12, long: [0, 0, 0], enough: Infinity, rarely: 21 };

/**
 * The scripts of keyboards, by their names in ISO 15924. Those of East Asia are written together.
 */
const SCRIPTS =
  "Latn Grek Cyrl Armn Geor Hebr Arab Ethi Deva Beng Guru Gujr Taml Telu Knda Mlym Sinh Thai Laoo Mymr Khmr Hani,Hira,Kana,Bopo,Hang";
let oneScript: RegExp | undefined;

/**
 * Whether a person may have typed this into one line: beside ASCII the letters of one script, signs
 * and emoji. Random bytes that are UTF-8 are mostly characters of several scripts, or of none.
 */
function isOfOneScript(text: string): boolean {
  const lettersOf = (names: string): string =>
    names
      .split(",")
      .map((name) => `\\p{sc=${name}}`)
      .join("");
  const lines = (): string[] => SCRIPTS.split(" ").map((names) => `[ -~${lettersOf("Zyyy,Zinh")}${lettersOf(names)}]*`);
  oneScript ??= new RegExp(`^(?:${lines().join("|")})$`, "u");
  return oneScript.test(text);
}

function isSurelyText(bytes: Buffer, room: number, codes: Codes): boolean {
  const text = textOf(bytes);
  if (text === undefined || text === "") return false;
  // Such a text is weak in any case, so there is no verdict that chance could spoil.
  if (room < ENOUGH_BITS && room !== BITS_OF_A_NANOID) return true;
  const isAscii = text.length === bytes.length;
  if (isAscii && (text.length >= codes.enough || estimateText(text).bits < EASY_TEXT_BITS)) return true;
  return isOfOneScript(text) && -log2Chance(text, codes) >= codes.rarely;
}

/** Log2 of the chance that random codes are a text with so many characters of each kind. */
function log2Chance(text: string, { all, letters, signs, long }: Codes): number {
  const characters = Array.from(text);
  const numbers = [0, 0, 0, 0, 0];
  for (const character of characters) numbers[/[A-Za-z0-9]/.test(character) ? 0 : Buffer.byteLength(character)]!++;
  const chances = [letters / all, signs / all, ...long];
  return numbers.reduce(
    (sum, number, kind) => sum + (number === 0 ? 0 : number * Math.log2(chances[kind]!) - log2Factorial(number)),
    log2Factorial(characters.length),
  );
}

function log2Factorial(number: number): number {
  let sum = 0;
  for (let factor = 2; factor <= number; factor++) sum += Math.log2(factor);
  return sum;
}

/** The bytes as text, if a person could have typed it. */
function textOf(bytes: Buffer): string | undefined {
  if (!buffer().isUtf8(bytes)) return undefined;
  const text = bytes.toString("utf8");
  // oxlint-disable-next-line no-control-regex -- control characters are meant
  return /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(text) ? undefined : text;
}

/**
 * Removes white space and NULs at the edges of a text, which an attacker need not guess. Of other
 * bytes it removes the NULs at the end, which HMAC adds anyway.
 */
function withoutEdges(bytes: Buffer, isText: boolean): Buffer {
  if (isText) {
    let start = 0;
    let end = bytes.length;
    while (start < end && isBlank(bytes[start]!)) start++;
    while (end > start && isBlank(bytes[end - 1]!)) end--;
    return bytes.subarray(start, end);
  }
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  // One random byte in 256 is a NUL. Two of them at the end are not a coincidence.
  return end >= bytes.length - 1 ? bytes : bytes.subarray(0, end);
}

function isBlank(byte: number): boolean {
  return byte === 0 || byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
