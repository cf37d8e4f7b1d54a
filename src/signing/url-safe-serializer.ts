import type { KeyRing } from "../keys/key-ring.ts";
import type { SecretKeyInput } from "../keys/secret-key.ts";
import { PythonJson } from "./python-json.ts";
import { checkOptions } from "../options.ts";
import type { SerializerOptions } from "./serializer-base.ts";
import { Serializer } from "./serializer.ts";
import { SIGNING_OPTIONS } from "./signer.ts";
import { checkCompression, decodePayload, encodePayload, type CompressionOptions } from "./url-safe-payload.ts";

/** The JSON of URL-safe payloads: no spaces, and no escapes for characters outside ASCII. */
export const URL_SAFE_JSON: PythonJson = new PythonJson({ compact: true, ensureAscii: false });

/**
 * Checks the options, and returns those that are not about compression.
 *
 * @throws InvalidOptionError for an unknown option.
 */
export function withUrlSafeDefaults<Value, Options extends SerializerOptions<Value> & CompressionOptions>(
  place: string,
  options: Options,
): Omit<Options, "compressFrom"> {
  checkOptions(place, options, SIGNING_OPTIONS);
  const { compressFrom: _, ...others } = options;
  return { ...others, serializer: options.serializer ?? URL_SAFE_JSON };
}

/**
 * Signs values as text of letters, digits, `-`, `_` and `.`, which fits into URLs, cookies and
 * headers: `itsdangerous.URLSafeSerializer`. Long values are compressed.
 *
 * @example
 * ```ts
 * const serializer = new URLSafeSerializer("a key of at least thirty-two characters", { salt: "unsubscribe" });
 * const token = serializer.dumps({ id: 42 }); // eyJpZCI6NDJ9.signature
 * serializer.loads(token); // { id: 42 }
 * ```
 */
export class URLSafeSerializer<Value = unknown> extends Serializer<Value> {
  readonly #compressFrom: number;

  /** @throws InvalidOptionError for an unknown option or a wrong value. */
  constructor(keys: KeyRing | SecretKeyInput, options: SerializerOptions<Value> & CompressionOptions = {}) {
    super(keys, withUrlSafeDefaults<Value, typeof options>("URLSafeSerializer", options));
    this.#compressFrom = checkCompression(options);
  }

  protected override dumpPayload(value: Value): string {
    return encodePayload(super.dumpPayload(value), this.#compressFrom);
  }

  protected override loadPayload(payload: string): unknown {
    return super.loadPayload(decodePayload(payload, this.maxPayloadBytes));
  }
}
