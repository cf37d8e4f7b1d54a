import type { PatternKind } from "./patterns.ts";

/** What was found about a key, as a word that does not change between versions. */
export type KeyFindingCode =
  | "missing"
  | "wrong_type"
  | "blank"
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

/** One thing that was found about a key. No text of it holds any part of the key. */
export interface KeyFinding {
  readonly code: KeyFindingCode;
  /** What is the matter, in one sentence. */
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly fix: string;
}

/**
 * What a finding means for the key: it cannot be used at all, not in production, or it is worth
 * knowing.
 */
export type Severity = "refused" | "weak" | "note";

const NEW_KEY = "Make one with: npx latchkey key generate";
const REPLACE = "Replace it by a generated key: npx latchkey key generate";

/** How bad each finding is, and what to say. */
const FINDINGS: Readonly<Record<KeyFindingCode, readonly [Severity, message: string, fix: string]>> = {
  missing: ["refused", "There is no key.", NEW_KEY],
  wrong_type: ["refused", "A key is text or bytes, and this is neither.", NEW_KEY],
  blank: ["refused", "The key is nothing but white space.", NEW_KEY],
  too_short: ["refused", "The key is shorter than 16 bytes.", REPLACE],
  published: ["refused", "The key is published: it stands in public code or documentation, and attackers try such keys first.", REPLACE],
  placeholder: ["refused", "The key is mostly words that stand where a key should be put.", REPLACE],
  unresolved_variable: [
    "refused",
    "The key is the name of a place where a key should come from, not a key: nothing has put the value in.",
    "Mend the template or the shell that should fill it in, or give the value itself.",
  ],
  stringified_object: [
    "refused",
    "The key is the text of a JavaScript value that was no text.",
    "Look at how the value is read: it was undefined, null or an object.",
  ],
  keyboard_walk: ["refused", "The key is mostly neighbouring keys of a keyboard.", REPLACE],
  repeated: ["refused", "The key mostly repeats itself.", REPLACE],
  dictionary_word: ["refused", "The key is made of a few common words or passwords, or is the digest of one.", REPLACE],
  sequence: ["refused", "The key is mostly characters in their order.", REPLACE],
  insecure_prefix: ["refused", "The key begins with a mark that says it is not meant for production.", REPLACE],
  development_key: [
    "refused",
    "The key was made for development on one machine.",
    "Production needs a key of its own: npx latchkey key generate",
  ],
  clock_seeded: ["weak", "The key is a point in time, or is counted from one.", REPLACE],
  low_entropy: ["weak", "The key is easier to guess than 128 random bits (OWASP ASVS 11.2.3), by an estimate.", REPLACE],
  uuid: [
    "note",
    "The key is a UUID: 122 random bits, which nobody guesses, though OWASP ASVS 11.5.1 asks for 128.",
    "Nothing has to be done; a new key has 256 bits.",
  ],
  nanoid: [
    "note",
    "The key has the shape of nanoid(): 126 random bits, which nobody guesses, though OWASP ASVS 11.5.1 asks for 128.",
    "Nothing has to be done; a new key has 256 bits.",
  ],
  whitespace_edges: [
    "note",
    "The key begins or ends with white space, which is a part of it.",
    "If it is there by mistake, take it away everywhere at once.",
  ],
  non_ascii: [
    "note",
    "The key holds characters outside of ASCII; its UTF-8 bytes are the key.",
    "Make sure that everybody who shares the key writes UTF-8.",
  ],
  longer_than_block: [
    "note",
    "The key is longer than 64 bytes: HMAC with SHA-1 and SHA-256 hashes it first, so the rest gains nothing.",
    "Nothing has to be done; 32 random bytes are enough.",
  ],
  trailing_nul: [
    "note",
    "The key ends with a NUL byte: HMAC pads with them, so the key without it signs the same.",
    "Look at how it was made or copied.",
  ],
  looks_encoded: [
    "note",
    "The key looks like an encoding of something (a prefix, quotes or escapes), but it is never decoded: the text itself is the key.",
    "If the decoded bytes are meant, decode them before they are handed in.",
  ],
  list_unavailable: [
    "weak",
    "The list of published keys is missing or damaged, so the key could not be looked up in it.",
    "Install latchkey anew, and let the bundler take its module published-keys as it is.",
  ],
};

/** The finding with this code; `message` in place of its usual one. */
export function finding(code: KeyFindingCode, message: string = FINDINGS[code][1]): KeyFinding {
  return { code, message, fix: FINDINGS[code][2] };
}

/** What this finding means for the key. */
export function severityOf(code: KeyFindingCode): Severity {
  return FINDINGS[code][0];
}

/** The finding that a key mostly made of such stretches gets. */
export const FINDING_OF_PATTERN: Readonly<Record<PatternKind, KeyFindingCode>> = {
  repeated: "repeated",
  sequence: "sequence",
  keyboard_walk: "keyboard_walk",
  placeholder: "placeholder",
  word: "dictionary_word",
};
