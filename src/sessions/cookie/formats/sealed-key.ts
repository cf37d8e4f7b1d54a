import { InvalidOptionError } from "../../../errors.ts";
import { deriveLocalKey } from "../../../keys/derive.ts";
import { SecretKey, type SecretKeyInput } from "../../../keys/secret-key.ts";
import { checkOptions } from "../../../options.ts";
import { writeSessionJson } from "../../data/session-json.ts";

/** A name that a cookie can have (RFC 9110, section 5.6.2). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** Which sessions a key is for. */
export interface SealedKeyOptions {
  /** The option `app` of `sealed()`. Default: "", as there. */
  readonly app?: string | undefined;
  /**
   * The cookie's name, as the browser gets it. Default: "__Host-Http-session". Over plain HTTP on a
   * loopback host it is "session".
   */
  readonly cookieName?: string | undefined;
}

/** What another service needs in order to read the sessions of one cookie. */
export interface SealedKey {
  /** The key as PASERK: "k3.local." and 43 characters of base64url. It is a secret. */
  readonly paserk: string;
  /** The implicit assertion that the service has to give with each token. It is not a secret. */
  readonly assertion: string;
}

/**
 * Derives the key with which `sealed()` encrypts the sessions of one cookie. It is for a service
 * that reads them with a PASETO library. The service never gets the secret key, and cannot compute
 * it from this one.
 *
 * A holder of the derived key can read and make sessions of this cookie and this application, but
 * of no other. After a change of the secret key, the service needs the new derived key too.
 *
 * @param secret the secret key that the server seals with: `ring.current`, and each of
 *   `ring.fallbacks` while they verify. It has to be strong: a holder of the derived key could try
 *   guesses of a weak one.
 * @param options `app` is that of `sealed()`. `cookieName` is the cookie's name.
 * @throws InvalidOptionError for an `app` or a `cookieName` that no session has; SecretKeyError for
 *   what cannot be a key.
 * @example
 * ```ts
 * const ring = loadKeyRing({ env: process.env });
 * const { paserk, assertion } = deriveSealedKey(ring.current, { app: "shop" });
 * ```
 */
export function deriveSealedKey(secret: SecretKeyInput, options: SealedKeyOptions = {}): SealedKey {
  checkOptions("deriveSealedKey()", options, ["app", "cookieName"]);
  const { app = "", cookieName = "__Host-Http-session" } = options;
  checkApp(app, "deriveSealedKey()");
  if (typeof cookieName !== "string" || !TOKEN.test(cookieName)) {
    throw new InvalidOptionError(
      `The option "cookieName" of deriveSealedKey() is the name of a cookie; it got ${JSON.stringify(cookieName)}. Fix: the name as the browser shows it, such as "__Host-Http-session".`,
    );
  }
  const assertion = sealedAssertion(app, cookieName);
  return { paserk: `k3.local.${deriveLocalKey(SecretKey.from(secret), assertion).toString("base64url")}`, assertion };
}

/**
 * @param place names the function that got it.
 * @throws InvalidOptionError for an application's name that `sealed()` does not take.
 */
export function checkApp(app: unknown, place: string): void {
  if (typeof app === "string" && app.isWellFormed() && !app.includes("\0")) return;
  const got = typeof app === "string" ? JSON.stringify(app) : `a value of type ${typeof app}`;
  throw new InvalidOptionError(
    `The option "app" of ${place} is a text without NUL, such as "shop"; it got ${got}. Fix: the application's name.`,
  );
}

/**
 * What a token is bound to: one application, one cookie, one purpose. It is JSON in ASCII with
 * sorted names, so that each three of them have exactly one text.
 */
export function sealedAssertion(app: string, cookieName: string): string {
  return writeSessionJson({ app, cookie: cookieName, purpose: "session" });
}
