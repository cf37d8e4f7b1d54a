import { isDigestOfWord } from "./digests.ts";
import { BITS_OF_A_NANOID, ENOUGH_BITS, estimateBytes, patternOfBytes } from "./estimate.ts";
import { finding, FINDING_OF_PATTERN, severityOf, type KeyFinding, type KeyFindingCode } from "./findings.ts";
import { lookUpPublished } from "./published.ts";
import type { KnownKeys } from "./known/known-keys.ts";
import { layersOf, type Layer } from "./layers.ts";
import { BITS_OF_A_UUID, estimateKeyText, findingsOfText, isOwnKey, notesOn } from "./recognise.ts";
import { SecretKey } from "../secret-key.ts";
import { InvalidOptionError } from "../../errors.ts";
import { checkOptions, kindOf } from "../../options.ts";
import type { Estimate } from "./shortest-way.ts";

/**
 * The verdict on a key. `strong`: nothing to remark. `acceptable`: equally good, with a note.
 * `weak`: production refuses it, development warns. `refused`: not a key at all, or one that is
 * public or guessed at once.
 */
export type KeyVerdict = "strong" | "acceptable" | "weak" | "refused";

/** The grade of a key. Nothing in it holds any part of the key. */
export interface KeyGrade {
  readonly verdict: KeyVerdict;
  /**
   * An upper bound for the bits: about log2 of the number of guesses that the key withstands. It is
   * an estimate, and people know more than it does.
   */
  readonly bits: number;
  readonly findings: readonly KeyFinding[];
  /** The verdict and its first reason in one line. */
  readonly summary: string;
}

/** Settings of `gradeSecretKey`. */
export interface GradeOptions {
  /**
   * Lists of further known keys, beside the published ones in the package. A key on one of them is
   * `refused`. Default: none.
   */
  readonly knownKeys?: readonly KnownKeys[] | undefined;
}

const SHORTEST_BYTES = 16;
/** Log2 of the words and passwords that come with the package. */
const BITS_OF_A_COMMON_WORD = 10;

/**
 * Says whether a secret key can be guessed or was published, and why.
 *
 * The key is used as it is: nothing is trimmed or decoded. But it is graded in every reading: as it
 * is, without white space and NULs at its edges, without quotes, a prefix or a name in front, and
 * decoded from hexadecimal or base64, repeatedly. The worst reading counts, so wrapping never makes
 * a key look better. Any value may be passed: a value that is not a key gives a finding, never an
 * exception. Long keys are estimated by their first 1,024 characters.
 *
 * @param key a string, bytes or a SecretKey.
 * @throws InvalidOptionError for wrong options, never for a key.
 * @example
 * ```ts
 * gradeSecretKey("change me please, now!").verdict; // "refused"
 * gradeSecretKey(generateSecretKey()).verdict; // "strong"
 * ```
 */
export function gradeSecretKey(key: unknown, options: GradeOptions = {}): KeyGrade {
  checkOptions("gradeSecretKey", options, ["knownKeys"]);
  if (options.knownKeys !== undefined && !Array.isArray(options.knownKeys))
    throw new InvalidOptionError(
      `The option knownKeys of gradeSecretKey must be a list of KnownKeys. It got ${kindOf(options.knownKeys)}. Fix: knownKeys: [readKeyList(bytes)].`,
    );
  const input = key instanceof SecretKey ? key.bytes() : key;
  const wrong = wrongKind(input);
  if (wrong !== undefined) return gradeOf(0, [wrong]);

  const bytes = Buffer.from(input as string);
  const layers = layersOf(bytes, typeof input === "string");
  // A key that was made here is not a digest. Checking would cost each server with such a key a
  // tenth of a second at its start.
  const isOwn = isOwnKey(bytes.toString("latin1").trim());
  const estimated = new Set(layers.flatMap(({ text, isSure }) => (isSure && text !== undefined ? [text] : [])));
  const judged = layers.map((layer) => judge(layer, options.knownKeys ?? [], !isOwn, estimated));
  const findings = new Map<KeyFindingCode, KeyFinding>();
  for (const found of judged.flatMap((each) => each.findings))
    if (!findings.has(found.code)) findings.set(found.code, found);
  for (const note of notesOn(
    bytes,
    typeof input === "string" ? input : layers[0]?.text === undefined ? undefined : bytes.toString("utf8"),
  ))
    findings.set(note.code, note);

  const bits = Math.min(...judged.map((each) => each.bits));
  const isKnown = findings.has("published");
  // Do not add the "uuid" note to a published key.
  if (bits === BITS_OF_A_UUID && !isKnown) findings.set("uuid", finding("uuid"));
  else if (bits === BITS_OF_A_NANOID && !isKnown) findings.set("nanoid", finding("nanoid"));
  else if (bits < ENOUGH_BITS && bits !== BITS_OF_A_UUID && bits !== BITS_OF_A_NANOID)
    findings.set("low_entropy", finding("low_entropy"));
  return gradeOf(Math.min(bits, ...[...findings.keys()].map((code) => BITS_AT_MOST[code] ?? Infinity)), [
    ...findings.values(),
  ]);
}

/** Grades one reading of the key. */
function judge(
  layer: Layer,
  lists: readonly KnownKeys[],
  mayBeDigest: boolean,
  estimated: ReadonlySet<string>,
): { readonly bits: number; readonly findings: readonly KeyFinding[] } {
  const { bytes, text, isSure, room } = layer;
  const known = lookUp(bytes, lists);
  const findings = known === undefined ? [] : [known];
  let bits = Infinity;
  // The bytes of a digest are not a text.
  if (mayBeDigest && text === undefined && isDigestOfWord(bytes)) {
    findings.push(finding("dictionary_word", "The key is the digest of a common word or password."));
    bits = BITS_OF_A_COMMON_WORD;
  }
  if (text === undefined) {
    const estimate = isSure ? estimateBytes(bytes) : patternOfBytes(bytes, room, (digits) => estimated.has(digits));
    if (estimate === undefined) return { bits, findings };
    if (isSure && bytes.length < SHORTEST_BYTES) findings.push(finding("too_short"));
    return { bits: Math.min(bits, estimate.bits), findings: [...findings, ...findingsOfPatterns(estimate)] };
  }
  if (!isSure) return { bits, findings };
  const estimate = estimateKeyText(text);
  findings.push(...findingsOfText(text), ...findingsOfPatterns(estimate));
  if (bytes.length < SHORTEST_BYTES) findings.push(finding("too_short"));
  return { bits: Math.min(bits, estimate.bits), findings };
}

/**
 * An upper bound for findings that are certain: an attacker tries the lists one after the other,
 * and each moment of a few years.
 */
const BITS_AT_MOST: Readonly<Partial<Record<KeyFindingCode, number>>> = {
  published: 16,
  clock_seeded: 40,
  stringified_object: 8,
  // It is not the key that was made, so its characters say nothing.
  checksum_mismatch: 0,
};

function gradeOf(bits: number, findings: readonly KeyFinding[]): KeyGrade {
  const ordered = (["refused", "weak", "note"] as const).flatMap((severity) =>
    findings
      .filter(({ code }) => severityOf(code) === severity)
      .toSorted((first, second) => rankOf(first.code) - rankOf(second.code)),
  );
  const worst = ordered[0] === undefined ? undefined : severityOf(ordered[0].code);
  const verdict = worst === undefined ? "strong" : worst === "note" ? "acceptable" : worst;
  const estimate = Math.floor(bits);
  const summary = `${verdict}: ${ordered[0]?.message ?? `at most ${estimate} bits to guess, by an estimate.`}`;
  return { verdict, bits: estimate, findings: ordered, summary };
}

/** The most important reason comes first: that a key is known says more than that it is short. */
const TELLING: readonly KeyFindingCode[] = [
  "missing",
  "wrong_type",
  "blank",
  "unresolved_variable",
  "stringified_object",
  "checksum_mismatch",
  "development_key",
  "published",
];

function rankOf(code: KeyFindingCode): number {
  if (code === "too_short") return TELLING.length + 1;
  const rank = TELLING.indexOf(code);
  return rank === -1 ? TELLING.length : rank;
}

function wrongKind(key: unknown): KeyFinding | undefined {
  if (key === undefined || key === null) return finding("missing", `There is no key: the value is ${String(key)}.`);
  if (typeof key !== "string" && !(key instanceof Uint8Array)) {
    return finding("wrong_type", `A key must be a string or a Uint8Array. It is ${kindOf(key)}.`);
  }
  if (key.length === 0) return finding("missing", "There is no key: the value is empty.");
  if (typeof key === "string" && !key.isWellFormed())
    return finding("wrong_type", "A key must be a well-formed string. It holds an unpaired surrogate.");
  // HMAC pads with NULs, so a key of NULs makes the same signatures as an empty key.
  const isBlank =
    typeof key === "string"
      ? /^[\s\0]*$/.test(key)
      : key.every((byte) => byte === 0 || byte === 32 || (byte >= 9 && byte <= 13));
  if (!isBlank) return undefined;
  const hasNuls = typeof key === "string" ? key.includes("\0") : key.includes(0);
  return hasNuls
    ? finding("blank", "The key is only NUL bytes and white space: it makes the same signatures as an empty key.")
    : finding("blank");
}

/** A key is refused if most of it is guessable at once. The largest part gives the reason. */
function findingsOfPatterns({ bits, shares }: Estimate): KeyFinding[] {
  if ((shares.get("placeholder") ?? 0) >= 0.5) return [finding("placeholder")];
  const all = [...shares.values()].reduce((sum, share) => sum + share, 0);
  const [largest] = [...shares].toSorted(([, first], [, second]) => second - first);
  // The limit is half of 128 bits: five words of a list are hard to guess, though not hard enough.
  const isRefused = largest !== undefined && all >= 2 / 3 && bits < ENOUGH_BITS / 2;
  return isRefused ? [finding(FINDING_OF_PATTERN[largest[0]])] : [];
}

function lookUp(bytes: Buffer, lists: readonly KnownKeys[]): KeyFinding | undefined {
  const published = lookUpPublished(bytes);
  if (published !== undefined && published !== false) {
    const { where } = published;
    return where === undefined
      ? finding("published")
      : finding("published", `The key is published: it is the key of ${where}.`);
  }
  if (lists.some((list) => list.has(bytes)))
    return finding("published", "The key is on a list of known keys that was passed in.");
  return published === undefined ? finding("list_unavailable") : undefined;
}
