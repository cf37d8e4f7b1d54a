import { lateModule } from "../late-module.ts";
import { BadSignature, InvalidOptionError } from "../errors.ts";
import { deriveKey, type Digest, type KeyDerivation } from "../keys/derive.ts";
import { KeyRing } from "../keys/key-ring.ts";
import type { SecretKey, SecretKeyInput } from "../keys/secret-key.ts";
import { Hmac } from "./hmac.ts";
import { checkOptions, kindOf, nameOrKind } from "../options.ts";

const crypto = lateModule("node:crypto");

/**
 * How a signer derives its signing keys and makes signatures. The signing and the reading side have
 * to use the same settings.
 */
export interface SignerOptions {
  /**
   * The purpose of the signatures. A signature made with another salt does not verify. Default:
   * "itsdangerous.Signer" for signers, "itsdangerous" for serializers. Give each purpose its own,
   * or a token for one is accepted for the other.
   */
  readonly salt?: string | undefined;
  /**
   * The separator between the value and its signature. It may hold no letter, no digit, and none of
   * `-`, `_` and `=`. Default: ".".
   */
  readonly sep?: string | undefined;
  /**
   * How the signing key is made from the secret key and the salt. Another derivation makes other
   * signatures. Default: "django-concat", as in itsdangerous.
   */
  readonly keyDerivation?: KeyDerivation | undefined;
  /**
   * The hash function of key derivation and signature. Another digest makes other signatures.
   * Default: "sha1", as in itsdangerous.
   */
  readonly digest?: Digest | undefined;
}

/** A value with a good signature, and the key that made it. */
export interface Verified {
  readonly value: string;
  readonly key: SecretKey;
}

/** Characters of a signature: the digest's bytes in unpadded base64url. */
const SIGNATURE_LENGTH: Readonly<Record<Digest, number>> = { sha1: 27, sha256: 43, sha384: 64, sha512: 86 };
const DERIVATIONS: readonly KeyDerivation[] = ["concat", "django-concat", "hmac", "none", "hkdf"];
/** The names of `SignerOptions`. */
export const SIGNER_OPTIONS: readonly string[] = ["salt", "sep", "keyDerivation", "digest"];

/**
 * All options of signers and serializers. One settings object may serve several of them, and each
 * uses its own part.
 */
export const SIGNING_OPTIONS: readonly string[] = [
  ...SIGNER_OPTIONS,
  "clock",
  "serializer",
  "fallbackSigners",
  "maxPayloadBytes",
  "schema",
  "compressFrom",
  "tags",
  "allowNaN",
];
const IN_A_SIGNATURE = /[A-Za-z0-9\-_=]/;

/** @throws TypeError for a value that is not a string. */
export function checkSignable(value: unknown): void {
  if (typeof value === "string") return;
  throw new TypeError(
    `Only a string can be signed. It got a value of type ${typeof value}. Fix: use a Serializer for other values.`,
  );
}

/**
 * Signs text and verifies it, byte for byte as `itsdangerous.Signer` of Python does:
 * `value.signature`. The signature is HMAC (RFC 2104) of the value in unpadded base64url.
 *
 * Verifying is stricter than in Python: it compares the signature with the canonical form, so each
 * value has exactly one signed form. The comparison takes constant time, and all keys are tried. So
 * the time it takes reveals neither the signature nor the key that made it.
 *
 * @example
 * ```ts
 * const signer = new Signer("a key of at least thirty-two characters", { salt: "newsletter" });
 * const signed = signer.sign("ada@example.org");
 * signer.unsign(signed); // "ada@example.org"
 * signer.validate(`${signed}x`); // false
 * ```
 */
export class Signer {
  /** The separator between value and signature. */
  readonly sep: string;
  readonly #keys: KeyRing;
  readonly #salt: string;
  readonly #keyDerivation: KeyDerivation;
  readonly #digest: Digest;
  // By key object, not by position: a ring may change its keys at any time.
  readonly #hmacs = new WeakMap<SecretKey, Hmac>();
  // Two buffers for the signatures to compare, so that a comparison allocates none.
  readonly #received: Buffer;
  readonly #expected: Buffer;

  /**
   * @param keys the current key signs, all keys of the ring verify.
   * @throws InvalidOptionError for an unknown option, an unknown derivation or digest, or a
   *   separator that a signature may contain.
   */
  constructor(keys: KeyRing | SecretKeyInput, options: SignerOptions = {}) {
    checkOptions("Signer", options, SIGNING_OPTIONS);
    const { salt = "itsdangerous.Signer", sep = ".", keyDerivation = "django-concat", digest = "sha1" } = options;
    if (typeof salt !== "string" || !salt.isWellFormed()) {
      throw new InvalidOptionError(
        `The option salt must be a well-formed string. It got ${typeof salt === "string" ? "one with an unpaired surrogate" : kindOf(salt)}. Fix: salt: "newsletter".`,
      );
    }
    if (typeof sep !== "string" || sep === "" || !sep.isWellFormed() || IN_A_SIGNATURE.test(sep)) {
      throw new InvalidOptionError(
        `The option sep must be a string without letters, digits, "-", "_" and "=", because a signature may hold those. It got ${nameOrKind(sep)}. Fix: sep: ".".`,
      );
    }
    if (!DERIVATIONS.includes(keyDerivation)) {
      throw new InvalidOptionError(
        `The option keyDerivation must be one of ${DERIVATIONS.map((name) => `"${name}"`).join(", ")}. It got ${nameOrKind(keyDerivation)}. Fix: keyDerivation: "hmac".`,
      );
    }
    if (!Object.hasOwn(SIGNATURE_LENGTH, digest)) {
      throw new InvalidOptionError(
        `The option digest must be one of ${Object.keys(SIGNATURE_LENGTH)
          .map((name) => `"${name}"`)
          .join(", ")}. It got ${nameOrKind(digest)}. Fix: digest: "sha256".`,
      );
    }
    this.#keys = KeyRing.from(keys);
    this.#salt = salt;
    this.sep = sep;
    this.#keyDerivation = keyDerivation;
    this.#digest = digest;
    this.#received = Buffer.alloc(SIGNATURE_LENGTH[digest]);
    this.#expected = Buffer.alloc(SIGNATURE_LENGTH[digest]);
  }

  /** The number of characters that the separator and the signature add to a value. */
  get overhead(): number {
    return this.sep.length + SIGNATURE_LENGTH[this.#digest];
  }

  /**
   * The signature of a value by the current key, without the value.
   *
   * @throws TypeError for a value that is not a well-formed string.
   */
  getSignature(value: string): string {
    checkSignable(value);
    // UTF-8 cannot encode an unpaired surrogate. Node would sign U+FFFD in its place.
    if (!value.isWellFormed())
      throw new TypeError(
        "Only a well-formed string can be signed. This one holds an unpaired surrogate. Fix: value.toWellFormed().",
      );
    const key = this.#keys.current;
    this.#keys.count(key, "sign");
    return this.#signatureOf(value, key);
  }

  /** Whether the signature belongs to the value, by any key of the ring. */
  verifySignature(value: string, signature: string): boolean {
    if (typeof value !== "string" || typeof signature !== "string" || !value.isWellFormed()) return false;
    return this.#signedBy(value, signature) !== undefined;
  }

  /**
   * The value, the separator and the signature.
   *
   * @throws TypeError for a value that is not a well-formed string.
   */
  sign(value: string): string {
    return value + this.sep + this.getSignature(value);
  }

  /**
   *
   * The value of a signed text.
   *
   * @throws BadSignature if no key of the ring made this signature. Its `payload` is the unverified
   *   value.
   */
  unsign(signed: string): string {
    const verified = this.verify(signed);
    if (verified === undefined) throw this.mismatch(signed);
    return verified.value;
  }

  /** Whether `unsign` would return a value. */
  validate(signed: string): boolean {
    return this.verify(signed) !== undefined;
  }

  /**
   * The value and the key that signed it. Undefined where `unsign` throws. For callers that need
   * the key, or expect forgeries.
   */
  verify(signed: string): Verified | undefined {
    if (typeof signed !== "string" || !signed.isWellFormed()) return undefined;
    const end = signed.lastIndexOf(this.sep);
    if (end === -1) return undefined;
    const value = signed.slice(0, end);
    const key = this.#signedBy(value, signed.slice(end + this.sep.length));
    return key === undefined ? undefined : { value, key };
  }

  /** The error for a text that `verify` refused. It says why. */
  mismatch(signed: string): BadSignature {
    const end = typeof signed === "string" ? signed.lastIndexOf(this.sep) : -1;
    if (end === -1) return new BadSignature("There is no separator in the signed text.");
    return new BadSignature("The signature does not match.", { payload: signed.slice(0, end) });
  }

  #signedBy(value: string, signature: string): SecretKey | undefined {
    const length = this.#received.length;
    // A letter outside ASCII has more than one byte. So it either does not fit, or writes bytes
    // that no signature has.
    if (signature.length !== length || this.#received.write(signature, "utf8") !== length) return undefined;
    let found: SecretKey | undefined;
    for (const key of this.#keys) {
      this.#expected.write(this.#signatureOf(value, key), "latin1");
      if (crypto().timingSafeEqual(this.#received, this.#expected)) found = key;
    }
    if (found !== undefined) this.#keys.count(found, "verify");
    return found;
  }

  #signatureOf(value: string, key: SecretKey): string {
    let hmac = this.#hmacs.get(key);
    if (hmac === undefined) {
      hmac = new Hmac(this.#digest, deriveKey(key.bytes(), this.#salt, this.#keyDerivation, this.#digest));
      this.#hmacs.set(key, hmac);
    }
    return hmac.digest(value);
  }
}
