import type { Clock } from "../clock.ts";
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
import { AGE_OPTIONS, NO_OPTIONS, TimestampSigner, type AgeOptions, type VerifiedAt } from "./timestamp-signer.ts";

export interface TimedSerializerOptions<Value = unknown> extends SerializerOptions<Value> {
  /** Returns the time in whole Unix seconds. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

const LOAD_OPTIONS: readonly string[] = [...AGE_OPTIONS, ...SALT_OPTION];

/** How old a text may be, and a salt for this call. */
export interface TimedLoadOptions extends AgeOptions, SaltOption {}

/** A loaded value, and when it was signed, in Unix seconds. */
export interface LoadedAt<Value> {
  readonly value: Value;
  readonly timestamp: number;
}

/** A loaded value, when it was signed, and by which key. */
export interface OpenedAt<Value> extends LoadedAt<Value> {
  readonly key: SecretKey;
}

/**
 * Signs values together with the time: `itsdangerous.TimedSerializer`.
 *
 * @example
 * ```ts
 * const serializer = new TimedSerializer("a key of at least thirty-two characters", { salt: "invitation" });
 * const text = serializer.dumps({ team: 7 });
 * serializer.loads(text, { maxAge: 86_400 }); // { team: 7 }, for a day
 * ```
 */
export class TimedSerializer<Value = unknown> extends SerializerBase<Value, TimestampSigner> {
  /** @throws InvalidOptionError for an unknown option or a wrong value. */
  constructor(keys: KeyRing | SecretKeyInput, options: TimedSerializerOptions<Value> = {}) {
    super(
      options,
      (signerOptions) => new TimestampSigner(keys, { ...signerOptions, clock: options.clock }),
      "TimedSerializer",
    );
  }

  /**
   * The value of a signed text. With `returnTimestamp`, also when it was signed.
   *
   * @throws SignatureExpired if it is older than `maxAge`, or signed in the future. BadSignature if
   *   no key made the signature or the timestamp is bad. BadPayload if only the content cannot be
   *   decoded or does not fit the schema.
   */
  loads(text: string, options: TimedLoadOptions & { readonly returnTimestamp: true }): LoadedAt<Value>;
  loads(text: string, options?: TimedLoadOptions & { readonly returnTimestamp?: boolean | undefined }): Value;
  loads(
    text: string,
    options: TimedLoadOptions & { readonly returnTimestamp?: boolean | undefined } = NO_OPTIONS,
  ): Value | LoadedAt<Value> {
    if (options !== NO_OPTIONS) checkOptions("loads", options, [...LOAD_OPTIONS, "returnTimestamp"]);
    const { value, timestamp } = this.#open(text, options);
    return options.returnTimestamp === true ? { value, timestamp } : value;
  }

  /**
   * The value of a signed text, when it was signed, and the key that signed it. Throws as `loads`
   * does.
   */
  open(text: string, options: TimedLoadOptions = NO_OPTIONS): OpenedAt<Value> {
    if (options !== NO_OPTIONS) checkOptions("open", options, LOAD_OPTIONS);
    return this.#open(text, options);
  }

  #open(text: string, options: TimedLoadOptions): OpenedAt<Value> {
    const verified = this.#verified(text, options);
    if (verified === undefined) throw this.mismatch(text, options);
    this.signers(options.salt)[0].checkAge(verified, options);
    return { value: this.trustedValue(verified.value), timestamp: verified.timestamp, key: verified.key };
  }

  /**
   * Like `open`, but returns undefined if no key made the signature or the timestamp is bad. It
   * does not check the age. For callers that expect forgeries and check the age themselves.
   *
   * @throws BadPayload if the signature is good, but the content cannot be decoded or does not fit
   *   the schema.
   */
  verify(text: string, options: SaltOption = NO_OPTIONS): OpenedAt<Value> | undefined {
    if (options !== NO_OPTIONS) checkOptions("verify", options, SALT_OPTION);
    const verified = this.#verified(text, options);
    return verified && { value: this.trustedValue(verified.value), timestamp: verified.timestamp, key: verified.key };
  }

  #verified(text: string, { salt }: SaltOption): VerifiedAt | undefined {
    if (this.isTooLongToBeSigned(text)) return undefined;
    for (const signer of this.signers(salt)) {
      const verified = signer.verify(text);
      if (verified !== undefined) return verified;
    }
    return undefined;
  }

  /**
   * The value, even if the signature or the age is bad. Use it to look into a text, never to act on
   * it. No text makes it throw. A value that cannot be decoded is undefined.
   */
  loadsUnsafe(text: string, options: TimedLoadOptions = NO_OPTIONS): UnsafeResult<Value> {
    try {
      return { valid: true, value: this.loads(text, options) };
    } catch (error) {
      return { valid: false, value: this.unverifiedValue(error) };
    }
  }
}
