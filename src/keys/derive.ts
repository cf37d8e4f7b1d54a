import { lateModule } from "../late-module.ts";
import { InvalidOptionError } from "../errors.ts";
import type { SecretKey } from "./secret-key.ts";
import { checkBytes, checkText, nameOrKind } from "../options.ts";

const crypto = lateModule("node:crypto");

/**
 * A hash function for signatures. SHA-1 is here because it is the default of Flask and
 * itsdangerous.
 */
export type Digest = "sha1" | "sha256" | "sha384" | "sha512";

/**
 * How a signing key is made from a secret key and a salt: in the four ways of itsdangerous, or by
 * HKDF, which Python does not read.
 */
export type KeyDerivation = "concat" | "django-concat" | "hmac" | "none" | "hkdf";

const DIGEST_BYTES: Readonly<Record<Digest, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

/**
 * The signing key that itsdangerous 2.x derives (its `Signer.derive_key`): one secret gives one key
 * for each salt.
 *
 * `concat` is H(salt, secret). `django-concat` is H(salt, "signer", secret). `hmac`, which Flask
 * uses, is HMAC(secret, salt). `none` is the secret itself. The salt is used as its UTF-8 bytes.
 *
 * `hkdf` is this package's own: HKDF (RFC 5869) with the salt "latchkey v1", with this salt as its
 * info, and as long as the digest. No other derivation can output such a key, regardless of what an
 * application signs with the same secret.
 *
 * @throws InvalidOptionError for an unknown derivation, and for arguments of a wrong type.
 */
export function deriveKey(secret: Uint8Array, salt: string, derivation: KeyDerivation, digest: Digest): Uint8Array {
  checkBytes("deriveKey(secret)", secret);
  checkText("The salt in deriveKey(secret, salt, …)", salt);
  checkText("The digest in deriveKey(…, digest)", digest);
  switch (derivation) {
    case "concat":
      return crypto().createHash(digest).update(salt, "utf8").update(secret).digest();
    case "django-concat":
      return crypto().createHash(digest).update(salt, "utf8").update("signer").update(secret).digest();
    case "hmac":
      return crypto().createHmac(digest, secret).update(salt, "utf8").digest();
    case "none":
      return secret;
    case "hkdf":
      return new Uint8Array(crypto().hkdfSync(digest, secret, "latchkey v1", infoOf(salt), DIGEST_BYTES[digest]));
    default:
      throw new InvalidOptionError(
        `The derivation in deriveKey(secret, salt, derivation, digest) must be "concat", "django-concat", "hmac", "none" or "hkdf". It got ${nameOrKind(derivation)}. Fix: deriveKey(secret, salt, "hmac", digest).`,
      );
  }
}

/** node:crypto limits the info to 1,024 bytes. A longer salt is replaced by its digest. */
function infoOf(salt: string): string {
  return Buffer.byteLength(salt, "utf8") <= 1024
    ? salt
    : `sha256 ${crypto().createHash("sha256").update(salt, "utf8").digest("hex")}`;
}

/**
 * A key for one purpose inside this package, by HKDF-SHA-256 (RFC 5869). It reveals nothing about
 * the secret key.
 *
 * @param purpose the name of the purpose. Different purposes have unrelated keys.
 * @param length in bytes. Default: 32.
 */
export function deriveSubkey(key: SecretKey, purpose: string, length = 32): Buffer {
  return Buffer.from(crypto().hkdfSync("sha256", key.bytes(), "latchkey v1", purpose, length));
}

/**
 * The v3.local key of PASETO with which `sealed()` encrypts one kind of session: HKDF-SHA-256 (RFC
 * 5869) with a salt that is used nowhere else. So no signer of an application derives such a key,
 * regardless of its own salt.
 *
 * @param binding the purpose of the key: the implicit assertion of its tokens.
 */
export function deriveLocalKey(key: SecretKey, binding: string): Buffer {
  return Buffer.from(crypto().hkdfSync("sha256", key.bytes(), "latchkey v3.local", infoOf(binding), 32));
}
