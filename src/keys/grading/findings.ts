import type { PatternKind } from "./patterns.ts";

/** The code of a finding about a key. It does not change between versions. */
export type KeyFindingCode =
  | "missing"
  | "wrong_type"
  | "blank"
  | "checksum_mismatch"
  | "too_short"
  | "published"
  | "placeholder"
  | "unresolved_variable"
  | "stringified_object"
  | "keyboard_walk"
  | "repeated"
  | "dictionary_word"
  | "sequence"
  | "insecure_prefix"
  | "development_key"
  | "clock_seeded"
  | "low_entropy"
  | "uuid"
  | "nanoid"
  | "whitespace_edges"
  | "non_ascii"
  | "longer_than_block"
  | "trailing_nul"
  | "looks_encoded"
  | "list_unavailable";

/** A finding about a key. No text of it holds any part of the key. */
export interface KeyFinding {
  readonly code: KeyFindingCode;
  /** The problem, in one sentence. */
  readonly message: string;
  /** The fix, in one sentence. */
  readonly fix: string;
}

/**
 * What a finding means for the key. `refused`: it must not be used in production. `weak`: the same,
 * by an estimate. `note`: it may be used.
 */
export type Severity = "refused" | "weak" | "note";

const NEW_KEY = "Make one with npx latchkey key generate";
const REPLACE = "Replace it with a generated key: npx latchkey key generate";

/** The severity of each finding, and its texts. */
const FINDINGS: Readonly<Record<KeyFindingCode, readonly [Severity, message: string, fix: string]>> = {
  missing: ["refused", "There is no key.", NEW_KEY],
  wrong_type: ["refused", "A key must be a string or a Uint8Array.", NEW_KEY],
  blank: ["refused", "The key is only white space.", NEW_KEY],
  checksum_mismatch: [
    "refused",
    "The key begins like a generated one, but its checksum does not fit: it was cut or mistyped.",
    "Copy the whole key again from where it was saved. If it is lost, make a new one with npx latchkey key generate",
  ],
  too_short: ["refused", "The key is shorter than 16 bytes.", REPLACE],
  published: [
    "refused",
    "The key is published: it is in public code or documentation, and attackers try such keys first.",
    REPLACE,
  ],
  placeholder: ["refused", "The key is mostly words of a placeholder for a key.", REPLACE],
  unresolved_variable: [
    "refused",
    "The key is a placeholder for a variable, not a key: nothing has replaced it with the value.",
    "Correct the template or the shell that should replace it, or set the value itself.",
  ],
  stringified_object: [
    "refused",
    "The key is the text form of a JavaScript value that is not a string.",
    "Check how the value is read: it was undefined, null or an object.",
  ],
  keyboard_walk: ["refused", "The key is mostly characters that are neighbours on a keyboard.", REPLACE],
  repeated: ["refused", "The key mostly repeats itself.", REPLACE],
  dictionary_word: ["refused", "The key is made of a few common words or passwords, or is the digest of one.", REPLACE],
  sequence: ["refused", "The key is mostly a sequence of characters, such as abcd or 1234.", REPLACE],
  insecure_prefix: ["refused", "The key begins with a prefix that marks it as not meant for production.", REPLACE],
  development_key: [
    "refused",
    "The key was made for development on one machine.",
    "Make a separate key for production: npx latchkey key generate",
  ],
  clock_seeded: ["weak", "The key is a point in time, or was made from the clock.", REPLACE],
  low_entropy: [
    "weak",
    "The key is easier to guess than 128 random bits (OWASP ASVS 11.2.3), by an estimate.",
    REPLACE,
  ],
  uuid: [
    "note",
    "The key is a UUID: 122 random bits. It cannot be guessed, but OWASP ASVS 11.5.1 asks for 128.",
    "Nothing has to be done. A new key has 256 bits.",
  ],
  nanoid: [
    "note",
    "The key has the shape of nanoid(): 126 random bits. It cannot be guessed, but OWASP ASVS 11.5.1 asks for 128.",
    "Nothing has to be done. A new key has 256 bits.",
  ],
  whitespace_edges: [
    "note",
    "The key begins or ends with white space, which is a part of it.",
    "If it is a mistake, remove it on all servers at the same time.",
  ],
  non_ascii: [
    "note",
    "The key holds characters outside ASCII. Its UTF-8 bytes are the key.",
    "Make sure that every program that shares the key reads it as UTF-8.",
  ],
  longer_than_block: [
    "note",
    "The key is longer than 64 bytes. HMAC with SHA-1 and SHA-256 hashes such a key first, so the additional length gains nothing.",
    "Nothing has to be done. 32 random bytes are enough.",
  ],
  trailing_nul: [
    "note",
    "The key ends with a NUL byte. HMAC pads with NUL bytes, so the key without it makes the same signatures.",
    "Check how it was made or copied.",
  ],
  looks_encoded: [
    "note",
    "The key looks like an encoding of something (a prefix, quotes or escapes), but it is never decoded: the text itself is the key.",
    "If the decoded bytes are the key, decode them before you pass them in.",
  ],
  list_unavailable: [
    "weak",
    "The list of published keys is missing or damaged, so the key could not be looked up in it.",
    "Reinstall latchkey, and let the bundler include its module published-keys unchanged.",
  ],
};

/** The finding with this code. `message` replaces its usual message. */
export function finding(code: KeyFindingCode, message: string = FINDINGS[code][1]): KeyFinding {
  return { code, message, fix: FINDINGS[code][2] };
}

/** The severity of this finding. */
export function severityOf(code: KeyFindingCode): Severity {
  return FINDINGS[code][0];
}

/** The finding for a key that mostly consists of such stretches. */
export const FINDING_OF_PATTERN: Readonly<Record<PatternKind, KeyFindingCode>> = {
  repeated: "repeated",
  sequence: "sequence",
  keyboard_walk: "keyboard_walk",
  placeholder: "placeholder",
  word: "dictionary_word",
};
