import type { KeyRing } from "../keys/key-ring.ts";
import type { SecretKeyInput } from "../keys/secret-key.ts";
import { TimedSerializer, type TimedSerializerOptions } from "./timed-serializer.ts";
import { checkCompression, decodePayload, encodePayload, type CompressionOptions } from "./url-safe-payload.ts";
import { withUrlSafeDefaults } from "./url-safe-serializer.ts";

/**
 * Signs values together with the time, as text that fits into URLs, cookies and headers:
 * `itsdangerous.URLSafeTimedSerializer`, which Flask's sessions use.
 *
 * @example
 * ```ts
 * const serializer = new URLSafeTimedSerializer("a key of at least thirty-two characters", { salt: "password-reset" });
 * const token = serializer.dumps({ user: 42 }); // payload.timestamp.signature
 * serializer.loads(token, { maxAge: 3600 }); // { user: 42 }, for an hour
 * ```
 */
export class URLSafeTimedSerializer<Value = unknown> extends TimedSerializer<Value> {
  readonly #compressFrom: number;

  /** @throws InvalidOptionError for an unknown option or a wrong value. */
  constructor(keys: KeyRing | SecretKeyInput, options: TimedSerializerOptions<Value> & CompressionOptions = {}) {
    super(keys, withUrlSafeDefaults<Value, typeof options>("URLSafeTimedSerializer", options));
    this.#compressFrom = checkCompression(options);
  }

  protected override dumpPayload(value: Value): string {
    return encodePayload(super.dumpPayload(value), this.#compressFrom);
  }

  protected override loadPayload(payload: string): unknown {
    return super.loadPayload(decodePayload(payload, this.maxPayloadBytes));
  }
}
