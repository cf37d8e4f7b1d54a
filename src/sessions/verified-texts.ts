import type { SecretKey } from "../keys/secret-key.ts";
import type { KeyRing } from "../keys/key-ring.ts";

const MAX_TEXTS = 1000;
/** Characters of all texts together. */
const MAX_LENGTH = 1_000_000;

interface Entry<Meaning> {
  readonly meaning: Meaning;
  readonly key: SecretKey;
}

/**
 * Remembers what the last genuine cookies meant, so that a visitor who comes again is not verified again: the same text under the same key has the same
 * signature.
 *
 * Only what was verified is in it, found by its whole text; a key that has left the ring takes its texts with it. Age, revocation and schema are
 * for the caller to judge each time, and what is kept is shared: it must never be handed to a request.
 */
export class VerifiedTexts<Meaning> {
  readonly #keys: KeyRing;
  /** In the order of their coming; the oldest goes first. */
  readonly #entries = new Map<string, Entry<Meaning>>();
  #length = 0;

  constructor(keys: KeyRing) {
    this.#keys = keys;
  }

  /** What a text meant, and the key that verified it; undefined for one that is not known, or no longer genuine. */
  get(text: string): Entry<Meaning> | undefined {
    const entry = this.#entries.get(text);
    if (entry === undefined) return undefined;
    for (const key of this.#keys) {
      if (key !== entry.key) continue;
      this.#keys.count(key, "verify");
      return entry;
    }
    this.#delete(text);
    return undefined;
  }

  add(text: string, key: SecretKey, meaning: Meaning): void {
    if (this.#entries.has(text)) return;
    this.#entries.set(text, { meaning, key });
    this.#length += text.length;
    while (this.#entries.size > MAX_TEXTS || this.#length > MAX_LENGTH) this.#delete(this.#entries.keys().next().value!);
  }

  #delete(text: string): void {
    this.#entries.delete(text);
    this.#length -= text.length;
  }
}
