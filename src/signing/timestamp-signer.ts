import { unixNow, type Clock } from "../clock.ts";
import { BadTimeSignature, type BadSignature, InvalidOptionError, SignatureExpired } from "../errors.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { SecretKeyInput } from "../keys/secret-key.ts";
import { checkOptions, numberOrKind } from "../options.ts";
import { checkSignable, Signer, SIGNING_OPTIONS, type SignerOptions, type Verified } from "./signer.ts";
import { decodeTimestamp, encodeTimestamp } from "./timestamp.ts";

export interface TimestampSignerOptions extends SignerOptions {
  /** Returns the time in whole Unix seconds. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

/** How old a signature may be. */
export interface AgeOptions {
  /**
   * The greatest age in seconds, inclusive. Default: no limit, so that old and future timestamps
   * are accepted.
   */
  readonly maxAge?: number | undefined;
  /**
   * With `maxAge`: how many seconds a timestamp may lie in the future. Set it to the difference
   * between the clocks of your servers. With the default of 0, a text is refused by a server with a
   * clock one second behind the signer's.
   */
  readonly clockSkew?: number | undefined;
}

/** A value with a good signature, and when it was signed, in Unix seconds. */
export interface SignedAt {
  readonly value: string;
  readonly timestamp: number;
}

/** A value with a good signature, when it was signed, and the key that signed it. */
export interface VerifiedAt extends SignedAt, Verified {}

/**
 * The names of `AgeOptions`. A misspelled one, such as Python's max_age, would accept every age.
 */
export const AGE_OPTIONS: readonly string[] = ["maxAge", "clockSkew"];
/** The default of options arguments. It need not be checked. */
export const NO_OPTIONS = {};

function withoutClock(options: TimestampSignerOptions): SignerOptions {
  checkOptions("TimestampSigner", options, SIGNING_OPTIONS);
  const { clock: _, ...others } = options;
  return others;
}

/**
 * Signs text together with the time, as `itsdangerous.TimestampSigner` does:
 * `value.timestamp.signature`.
 *
 * The signature covers the timestamp, so only a holder of the key can change it.
 *
 * @example
 * ```ts
 * const signer = new TimestampSigner("a key of at least thirty-two characters", { salt: "download" });
 * const signed = signer.sign("report.pdf");
 * signer.unsign(signed, { maxAge: 3600 }); // "report.pdf", for an hour
 * ```
 */
export class TimestampSigner extends Signer {
  readonly #clock: Clock;

  /** @throws InvalidOptionError as `Signer` does. */
  constructor(keys: KeyRing | SecretKeyInput, options: TimestampSignerOptions = {}) {
    super(keys, withoutClock(options));
    this.#clock = options.clock ?? unixNow;
  }

  /**
   * The value, the time, and the signature of both.
   *
   * @throws TypeError for a value that is not a well-formed string. RangeError if the clock does
   *   not return a whole second from 1970 to 9999.
   */
  override sign(value: string): string {
    checkSignable(value);
    return super.sign(value + this.sep + encodeTimestamp(this.#clock()));
  }

  /**
   * The value of a signed text. With `returnTimestamp`, also when it was signed.
   *
   * @throws SignatureExpired if it is older than `maxAge`, or signed in the future.
   *   BadTimeSignature if no key made the signature, or the timestamp is missing or malformed.
   *   BadSignature if the text has no separator. InvalidOptionError if `maxAge` is not a number.
   */
  override unsign(signed: string, options: AgeOptions & { readonly returnTimestamp: true }): SignedAt;
  override unsign(signed: string, options?: AgeOptions & { readonly returnTimestamp?: boolean | undefined }): string;
  override unsign(
    signed: string,
    options: AgeOptions & { readonly returnTimestamp?: boolean | undefined } = NO_OPTIONS,
  ): string | SignedAt {
    if (options !== NO_OPTIONS) checkOptions("unsign", options, [...AGE_OPTIONS, "returnTimestamp"]);
    const { value, timestamp } = this.#open(signed, options);
    return options.returnTimestamp === true ? { value, timestamp } : value;
  }

  /** Whether `unsign` would return a value. */
  override validate(signed: string, options: AgeOptions = NO_OPTIONS): boolean {
    if (options !== NO_OPTIONS) checkOptions("validate", options, AGE_OPTIONS);
    const verified = this.verify(signed);
    return verified !== undefined && this.#ageError(verified, options) === undefined;
  }

  /**
   * Value, time and key. Undefined if the signature or the timestamp is bad. It does not check the
   * age.
   */
  override verify(signed: string): VerifiedAt | undefined {
    const verified = super.verify(signed);
    if (verified === undefined) return undefined;
    const end = verified.value.lastIndexOf(this.sep);
    if (end === -1) return undefined;
    const timestamp = decodeTimestamp(verified.value.slice(end + this.sep.length));
    return timestamp === undefined ? undefined : { value: verified.value.slice(0, end), timestamp, key: verified.key };
  }

  /** Value, time and key of a signed text. Throws as `unsign` does. */
  open(signed: string, options: AgeOptions = NO_OPTIONS): VerifiedAt {
    if (options !== NO_OPTIONS) checkOptions("open", options, AGE_OPTIONS);
    return this.#open(signed, options);
  }

  #open(signed: string, options: AgeOptions): VerifiedAt {
    const verified = this.verify(signed);
    if (verified === undefined) throw this.mismatch(signed);
    this.checkAge(verified, options);
    return verified;
  }

  /**
   * Throws if a verified value is too old, or from the future.
   *
   * @throws SignatureExpired. InvalidOptionError if `maxAge` or `clockSkew` is not a number.
   */
  checkAge(verified: SignedAt, options: AgeOptions): void {
    const error = this.#ageError(verified, options);
    if (error !== undefined) throw error;
  }

  override mismatch(signed: string): BadSignature {
    const genuine = super.verify(signed)?.value;
    const rest = genuine ?? super.mismatch(signed).payload;
    if (rest === undefined) return super.mismatch(signed);
    const end = rest.lastIndexOf(this.sep);
    if (end === -1) {
      return genuine === undefined
        ? super.mismatch(signed)
        : new BadTimeSignature("The timestamp is missing.", { payload: rest });
    }
    const timestamp = decodeTimestamp(rest.slice(end + this.sep.length));
    return new BadTimeSignature(genuine === undefined ? "The signature does not match." : "Malformed timestamp.", {
      payload: rest.slice(0, end),
      dateSigned: timestamp === undefined ? undefined : new Date(timestamp * 1000),
    });
  }

  #ageError({ value, timestamp }: SignedAt, { maxAge, clockSkew = 0 }: AgeOptions): SignatureExpired | undefined {
    if (maxAge === undefined) return undefined;
    // NaN would pass every comparison below.
    if (typeof maxAge !== "number" || Number.isNaN(maxAge))
      throw new InvalidOptionError(
        `The option maxAge must be a number of seconds. It got ${numberOrKind(maxAge)}. Fix: maxAge: 3600.`,
      );
    if (typeof clockSkew !== "number" || !(clockSkew >= 0))
      throw new InvalidOptionError(
        `The option clockSkew must be a number of seconds, at least 0. It got ${numberOrKind(clockSkew)}. Fix: clockSkew: 5.`,
      );
    const age = this.#clock() - timestamp;
    // Written so that NaN fails the check.
    if (age <= maxAge && age >= -clockSkew) return undefined;
    const message =
      age <= maxAge ? `Signature age ${age} < ${-clockSkew} seconds` : `Signature age ${age} > ${maxAge} seconds`;
    return new SignatureExpired(message, { payload: value, dateSigned: new Date(timestamp * 1000) });
  }
}
