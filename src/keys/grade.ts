import { digestsOfCommonPasswords } from "./common-digests.ts";
import { ENOUGH_BITS, estimateBytes, type Estimate } from "./estimate.ts";
import { finding, FINDING_OF_PATTERN, severityOf, type KeyFinding, type KeyFindingCode } from "./findings.ts";
import { lookUpPublished } from "./published.ts";
import type { KnownKeys } from "./known-keys.ts";
import { BITS_OF_A_UUID, estimateKeyText, findingsOfText, guessableInside, notesOn } from "./recognise.ts";
import { SecretKey } from "./secret-key.ts";

/**
 * What a key is good for. `strong`: nothing to say. `acceptable`: as good, with a note. `weak`: production refuses it, development warns.
 * `refused`: no key at all, or one that everybody knows.
 */
export type KeyVerdict = "strong" | "acceptable" | "weak" | "refused";

/** The grade of a key. Nothing in it holds any part of the key. */
export interface KeyGrade {
  readonly verdict: KeyVerdict;
  /** About log2 of the number of guesses that the key withstands: an estimate, never too high by design. */
  readonly bits: number;
  readonly findings: readonly KeyFinding[];
  /** The verdict and its first reason in one line. */
  readonly summary: string;
}

/** What to hold a key against. */
export interface GradeOptions {
  /** Lists of further keys that are known, beside the published ones that come with the package. */
  readonly knownKeys?: readonly KnownKeys[] | undefined;
}

const SHORTEST_BYTES = 16;
/** Log2 of the words and passwords that come with the package. */
const BITS_OF_A_COMMON_WORD = 10;

/**
 * Says whether a secret key can be guessed or was published, and why.
 *
 * The text is graded as it will be used: nothing is trimmed or decoded. Anything may be handed in: what is no key is a finding, never an
 * exception. Long keys are estimated by their first 1,024 characters.
 *
 * @param key text, bytes or a SecretKey.
 * @example
 * ```ts
 * gradeSecretKey("change me please, now!").verdict; // "refused"
 * gradeSecretKey(generateSecretKey()).verdict; // "strong"
 * ```
 */
export function gradeSecretKey(key: unknown, options: GradeOptions = {}): KeyGrade {
  const input = key instanceof SecretKey ? key.bytes() : key;
  const wrong = wrongKind(input);
  if (wrong !== undefined) return gradeOf(0, [wrong]);

  const bytes = typeof input === "string" ? Buffer.from(input, "utf8") : Buffer.from(input as Uint8Array);
  const text = typeof input === "string" ? input : textOf(bytes);
  const findings: KeyFinding[] = [];
  let estimate = text === undefined ? estimateBytes(bytes) : estimateKeyText(text);

  if (text !== undefined) {
    findings.push(...findingsOfText(text));
    const decoded = guessableInside(text);
    if (decoded !== undefined && decoded.bits < estimate.bits) estimate = decoded;
    if (digestsOfCommonPasswords().has(text.trim().toLowerCase())) {
      findings.push(finding("dictionary_word", "The key is the digest of a common word or password."));
      estimate = { bits: BITS_OF_A_COMMON_WORD, shares: new Map() };
    }
  }
  const { bits } = estimate;
  if (bytes.length < SHORTEST_BYTES) findings.push(finding("too_short"));
  findings.push(...findingsOfPatterns(estimate));
  const known = lookUp(bytes, options.knownKeys ?? []);
  if (known !== undefined) findings.push(known);
  // That a UUID will do is no comfort for one that everybody knows.
  if (bits === BITS_OF_A_UUID) findings.push(...(known === undefined ? [finding("uuid")] : []));
  else if (bits < ENOUGH_BITS) findings.push(finding("low_entropy"));
  findings.push(...notesOn(bytes, text));
  return gradeOf(Math.min(bits, ...findings.map(({ code }) => BITS_AT_MOST[code] ?? Infinity)), findings);
}

/** What is known for sure needs no estimate: lists are tried one after the other, and so is each moment of a few years. */
const BITS_AT_MOST: Readonly<Partial<Record<KeyFindingCode, number>>> = { published: 16, clock_seeded: 40, stringified_object: 8 };

function gradeOf(bits: number, findings: readonly KeyFinding[]): KeyGrade {
  const ordered = (["refused", "weak", "note"] as const).flatMap((severity) =>
    findings.filter(({ code }) => severityOf(code) === severity),
  );
  const worst = ordered[0] === undefined ? undefined : severityOf(ordered[0].code);
  const verdict = worst === undefined ? "strong" : worst === "note" ? "acceptable" : worst;
  const estimate = Math.floor(bits);
  const summary = `${verdict}: ${ordered[0]?.message ?? `about ${estimate} bits to guess.`}`;
  return { verdict, bits: estimate, findings: ordered, summary };
}

function wrongKind(key: unknown): KeyFinding | undefined {
  if (key === undefined || key === null) return finding("missing", `There is no key: it is ${String(key)}.`);
  if (typeof key !== "string" && !(key instanceof Uint8Array)) {
    return finding("wrong_type", `A key is text or bytes, not ${Array.isArray(key) ? "an array" : `a ${typeof key}`}.`);
  }
  if (key.length === 0) return finding("missing", "There is no key: it is empty.");
  if (typeof key === "string" && !key.isWellFormed())
    return finding("wrong_type", "The key holds half of a surrogate pair, which UTF-8 cannot write.");
  const blank =
    typeof key === "string" ? /^[\s\0]*$/.test(key) : key.every((byte) => byte === 0 || byte === 32 || (byte >= 9 && byte <= 13));
  return blank ? finding("blank") : undefined;
}

/** The text that bytes are, if they are one that a person could have typed. */
function textOf(bytes: Buffer): string | undefined {
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) && !/\p{Cc}(?!$)/u.test(text) ? text : undefined;
}

/** A key of which most is guessable at once is refused, and the largest part gives the reason. */
function findingsOfPatterns({ bits, shares }: Estimate): KeyFinding[] {
  if ((shares.get("placeholder") ?? 0) >= 0.5) return [finding("placeholder")];
  const all = [...shares.values()].reduce((sum, share) => sum + share, 0);
  const [largest] = [...shares].toSorted(([, first], [, second]) => second - first);
  // Half of 128 bits: five words of a list are hard to guess, though not hard enough.
  const refused = largest !== undefined && all >= 2 / 3 && bits < ENOUGH_BITS / 2;
  return refused ? [finding(FINDING_OF_PATTERN[largest[0]])] : [];
}

function lookUp(bytes: Uint8Array, lists: readonly KnownKeys[]): KeyFinding | undefined {
  if (lists.some((list) => list.has(bytes))) return finding("published", "The key is on a list of known keys that was handed in.");
  const published = lookUpPublished(bytes);
  if (published === undefined) return finding("list_unavailable");
  return published ? finding("published") : undefined;
}
