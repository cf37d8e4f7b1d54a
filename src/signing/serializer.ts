import type { KeyRing } from "../keys/key-ring.ts";
import type { SecretKey, SecretKeyInput } from "../keys/secret-key.ts";
import { checkOptions } from "../options.ts";
import {
  SALT_OPTION,
  SerializerBase,
  type SaltOption,
  type SerializerOptions,
  type UnsafeResult,
} from "./serializer-base.ts";
import { Signer } from "./signer.ts";
import { NO_OPTIONS } from "./timestamp-signer.ts";

/** A loaded value, and the key that signed it. */
export interface Opened<Value> {
  readonly value: Value;
  readonly key: SecretKey;
}

/**
 * Signs values as readable JSON: `itsdangerous.Serializer`. The text may hold characters that a URL
 * cannot. `URLSafeSerializer` writes a text for URLs.
 *
 * @example
 * ```ts
 * const serializer = new Serializer("a key of at least thirty-two characters");
 * const text = serializer.dumps([1, 2, 3]); // [1, 2, 3].signature
 * serializer.loads(text); // [1, 2, 3]
 * ```
 */
export class Serializer<Value = unknown> extends SerializerBase<Value, Signer> {
  /** @throws InvalidOptionError for an unknown option or a wrong value. */
  constructor(keys: KeyRing | SecretKeyInput, options: SerializerOptions<Value> = {}) {
    super(options, (signerOptions) => new Signer(keys, signerOptions), "Serializer");
  }

  /**
   *
   * The value of a signed text.
   *
   * @throws BadSignature if no key made the signature. BadPayload if the signature is good, but the
   *   content cannot be decoded or does not fit the schema.
   */
  loads(text: string, options: SaltOption = NO_OPTIONS): Value {
    return this.open(text, options).value;
  }

  /** The value of a signed text, and the key that signed it. Throws as `loads` does. */
  open(text: string, options: SaltOption = NO_OPTIONS): Opened<Value> {
    const opened = this.verify(text, options);
    if (opened === undefined) throw this.mismatch(text, options);
    return opened;
  }

  /**
   * Like `open`, but returns undefined if no key made the signature: for callers that expect
   * forgeries.
   *
   * @throws BadPayload if the signature is good, but the content cannot be decoded or does not fit
   *   the schema.
   */
  verify(text: string, options: SaltOption = NO_OPTIONS): Opened<Value> | undefined {
    if (options !== NO_OPTIONS) checkOptions("loads, open and verify", options, SALT_OPTION);
    if (this.isTooLongToBeSigned(text)) return undefined;
    for (const signer of this.signers(options.salt)) {
      const verified = signer.verify(text);
      if (verified !== undefined) return { value: this.trustedValue(verified.value), key: verified.key };
    }
    return undefined;
  }

  /**
   * The value, even if the signature is bad. Use it to look into a text, never to act on it. No
   * text makes it throw. A value that cannot be decoded is undefined.
   */
  loadsUnsafe(text: string, options: SaltOption = NO_OPTIONS): UnsafeResult<Value> {
    try {
      return { valid: true, value: this.loads(text, options) };
    } catch (error) {
      return { valid: false, value: this.unverifiedValue(error) };
    }
  }
}
