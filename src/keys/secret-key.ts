import { lateModule } from "../late-module.ts";
import { SecretKeyError } from "../errors.ts";
import { kindOf } from "../options.ts";

const crypto = lateModule("node:crypto");

/**
 * A key, or the value it is made from: a string (its UTF-8 bytes are the key, as in Flask) or
 * bytes.
 */
export type SecretKeyInput = SecretKey | string | Uint8Array;

/**
 * A secret key that is never printed: not by `String(key)`, `JSON.stringify`, `console.log`, an
 * error or a structured clone.
 *
 * The text is the key, as in Flask: hexadecimal or base64 text is never decoded. This class refuses
 * only values that cannot be a key at all. `gradeSecretKey` tells whether a key is good.
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
      throw new SecretKeyError("key_invalid", "new SecretKey() cannot be called. Fix: SecretKey.from(text).");
    this.#bytes = bytes;
  }

  /**
   * Makes a key from a string or bytes. Bytes are copied.
   *
   * @param place how errors name the value, such as `option "keys"`.
   * @throws SecretKeyError `key_missing` for a missing or empty value, `key_invalid` for any other
   *   kind of value.
   */
  static from(input: SecretKeyInput, place?: string): SecretKey {
    if (input instanceof SecretKey) return input;
    const name = place === undefined ? "secret key" : `secret key in ${place}`;
    if (typeof input !== "string" && !(input instanceof Uint8Array)) {
      if (input === undefined || input === null)
        throw new SecretKeyError("key_missing", `There is no ${name}: it is ${String(input)}. ${HOW_TO_MAKE_ONE}`);
      throw new SecretKeyError(
        "key_invalid",
        `The ${name} must be a string or a Uint8Array. It is ${kindOf(input)}. ${HOW_TO_MAKE_ONE}`,
      );
    }
    if (input.length === 0)
      throw new SecretKeyError("key_missing", `There is no ${name}: it is empty. ${HOW_TO_MAKE_ONE}`);
    if (typeof input === "string" && !input.isWellFormed()) {
      throw new SecretKeyError(
        "key_invalid",
        `The ${name} must be a well-formed string. It holds an unpaired surrogate. ${HOW_TO_MAKE_ONE}`,
      );
    }
    return new SecretKey(Buffer.from(input as string));
  }

  /**
   * Eight hexadecimal digits that name the key in logs, counters and the toolbar. They are the same
   * in every process.
   *
   * They are 32 bits of scrypt (N = 2^14), so a fingerprint in a log does not help to guess the
   * key: each guess costs about 40 ms, and thousands of millions of keys share each fingerprint.
   * Computed on first use.
   */
  get fingerprint(): string {
    this.#fingerprint ??= crypto()
      .scryptSync(this.#bytes, "latchkey fingerprint v1", 4, { N: 2 ** 14, r: 8, p: 1 })
      .toString("hex");
    return this.#fingerprint;
  }

  /** A copy of the key itself. The caller must not show it. */
  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  /** Whether both are the same key. The comparison takes constant time. */
  equals(other: SecretKey): boolean {
    return this.#bytes.length === other.#bytes.length && crypto().timingSafeEqual(this.#bytes, other.#bytes);
  }

  toString(): string {
    return "[SecretKey]";
  }

  toJSON(): string {
    return "[SecretKey]";
  }

  static {
    // This is what console.log and util.inspect show, also for a key inside another object.
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), { value: () => "[SecretKey]" });
  }
}

/** The sentence that ends every refusal of a missing key. */
export const HOW_TO_MAKE_ONE = "Fix: make one with npx latchkey key generate";
