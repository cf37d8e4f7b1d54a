import type { SecretKey } from "../../keys/secret-key.ts";
import type { KeyRing } from "../../keys/key-ring.ts";

const MAX_TEXTS = 1000;
/** Of all entries together: some megabytes of memory. */
const MAX_SIZE = 1_000_000;

interface Entry<Value> {
  readonly value: Value;
  readonly key: SecretKey;
  readonly size: number;
}

/**
 * Remembers what the last genuine cookies meant, so that a visitor who comes again is not verified
 * again: the same text under the same key has the same signature.
 *
 * Only what was verified is in it, found by its whole text; a key that has left the ring takes its
 * texts with it. The caller must check age, revocation and schema on every hit, and must copy the
 * value.
 */
export class VerifiedCookieCache<Value> {
  readonly #keys: KeyRing;
  /** In the order of their coming; the oldest goes first. */
  readonly #entries = new Map<string, Entry<Value>>();
  #size = 0;

  constructor(keys: KeyRing) {
    this.#keys = keys;
  }

  /**
   * What a text meant, and the key that verified it; undefined for one that is not known, or no
   * longer genuine.
   */
  get(text: string): Entry<Value> | undefined {
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

  /** @param valueSize about how many characters the value has. */
  add(text: string, key: SecretKey, value: Value, valueSize: number): void {
    const size = text.length + valueSize;
    if (this.#entries.has(text) || size > MAX_SIZE) return;
    this.#entries.set(text, { value, key, size });
    this.#size += size;
    while (this.#entries.size > MAX_TEXTS || this.#size > MAX_SIZE) this.#delete(this.#entries.keys().next().value!);
  }

  #delete(text: string): void {
    this.#size -= this.#entries.get(text)?.size ?? 0;
    this.#entries.delete(text);
  }
}
