import { createHash, createHmac, hkdfSync } from "node:crypto";
import { InvalidOptionError } from "../errors.ts";
import type { SecretKey } from "./secret-key.ts";
import { checkBytes, checkText } from "../options.ts";

/**
 * A hash function that signatures can be made with. SHA-1 is there for Flask and itsdangerous,
 * whose default it is.
 */
export type Digest = "sha1" | "sha256" | "sha384" | "sha512";

/**
 * How a signing key is made out of a secret key and a salt: in the four ways of itsdangerous, or by
 * HKDF, which Python does not read.
 */
export type KeyDerivation = "concat" | "django-concat" | "hmac" | "none" | "hkdf";

const DIGEST_BYTES: Readonly<Record<Digest, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

/**
 * The signing key that itsdangerous 2.x derives (its `Signer.derive_key`): one secret, one key for
 * each salt.
 *
 * `concat` is H(salt, secret); `django-concat` is H(salt, "signer", secret); `hmac`, Flask's, is
 * HMAC(secret, salt); `none` is the secret itself. The text of a salt is its UTF-8 bytes.
 *
 * `hkdf` is this package's own: HKDF (RFC 5869) with the salt "latchkey v1" and this salt as its
 * info, as long as the digest. No other derivation can output such a key, whatever an application
 * signs with the same secret.
 *
 * @throws InvalidOptionError for another derivation, and for arguments that cannot be.
 */
export function deriveKey(secret: Uint8Array, salt: string, derivation: KeyDerivation, digest: Digest): Uint8Array {
  checkBytes("deriveKey(secret)", secret);
  checkText("deriveKey(secret, salt): the salt", salt);
  checkText("deriveKey(…, digest): the digest", digest);
  switch (derivation) {
    case "concat":
      return createHash(digest).update(salt, "utf8").update(secret).digest();
    case "django-concat":
      return createHash(digest).update(salt, "utf8").update("signer").update(secret).digest();
    case "hmac":
      return createHmac(digest, secret).update(salt, "utf8").digest();
    case "none":
      return secret;
    case "hkdf":
      return new Uint8Array(hkdfSync(digest, secret, "latchkey v1", infoOf(salt), DIGEST_BYTES[digest]));
    default:
      throw new InvalidOptionError(`Unknown key derivation method: it is one of "concat", "django-concat", "hmac", "none" and "hkdf".`);
  }
}

/** node:crypto takes an info of at most 1,024 bytes. A longer salt stands in it by its digest. */
function infoOf(salt: string): string {
  return Buffer.byteLength(salt, "utf8") <= 1024 ? salt : `sha256 ${createHash("sha256").update(salt, "utf8").digest("hex")}`;
}

/**
 * A key for one purpose of this package's own, by HKDF-SHA-256 (RFC 5869): anyone who learns it
 * learns nothing of the secret key.
 *
 * @param purpose what the subkey is for; different purposes have unrelated keys.
 * @param length in bytes, 32 unless told otherwise.
 */
export function deriveSubkey(key: SecretKey, purpose: string, length = 32): Buffer {
  return Buffer.from(hkdfSync("sha256", key.bytes(), "latchkey v1", purpose, length));
}

/**
 * The v3.local key of PASETO with which `sealed()` encrypts one kind of session: HKDF-SHA-256
 * (RFC 5869) with a salt that nothing else has. So no signer of an application derives such a key,
 * whatever its own salt is.
 *
 * @param binding what the key is for: the implicit assertion of its tokens.
 */
export function deriveLocalKey(key: SecretKey, binding: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key.bytes(), "latchkey v3.local", infoOf(binding), 32));
}
