import { timingSafeEqual } from "node:crypto";
import { BadSignature, InvalidOptionError } from "../errors.ts";
import { deriveKey, type Digest, type KeyDerivation } from "../keys/derive.ts";
import { KeyRing } from "../keys/key-ring.ts";
import type { SecretKey, SecretKeyInput } from "../keys/secret-key.ts";
import { Hmac } from "./hmac.ts";
import { checkOptions } from "../options.ts";

/** How a signer makes its signing keys and signatures. Both sides have to use the same. */
export interface SignerOptions {
  /**
   * What the signatures are for; a signature made with another salt does not verify.
   * "itsdangerous.Signer" for signers, "itsdangerous" for serializers.
   */
  readonly salt?: string | undefined;
  /**
   * Stands between the value and its signature, "." by default. It may hold no letter, no digit,
   * and none of `-`, `_` and `=`.
   */
  readonly sep?: string | undefined;
  /** How the signing key is made out of the secret key and the salt, "django-concat" by default. */
  readonly keyDerivation?: KeyDerivation | undefined;
  /** The hash of key derivation and signature, "sha1" by default as in itsdangerous. */
  readonly digest?: Digest | undefined;
}

/** A value whose signature is good, and the key that made it. */
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
 * All that signers and serializers take: one object of settings may serve several of them, and each
 * takes what concerns it.
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

/**
 * Signs text and takes the signature off again, byte for byte as `itsdangerous.Signer` of Python
 * does: `value.signature`, where the signature is HMAC (RFC 2104) of the value in unpadded
 * base64url.
 *
 * Verifying is stricter than in Python: the expected signature is spelled out and compared in
 * constant time, so each value has exactly one signed form. Somebody who measures the time it takes
 * learns neither the signature nor which key made it: all keys are tried.
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
  /** What stands between value and signature. */
  readonly sep: string;
  readonly #keys: KeyRing;
  readonly #salt: string;
  readonly #keyDerivation: KeyDerivation;
  readonly #digest: Digest;
  // By key object and never by position: a ring may change its keys at any time.
  readonly #hmacs = new WeakMap<SecretKey, Hmac>();
  // Two places for signatures that are compared, so that no comparison has to make any.
  readonly #received: Buffer;
  readonly #expected: Buffer;

  /**
   * @param keys the current key signs, all keys of the ring verify.
   * @throws InvalidOptionError for a name that is no option, an unknown derivation or digest, or a
   *   separator that a signature may contain.
   */
  constructor(keys: KeyRing | SecretKeyInput, options: SignerOptions = {}) {
    checkOptions("Signer", options, SIGNING_OPTIONS);
    const { salt = "itsdangerous.Signer", sep = ".", keyDerivation = "django-concat", digest = "sha1" } = options;
    if (typeof salt !== "string" || !salt.isWellFormed()) throw new InvalidOptionError("The salt is a text that UTF-8 can write.");
    if (typeof sep !== "string" || sep === "" || !sep.isWellFormed() || IN_A_SIGNATURE.test(sep)) {
      throw new InvalidOptionError(
        'The separator cannot be told from a signature: take one without letters, digits, "-", "_" and "=", such as ".".',
      );
    }
    if (!DERIVATIONS.includes(keyDerivation)) {
      throw new InvalidOptionError(`The key derivation is one of ${DERIVATIONS.map((name) => `"${name}"`).join(", ")}.`);
    }
    if (!Object.hasOwn(SIGNATURE_LENGTH, digest)) {
      throw new InvalidOptionError(
        `The digest is one of ${Object.keys(SIGNATURE_LENGTH)
          .map((name) => `"${name}"`)
          .join(", ")}.`,
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

  /** How many characters the separator and the signature add to a value. */
  get overhead(): number {
    return this.sep.length + SIGNATURE_LENGTH[this.#digest];
  }

  /**
   * The signature of a value by the current key, without the value.
   *
   * @throws TypeError for anything but text that UTF-8 can write.
   */
  getSignature(value: string): string {
    if (typeof value !== "string") throw new TypeError(`Only text can be signed, not a value of type ${typeof value}.`);
    // UTF-8 has no form for half of a surrogate pair; Node would sign U+FFFD in its place.
    if (!value.isWellFormed())
      throw new TypeError("Only text that UTF-8 can write can be signed; this one holds half of a surrogate pair.");
    const key = this.#keys.current;
    this.#keys.count(key, "sign");
    return this.#signatureOf(value, key);
  }

  /** Whether the signature is that of the value, by any key of the ring. */
  verifySignature(value: string, signature: string): boolean {
    if (typeof value !== "string" || typeof signature !== "string" || !value.isWellFormed()) return false;
    return this.#signedBy(value, signature) !== undefined;
  }

  /**
   * The value, the separator and the signature.
   *
   * @throws TypeError for anything but text that UTF-8 can write.
   */
  sign(value: string): string {
    return value + this.sep + this.getSignature(value);
  }

  /**
   * The value of a signed text.
   *
   * @throws BadSignature if no key of the ring made this signature; its `payload` is the unverified
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
   * The value and the key that signed it; undefined where `unsign` throws. For callers who want to
   * know the key, or expect forgeries.
   */
  verify(signed: string): Verified | undefined {
    if (typeof signed !== "string" || !signed.isWellFormed()) return undefined;
    const end = signed.lastIndexOf(this.sep);
    if (end === -1) return undefined;
    const value = signed.slice(0, end);
    const key = this.#signedBy(value, signed.slice(end + this.sep.length));
    return key === undefined ? undefined : { value, key };
  }

  /** The error for a text that `verify` refused: why it did. */
  mismatch(signed: string): BadSignature {
    const end = typeof signed === "string" ? signed.lastIndexOf(this.sep) : -1;
    if (end === -1) return new BadSignature("There is no separator in the signed text.");
    return new BadSignature("The signature does not match.", { payload: signed.slice(0, end) });
  }

  #signedBy(value: string, signature: string): SecretKey | undefined {
    const length = this.#received.length;
    // A letter outside ASCII has more bytes than one: either not all of it fits, or bytes stand
    // there that no signature has.
    if (signature.length !== length || this.#received.write(signature, "utf8") !== length) return undefined;
    let found: SecretKey | undefined;
    for (const key of this.#keys) {
      this.#expected.write(this.#signatureOf(value, key), "latin1");
      if (timingSafeEqual(this.#received, this.#expected)) found = key;
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
