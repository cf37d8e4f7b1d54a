import { scryptSync, timingSafeEqual } from "node:crypto";
import { inspect } from "node:util";
import { SecretKeyError } from "../errors.ts";

/** A key, or what one is made from: text (its UTF-8 bytes are the key, as in Flask) or bytes. */
export type SecretKeyInput = SecretKey | string | Uint8Array;

/**
 * A secret key that never shows itself: not in `String(key)`, `JSON.stringify`, `console.log`, an
 * error or a structured clone.
 *
 * The text is the key, as in Flask: hexadecimal or base64 text is never decoded. Whether a key is
 * any good is `gradeSecretKey`'s question; here only what cannot be a key at all is refused.
 *
 * @example
 * ```ts
 * const key = SecretKey.from("c2VjcmV0IGtleXMgYXJlIGZvciBrZWVwaW5n");
 * String(key); // "[SecretKey]"
 * ```
 */
export class SecretKey {
  readonly #bytes: Buffer;
  #fingerprint: string | undefined;

  private constructor(bytes: Buffer) {
    if (!Buffer.isBuffer(bytes))
      throw new SecretKeyError("key_invalid", "A secret key is made by SecretKey.from(text), not by new SecretKey().");
    this.#bytes = bytes;
  }

  /**
   * Makes a key from text or bytes; the bytes are copied.
   *
   * @param place names in errors where the key was written, such as `option "keys"`.
   * @throws SecretKeyError `key_missing` for nothing or an empty text, `key_invalid` for any other
   *   kind of value.
   */
  static from(input: SecretKeyInput, place?: string): SecretKey {
    if (input instanceof SecretKey) return input;
    const needed = place === undefined ? "A secret key" : `A secret key in ${place}`;
    if (typeof input !== "string" && !(input instanceof Uint8Array)) {
      if (input === undefined || input === null)
        throw new SecretKeyError("key_missing", `${needed} is needed, but it is ${String(input)}. ${HOW_TO_MAKE_ONE}`);
      throw new SecretKeyError(
        "key_invalid",
        `${needed} is text or bytes, not ${Array.isArray(input) ? "an array" : `a ${typeof input}`}. ${HOW_TO_MAKE_ONE}`,
      );
    }
    if (input.length === 0) throw new SecretKeyError("key_missing", `${needed} is needed, but it is empty. ${HOW_TO_MAKE_ONE}`);
    if (typeof input === "string" && !input.isWellFormed()) {
      throw new SecretKeyError("key_invalid", `${needed} is text that UTF-8 can write; this one holds half of a surrogate pair.`);
    }
    return new SecretKey(Buffer.from(input as string));
  }

  /**
   * Eight hexadecimal digits that name the key in logs, counters and the toolbar: the same in every
   * process.
   *
   * They are 32 bits of scrypt (N = 2^14), so that a fingerprint in a log helps nobody to guess the
   * key: a guess costs about 40 ms, and thousands of millions of keys share each fingerprint. Made
   * when first asked for.
   */
  get fingerprint(): string {
    this.#fingerprint ??= scryptSync(this.#bytes, "latchkey fingerprint v1", 4, { N: 2 ** 14, r: 8, p: 1 }).toString("hex");
    return this.#fingerprint;
  }

  /** A copy of the key itself. The caller has to keep it safe. */
  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  /** Whether both are the same key, compared in constant time. */
  equals(other: SecretKey): boolean {
    return this.#bytes.length === other.#bytes.length && timingSafeEqual(this.#bytes, other.#bytes);
  }

  toString(): string {
    return "[SecretKey]";
  }

  toJSON(): string {
    return "[SecretKey]";
  }

  static {
    // What console.log and util.inspect show, also in the depths of another object.
    Object.defineProperty(this.prototype, inspect.custom, { value: () => "[SecretKey]" });
  }
}

/** The sentence that every refusal of a key ends with. */
export const HOW_TO_MAKE_ONE = "Make one with: npx latchkey key generate";
