import { lateModule } from "../late-module.ts";
import { InvalidOptionError } from "../errors.ts";
import { rememberGenerated } from "./generated-here.ts";
import { formatOwnKey, LEAST_RANDOM_BYTES, MOST_RANDOM_BYTES } from "./own-key.ts";
import { DEVELOPMENT_KEY_PREFIX, KEY_PREFIX } from "./prefixes.ts";
import { checkOptions, nameOrKind, numberOrKind } from "../options.ts";

const crypto = lateModule("node:crypto");

/** How `generateSecretKey` writes the key. */
export type SecretKeyFormat = "base64url" | "hex" | "uuid";

/** What kind of key to make. */
export interface GenerateSecretKeyOptions {
  /**
   * The number of random bytes: 16 (128 bits, the minimum of OWASP ASVS 11.2.3) to 1,024. Default:
   * 32. A larger number makes the key longer, not safer. Cannot be combined with `format: "uuid"`.
   */
  readonly bytes?: number | undefined;
  /**
   * The form of the key. Default: `base64url`, with the prefix `lk1_` and a checksum. `hex` and
   * `uuid` have neither, so that tools which look for leaked keys do not recognise them, and a
   * mistyped key is another key.
   */
  readonly format?: SecretKeyFormat | undefined;
}

/**
 * A new secret key from the operating system's random source.
 *
 * The default is `lk1_` and 48 characters of base64url: 256 random bits and their CRC-32, by which
 * a mistyped key is refused and a leaked one is found. `format: "hex"` with `bytes: 24` makes the
 * same as `binascii.hexlify(os.urandom(24))` in Python. `format: "uuid"` makes the same as
 * `uuid.uuid4().hex`: 122 random bits. They cannot be guessed, but OWASP ASVS 11.5.1 asks for 128.
 * The whole text is the key, including the prefix and the checksum.
 *
 * @throws InvalidOptionError for a number of bytes outside 16 to 1,024, an unknown format, or
 *   `bytes` together with `uuid`.
 * @example
 * ```ts
 * generateSecretKey(); // "lk1_" and 48 characters
 * generateSecretKey({ bytes: 24, format: "hex" }); // 48 hexadecimal digits
 * generateSecretKey({ format: "uuid" }); // 32 hexadecimal digits
 * ```
 */
export function generateSecretKey(options: GenerateSecretKeyOptions = {}): string {
  checkOptions("generateSecretKey", options, ["bytes", "format"]);
  const { bytes, format = "base64url" } = options;
  if (bytes !== undefined && (!Number.isInteger(bytes) || bytes < LEAST_RANDOM_BYTES || bytes > MOST_RANDOM_BYTES)) {
    throw new InvalidOptionError(
      `The option bytes of generateSecretKey must be a whole number from 16 to 1024. It got ${numberOrKind(bytes)}. Fix: bytes: 32.`,
    );
  }
  switch (format) {
    case "base64url":
      return rememberGenerated(formatOwnKey(KEY_PREFIX, crypto().randomBytes(bytes ?? 32)));
    case "hex":
      return rememberGenerated(
        crypto()
          .randomBytes(bytes ?? 32)
          .toString("hex"),
      );
    case "uuid":
      if (bytes !== undefined)
        throw new InvalidOptionError(
          'A UUID has a fixed size, so the option bytes cannot be used with format: "uuid". Fix: leave out bytes, or use format: "hex".',
        );
      return rememberGenerated(crypto().randomUUID().replaceAll("-", ""));
    default:
      throw new InvalidOptionError(
        `The option format of generateSecretKey must be "base64url", "hex" or "uuid". It got ${nameOrKind(format)}. Fix: leave it out.`,
      );
  }
}

/** A new key for one developer's machine, with the prefix that production refuses. */
export function generateDevelopmentKey(): string {
  return formatOwnKey(DEVELOPMENT_KEY_PREFIX, crypto().randomBytes(32));
}
