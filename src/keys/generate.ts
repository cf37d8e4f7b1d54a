import { randomBytes, randomUUID } from "node:crypto";
import { InvalidOptionError } from "../errors.ts";
import { DEVELOPMENT_KEY_PREFIX, KEY_PREFIX } from "./prefixes.ts";
import { checkOptions } from "../options.ts";

/** How `generateSecretKey` writes the key. */
export type SecretKeyFormat = "base64url" | "hex" | "uuid";

/** What kind of key to make. */
export interface GenerateSecretKeyOptions {
  /**
   * Random bytes to draw: 16 (128 bits, the least that OWASP ASVS 11.2.3 accepts) to 1,024; 32
   * unless given. Not together with `format: "uuid"`.
   */
  readonly bytes?: number | undefined;
  /** `base64url` (with the prefix `lk1_`) unless given; `hex` and `uuid` have no prefix. */
  readonly format?: SecretKeyFormat | undefined;
}

/**
 * A new secret key from the operating system's random source.
 *
 * The default is `lk1_` and 43 characters of base64url: 256 bits. `format: "hex"` with `bytes: 24`
 * is what `binascii.hexlify(os.urandom(24))` makes in Python, and `format: "uuid"` is
 * `uuid.uuid4().hex`: 122 random bits, which no one can guess, though OWASP ASVS 11.5.1 asks for
 * 128. The whole text is the key, prefix included.
 *
 * @throws InvalidOptionError for a number of bytes outside of 16 to 1,024, an unknown format, or
 *   `bytes` together with `uuid`.
 * @example
 * ```ts
 * generateSecretKey(); // "lk1_" and 43 characters
 * generateSecretKey({ bytes: 24, format: "hex" }); // 48 hexadecimal digits
 * generateSecretKey({ format: "uuid" }); // 32 hexadecimal digits
 * ```
 */
export function generateSecretKey(options: GenerateSecretKeyOptions = {}): string {
  checkOptions("generateSecretKey", options, ["bytes", "format"]);
  const { bytes, format = "base64url" } = options;
  if (bytes !== undefined && (!Number.isInteger(bytes) || bytes < 16 || bytes > 1024)) {
    throw new InvalidOptionError(`The option "bytes" of a new secret key is a whole number from 16 to 1024, not ${describe(bytes)}.`);
  }
  switch (format) {
    case "base64url":
      return KEY_PREFIX + randomBytes(bytes ?? 32).toString("base64url");
    case "hex":
      return randomBytes(bytes ?? 32).toString("hex");
    case "uuid":
      if (bytes !== undefined) throw new InvalidOptionError('A UUID has a fixed size: leave out "bytes", or use format "hex".');
      return randomUUID().replaceAll("-", "");
    default:
      throw new InvalidOptionError('The option "format" of a new secret key is one of "base64url", "hex" and "uuid".');
  }
}

/** A new key for one developer's machine, with the prefix that production refuses. */
export function generateDevelopmentKey(): string {
  return DEVELOPMENT_KEY_PREFIX + randomBytes(32).toString("base64url");
}

function describe(value: unknown): string {
  return typeof value === "number" ? String(value) : `a ${typeof value}`;
}
