import { unixNow, type Clock } from "../clock.ts";
import { BadTimeSignature, type BadSignature, InvalidOptionError, SignatureExpired } from "../errors.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { SecretKeyInput } from "../keys/secret-key.ts";
import { checkOptions } from "../options.ts";
import { Signer, SIGNING_OPTIONS, type SignerOptions, type Verified } from "./signer.ts";
import { decodeTimestamp, encodeTimestamp } from "./timestamp.ts";

export interface TimestampSignerOptions extends SignerOptions {
  /** Tells the time in whole Unix seconds; the machine's clock by default. */
  readonly clock?: Clock | undefined;
}

/** How old a signature may be. */
export interface AgeOptions {
  /**
   * The greatest age in seconds, itself included. Without it, neither old nor future timestamps are
   * refused.
   */
  readonly maxAge?: number | undefined;
  /**
   * How many seconds into the future a timestamp may lie when `maxAge` is given: what clocks of
   * several servers may differ. 0 by default.
   */
  readonly clockSkew?: number | undefined;
}

/** A value whose signature is good, and when it was signed, in Unix seconds. */
export interface SignedAt {
  readonly value: string;
  readonly timestamp: number;
}

/** A value whose signature is good, when it was signed, and by which key. */
export interface VerifiedAt extends SignedAt, Verified {}

/**
 * The names of `AgeOptions`. One that is misspelled, such as Python's max_age, would let every age
 * pass.
 */
export const AGE_OPTIONS: readonly string[] = ["maxAge", "clockSkew"];
/** What is not given need not be checked. */
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
 * The signature covers the timestamp, so nobody without a key can make an old value young.
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
   * @throws TypeError for anything but text that UTF-8 can write; RangeError if the clock gives no
   *   whole second from 1970 to 9999.
   */
  override sign(value: string): string {
    if (typeof value !== "string") throw new TypeError(`Only text can be signed, not a value of type ${typeof value}.`);
    return super.sign(value + this.sep + encodeTimestamp(this.#clock()));
  }

  /**
   * The value of a signed text; with `returnTimestamp`, also when it was signed.
   *
   * @throws SignatureExpired if it is older than `maxAge`, or signed in the future;
   *   BadTimeSignature if no key made the signature, or the timestamp is missing or malformed;
   *   BadSignature if there is not even the shape. InvalidOptionError for a `maxAge` that is no
   *   number.
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
   * Value, time and key; undefined if the signature or the timestamp is bad. The age is the
   * caller's to judge.
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
   * @throws SignatureExpired; InvalidOptionError for a `maxAge` or a `clockSkew` that is no number.
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
      return genuine === undefined ? super.mismatch(signed) : new BadTimeSignature("The timestamp is missing.", { payload: rest });
    }
    const timestamp = decodeTimestamp(rest.slice(end + this.sep.length));
    return new BadTimeSignature(genuine === undefined ? "The signature does not match." : "Malformed timestamp.", {
      payload: rest.slice(0, end),
      dateSigned: timestamp === undefined ? undefined : new Date(timestamp * 1000),
    });
  }

  #ageError({ value, timestamp }: SignedAt, { maxAge, clockSkew = 0 }: AgeOptions): SignatureExpired | undefined {
    if (maxAge === undefined) return undefined;
    // NaN would compare as "young enough" with everything.
    if (typeof maxAge !== "number" || Number.isNaN(maxAge)) throw new InvalidOptionError("maxAge is a number of seconds.");
    if (typeof clockSkew !== "number" || !(clockSkew >= 0)) throw new InvalidOptionError("clockSkew is a number of seconds, not below 0.");
    const age = this.#clock() - timestamp;
    // Asked for what is good: a clock without a number makes nothing young.
    if (age <= maxAge && age >= -clockSkew) return undefined;
    const message = age <= maxAge ? `Signature age ${age} < ${-clockSkew} seconds` : `Signature age ${age} > ${maxAge} seconds`;
    return new SignatureExpired(message, { payload: value, dateSigned: new Date(timestamp * 1000) });
  }
}
