import { unixNow } from "../../clock.ts";
import { estimateText } from "./estimate.ts";
import { finding, type KeyFinding } from "./findings.ts";
import { parseOwnKey, USUAL_CHARACTERS } from "../own-key.ts";
import { DEVELOPMENT_KEY_PREFIX, INSECURE_PREFIXES } from "../prefixes.ts";
import type { Estimate } from "./shortest-way.ts";

/*
 * Recognises the text of a key: the name of a variable, a printed object, a date, a UUID, something
 * encoded.
 */

const HMAC_BLOCK_BYTES = 64;

/** Version 4 of RFC 9562, with or without dashes. */
const RANDOM_UUID = /^[0-9a-f]{8}(-?)[0-9a-f]{4}(?:\1)4[0-9a-f]{3}\1[89ab][0-9a-f]{3}\1[0-9a-f]{12}$/i;
/** The random bits of a UUID of version 4. */
export const BITS_OF_A_UUID = 122;
/** All other versions are made from a clock, an address or a name. */
const OTHER_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const BITS_OF_OTHER_UUIDS = 60;
/** Version 7 of RFC 9562 has 74 random bits after its clock of milliseconds. A ULID has 80. */
const BITS_OF_A_UUID_7 = 74;
const BITS_OF_A_ULID = 80;
const BARE_UUID_7 = /^([0-9a-f]{12})7[0-9a-f]{3}[89ab][0-9a-f]{15}$/i;
/**
 * Version 1 without dashes: a clock, then the address of a network card. One random text of 32
 * digits in 15,000 looks like it. So only addresses of common makers count: those of containers and
 * virtual machines.
 */
const BARE_UUID_1 =
  /^(?=.{32}$)[0-9a-f]{12}1[01][0-9a-f]{2}[89ab][0-9a-f]{3}(?:0242|02420a|acde48|525400|080027|005056|000c29|00163e|00155d|0003ff|0050f2)[0-9a-f]+$/i;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** RFC 9562 is from May 2024, and ULIDs are from 2016. */
const FIRST_UUID_7 = Date.UTC(2024, 4, 1);
const FIRST_ULID = Date.UTC(2016, 0, 1);
const DAY = 86_400_000;

/**
 * Names of variables, placeholders of a template, shell commands, code, addresses. A random key may
 * begin with "$(" and end with ")", so the text between must begin with the name of a command.
 */
const VARIABLE =
  /^\$\{[^}]*\}$|\$\{[A-Za-z_][\w.:-]*\}|^\$\(\s*[\w./~-]+(?:[\s|;<].*)?\)$|^\$[A-Za-z_]\w*$|^\{\{.*\}\}$|^\{%.*%\}$|^%[A-Za-z_]\w*%$|^<[^<>]*>$|^\[[A-Za-z _-]*\]$|^(?:process\.env|import\.meta\.env|os\.environ|os\.getenv|getenv|env|config)\b\s*[.[(]|^(?:file|vault|op|ref|arn|secretsmanager|ssm|awskms|gcpkms):/;
/**
 * Printed values. A passphrase may begin with the word "function" or "class", so code must have its
 * braces.
 */
const STRINGIFIED =
  /^(?:undefined|null|NaN|None|nil|true|false|\[object \w+\]|\[SecretKey\]|\[KeyRing\]|<Buffer [0-9a-f .]*>|(?:async )?function\b[^(]*\(.*|(?:async )?\([^)]*\)\s*=>.*|class \w[^{]*\{.*)$/s;
const ENCODED =
  /^(?:base64:|hex:|0x[0-9a-f]+$|b?'.*'$|b?".*"$)|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|%[0-9A-F]{2}%[0-9A-F]{2}/i;
/**
 * Seconds, milliseconds, microseconds or nanoseconds since 1970, for the years 2001 to 2096, or a
 * date in ISO 8601.
 */
const CLOCK =
  /^(?:[1-3]\d{9}(?:\d{3}){0,3}(?:\.\d+)?|(?:19|20)\d\d-?[01]\d-?[0-3]\d(?:[T _-]?[0-2]\d[:h-]?[0-5]\d(?:[:m-]?[0-5]\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .{0,12}(?:19|20)\d\d.{0,60})$/;

/** Findings that depend on the wording, regardless of the estimate. */
export function findingsOfText(text: string): KeyFinding[] {
  const trimmed = text.trim();
  const found: KeyFinding[] = [];
  if (STRINGIFIED.test(trimmed)) found.push(finding("stringified_object"));
  else if (VARIABLE.test(trimmed)) found.push(finding("unresolved_variable"));
  const lower = trimmed.toLowerCase();
  const mistyped = mistypedKey(trimmed);
  if (mistyped !== undefined) found.push(mistyped);
  if (trimmed.startsWith(DEVELOPMENT_KEY_PREFIX)) found.push(finding("development_key"));
  if (INSECURE_PREFIXES.some((prefix) => lower.startsWith(prefix))) found.push(finding("insecure_prefix"));
  if (CLOCK.test(trimmed)) found.push(finding("clock_seeded"));
  return found;
}

/** A text that only begins like a key that was made here. */
function mistypedKey(text: string): KeyFinding | undefined {
  const own = parseOwnKey(text);
  if (own === undefined || own.random !== undefined) return undefined;
  const characters = text.length - own.prefix.length;
  const length =
    characters === USUAL_CHARACTERS
      ? ""
      : ` It has ${characters} characters after the prefix, and a key of the usual size has ${USUAL_CHARACTERS}.`;
  return finding(
    "checksum_mismatch",
    `The key begins with ${own.prefix}, but its checksum does not fit: it was cut or mistyped.${length}`,
  );
}

/** Whether the text is a key of 32 random bytes that was made here. */
export function isOwnKey(text: string): boolean {
  return parseOwnKey(text)?.random?.length === 32;
}

/**
 * Estimates a key without its fixed prefix, which every attacker knows, and without its checksum,
 * which every attacker can compute.
 */
export function estimateKeyText(text: string): Estimate {
  const random = parseOwnKey(text)?.random;
  if (random !== undefined) {
    const { bits, shares } = estimateText(random.toString("base64url"), true);
    // The last character may hold fewer bits than the others, because whole bytes were encoded.
    return { bits: Math.min(bits, random.length * 8), shares };
  }
  const prefix = INSECURE_PREFIXES.find((prefix) => text.startsWith(prefix));
  // The dashes of a UUID carry no information, and would make its digits look like base64.
  const body = RANDOM_UUID.test(text) ? text.replaceAll("-", "") : text;
  const estimate = estimateText(prefix === undefined ? body : body.slice(prefix.length));
  return { bits: Math.min(estimate.bits, bitsOfAnId(text)), shares: estimate.shares };
}

/** The random bits of identifiers that contain a clock or fixed digits. */
function bitsOfAnId(text: string): number {
  if (RANDOM_UUID.test(text)) return BITS_OF_A_UUID;
  const dashed = OTHER_UUID.exec(text);
  if (dashed !== null) return dashed[1] === "7" ? BITS_OF_A_UUID_7 : BITS_OF_OTHER_UUIDS;
  // Random digits look like a version 7 of recent years once in 200,000, because the clock has to
  // fit.
  const latest = unixNow() * 1000 + DAY;
  const seven = BARE_UUID_7.exec(text);
  if (seven !== null && isBetween(Number.parseInt(seven[1]!, 16), FIRST_UUID_7, latest)) return BITS_OF_A_UUID_7;
  if (BARE_UUID_1.test(text)) return BITS_OF_OTHER_UUIDS;
  if (ULID.test(text)) {
    const time = Array.from(text.slice(0, 10).toUpperCase()).reduce(
      (sum, digit) => sum * 32 + CROCKFORD.indexOf(digit),
      0,
    );
    if (isBetween(time, FIRST_ULID, latest)) return BITS_OF_A_ULID;
  }
  return Infinity;
}

function isBetween(time: number, first: number, last: number): boolean {
  return time >= first && time <= last;
}

/** Notes on a key that may well be good. */
export function notesOn(bytes: Uint8Array, text: string | undefined): KeyFinding[] {
  const found: KeyFinding[] = [];
  if (bytes.at(-1) === 0) found.push(finding("trailing_nul"));
  if (bytes.length > HMAC_BLOCK_BYTES) found.push(finding("longer_than_block"));
  if (text === undefined) return found;
  if (/^\s|\s$/.test(text)) found.push(finding("whitespace_edges"));
  // oxlint-disable-next-line no-control-regex -- all of ASCII is meant
  if (/[^\0-\x7f]/.test(text))
    found.push(
      finding("non_ascii", `The key holds characters outside ASCII. Its ${bytes.length} bytes of UTF-8 are the key.`),
    );
  if (ENCODED.test(text)) found.push(finding("looks_encoded"));
  return found;
}
