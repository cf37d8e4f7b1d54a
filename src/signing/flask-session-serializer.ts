import type { Clock } from "../clock.ts";
import type { KeyRing } from "../keys/key-ring.ts";
import type { SecretKeyInput } from "../keys/secret-key.ts";
import { checkOptions } from "../options.ts";
import { SIGNING_OPTIONS } from "./signer.ts";
import { TaggedJson, type JsonTag } from "./tagged-json.ts";
import { URLSafeTimedSerializer } from "./url-safe-timed-serializer.ts";

export interface FlaskSessionOptions {
  /** Returns the time in whole Unix seconds. Default: the machine's clock. */
  readonly clock?: Clock | undefined;
  /**
   * Additional kinds of values, for an application that has registered its own tags in Flask.
   * Without them, such values come back as plain objects.
   */
  readonly tags?: readonly JsonTag[] | undefined;
  /**
   * Whether NaN and the infinities may be written. If false, `dumps` throws for them. Default:
   * true, as in Flask.
   */
  readonly allowNaN?: boolean | undefined;
  /**
   * The largest session in bytes of JSON. Default: 65,536. `dumps` throws for a larger session, and
   * `loads` refuses a larger one.
   */
  readonly maxPayloadBytes?: number | undefined;
}

/**
 * The serializer of Flask's session cookie. Flask 2.2 to 3.1 with the same secret key reads what it
 * writes, and the reverse.
 *
 * It is a URLSafeTimedSerializer with the salt "cookie-session", key derivation "hmac", SHA-1 and
 * tagged JSON. Flask itself passes `loads` a `maxAge` of 31 days (PERMANENT_SESSION_LIFETIME).
 *
 * @example
 * ```ts
 * const sessions = flaskSessionSerializer("the SECRET_KEY of the Flask application");
 * const cookie = sessions.dumps({ user_id: 7 });
 * const { value, timestamp, key } = sessions.open(cookie, { maxAge: 31 * 86_400 });
 * ```
 */
export function flaskSessionSerializer(
  keys: KeyRing | SecretKeyInput,
  options: FlaskSessionOptions = {},
): URLSafeTimedSerializer {
  checkOptions("flaskSessionSerializer", options, SIGNING_OPTIONS);
  const { clock, tags, allowNaN, maxPayloadBytes } = options;
  return new URLSafeTimedSerializer(keys, {
    salt: "cookie-session",
    keyDerivation: "hmac",
    serializer: new TaggedJson({ tags, allowNaN }),
    clock,
    maxPayloadBytes,
  });
}
