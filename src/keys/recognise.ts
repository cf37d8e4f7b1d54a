import { estimateText, type Estimate } from "./estimate.ts";
import { finding, type KeyFinding } from "./findings.ts";
import { DEVELOPMENT_KEY_PREFIX, INSECURE_PREFIXES, KEY_PREFIX } from "./prefixes.ts";

/*
 * What a key's text looks like: the name of a variable, a printed object, a date, a UUID, something encoded.
 */

/** Random bytes are the codes of a text by chance: 20 of them once in 2^28, and fewer of them as a text that is no easy one. */
const SURELY_TEXT_BYTES = 20;
const EASY_TEXT_BITS = 96;
const HMAC_BLOCK_BYTES = 64;

/** Version 4 of RFC 9562, with its dashes or without. */
const RANDOM_UUID = /^[0-9a-f]{8}(-?)[0-9a-f]{4}(?:\1)4[0-9a-f]{3}\1[89ab][0-9a-f]{3}\1[0-9a-f]{12}$/i;
/** What a random UUID carries. */
export const BITS_OF_A_UUID = 122;
/** All other versions are made of a clock, an address or a name. Without its dashes one cannot be told from random digits. */
const OTHER_UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const BITS_OF_OTHER_UUIDS = 60;

const OWN_KEY = new RegExp(`^(?:${KEY_PREFIX}|${DEVELOPMENT_KEY_PREFIX})([A-Za-z0-9_-]+)$`);

const VARIABLE =
  /^\$\{[^}]*\}$|\$\{[A-Za-z_][\w.:-]*\}|^\$\(.+\)$|^\$[A-Za-z_]\w*$|^\{\{.*\}\}$|^\{%.*%\}$|^%[A-Za-z_]\w*%$|^<[^<>]*>$|^\[[A-Za-z _-]*\]$|^(?:process\.env|import\.meta\.env|os\.environ|os\.getenv|getenv|env|config)\b\s*[.[(]|^(?:file|vault|op|ref|arn|secretsmanager|ssm|awskms|gcpkms):/;
const STRINGIFIED =
  /^(?:undefined|null|NaN|None|nil|true|false|\[object \w+\]|\[SecretKey\]|\[KeyRing\]|<Buffer [0-9a-f .]*>|(?:async )?function\b.*|(?:async )?\([^)]*\)\s*=>.*|class \w+.*)$/s;
const ENCODED = /^(?:base64:|hex:|0x[0-9a-f]+$|b?'.*'$|b?".*"$)|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|%[0-9A-F]{2}%[0-9A-F]{2}/i;
/** A count of seconds to nanoseconds since 1970, for the years 2001 to 2096; or a date in ISO 8601. */
const CLOCK =
  /^(?:[1-3]\d{9}(?:\d{3}){0,3}(?:\.\d+)?|(?:19|20)\d\d-?[01]\d-?[0-3]\d(?:[T _-]?[0-2]\d[:h-]?[0-5]\d(?:[:m-]?[0-5]\d(?:[.,]\d+)?)?)?(?:Z|[+-]\d\d:?\d\d)?)$/;

/** What the wording gives away, whatever the estimate. */
export function findingsOfText(text: string): KeyFinding[] {
  const trimmed = text.trim();
  const found: KeyFinding[] = [];
  if (STRINGIFIED.test(trimmed)) found.push(finding("stringified_object"));
  else if (VARIABLE.test(trimmed)) found.push(finding("unresolved_variable"));
  const lower = trimmed.toLowerCase();
  if (trimmed.startsWith(DEVELOPMENT_KEY_PREFIX)) found.push(finding("development_key"));
  if (INSECURE_PREFIXES.some((prefix) => lower.startsWith(prefix))) found.push(finding("insecure_prefix"));
  if (CLOCK.test(trimmed)) found.push(finding("clock_seeded"));
  return found;
}

/** A fixed beginning is known to all who guess, and our own says what follows. */
export function estimateKeyText(text: string): Estimate {
  const ours = OWN_KEY.exec(text);
  if (ours !== null) {
    const { bits, shares } = estimateText(ours[1]!, true);
    // The last character holds fewer bits than the others: whole bytes were encoded.
    return { bits: Math.min(bits, Math.floor((ours[1]!.length * 6) / 8) * 8), shares };
  }
  const prefix = INSECURE_PREFIXES.find((prefix) => text.startsWith(prefix));
  const estimate = estimateText(prefix === undefined ? text : text.slice(prefix.length));
  const most = RANDOM_UUID.test(text) ? BITS_OF_A_UUID : OTHER_UUID.test(text) ? BITS_OF_OTHER_UUIDS : Infinity;
  return { bits: Math.min(estimate.bits, most), shares: estimate.shares };
}

/** Encoding a guessable text makes it no harder to guess. */
export function guessableInside(text: string): Estimate | undefined {
  const encoding = /^(?:[0-9a-f]{2})+$/i.test(text) ? "hex" : /^[A-Za-z0-9+/_-]{16,}={0,2}$/.test(text) ? "base64" : undefined;
  if (encoding === undefined) return undefined;
  const inner = Buffer.from(text, encoding).toString("latin1");
  if (!/^[\t\n\r -~]+$/.test(inner)) return undefined;
  const estimate = estimateText(inner);
  return inner.length >= SURELY_TEXT_BYTES || estimate.bits < EASY_TEXT_BITS ? estimate : undefined;
}

/** What is worth knowing about a key that may well be good. */
export function notesOn(bytes: Uint8Array, text: string | undefined): KeyFinding[] {
  const found: KeyFinding[] = [];
  if (bytes.at(-1) === 0) found.push(finding("trailing_nul"));
  if (bytes.length > HMAC_BLOCK_BYTES) found.push(finding("longer_than_block"));
  if (text === undefined) return found;
  if (/^\s|\s$/.test(text)) found.push(finding("whitespace_edges"));
  // oxlint-disable-next-line no-control-regex -- all of ASCII is meant
  if (/[^\0-\x7f]/.test(text))
    found.push(finding("non_ascii", `The key holds characters outside of ASCII; its ${bytes.length} bytes of UTF-8 are the key.`));
  if (ENCODED.test(text)) found.push(finding("looks_encoded"));
  return found;
}
