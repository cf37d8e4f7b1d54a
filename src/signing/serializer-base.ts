import { BadData, BadPayload, BadSignature, InvalidOptionError } from "../errors.ts";
import { PythonJson, type PayloadSerializer } from "./python-json.ts";
import { checkOptions, kindOf, numberOrKind } from "../options.ts";
import { SIGNER_OPTIONS, SIGNING_OPTIONS, type Signer, type SignerOptions } from "./signer.ts";
import { NO_OPTIONS } from "./timestamp-signer.ts";
import type { StandardSchema } from "./standard-schema.ts";

export interface SerializerOptions<Value = unknown> extends SignerOptions {
  /**
   * Turns values into text and back: any object with the methods `dumps` and `loads`. Default: JSON
   * as Python writes it. Readers have to use the same one.
   */
  readonly serializer?: PayloadSerializer | undefined;
  /**
   * Other ways of signing that are still accepted, for example the digest before a change. So
   * tokens from before the change stay valid. Each uses the same keys and salt. A setting that it
   * leaves out has the default of a signer, not the value that the serializer itself uses. Default:
   * none.
   */
  readonly fallbackSigners?: readonly Omit<SignerOptions, "salt">[] | undefined;
  /**
   * The largest payload in bytes, measured after decompression. Default: 65,536. `dumps` throws for
   * a larger value, and `loads` refuses a larger text.
   */
  readonly maxPayloadBytes?: number | undefined;
  /**
   * A Standard Schema (zod, valibot, arktype) that a loaded value has to fit. It also sets the
   * TypeScript type of the value. `loads` throws BadPayload for a value that does not fit. The
   * schema must not be asynchronous. Default: no check.
   */
  readonly schema?: StandardSchema<Value> | undefined;
}

/** What one call may change. */
export interface SaltOption {
  /**
   * Replaces the serializer's salt in this call. A text signed with another salt does not verify.
   */
  readonly salt?: string | undefined;
}

/** The result of `loadsUnsafe`: the value, and whether it can be trusted. */
export type UnsafeResult<Value> =
  | { readonly valid: true; readonly value: Value }
  | { readonly valid: false; readonly value: unknown };

/** The names of `SaltOption`. */
export const SALT_OPTION: readonly string[] = ["salt"];
const FALLBACK_OPTIONS = SIGNER_OPTIONS.filter((name) => name !== "salt");
const DEFAULT_JSON = new PythonJson();
/**
 * The number of signers that are cached for salts given with a call. It is bounded, because a salt
 * may come from anywhere.
 */
const MAX_SIGNERS = 32;

/** What the four serializers have in common: a value becomes a payload, and a signer signs it. */
export abstract class SerializerBase<Value, SignerKind extends Signer> {
  protected readonly maxPayloadBytes: number;
  readonly #makeSigner: (options: SignerOptions) => SignerKind;
  readonly #options: SerializerOptions<Value>;
  readonly #serializer: PayloadSerializer;
  readonly #defaultSigners: readonly [SignerKind, ...SignerKind[]];
  readonly #otherSigners = new Map<string, readonly [SignerKind, ...SignerKind[]]>();
  readonly #maxLength: number;

  /** @param place the name of the serializer, for messages. */
  protected constructor(
    options: SerializerOptions<Value>,
    makeSigner: (options: SignerOptions) => SignerKind,
    place: string,
  ) {
    checkOptions(place, options, SIGNING_OPTIONS);
    const { serializer = DEFAULT_JSON, maxPayloadBytes = 65_536 } = options;
    if (typeof serializer?.dumps !== "function" || typeof serializer.loads !== "function") {
      throw new InvalidOptionError(
        `The option serializer of ${place} must be an object with the methods dumps and loads. It got ${kindOf(serializer)}. Fix: serializer: new PythonJson().`,
      );
    }
    if (!Number.isSafeInteger(maxPayloadBytes) || maxPayloadBytes < 1) {
      throw new InvalidOptionError(
        `The option maxPayloadBytes of ${place} must be a whole number of bytes, at least 1. It got ${numberOrKind(maxPayloadBytes)}. Fix: maxPayloadBytes: 65536.`,
      );
    }
    if (options.fallbackSigners !== undefined && !Array.isArray(options.fallbackSigners)) {
      throw new InvalidOptionError(
        `The option fallbackSigners of ${place} must be a list of signer options. It got ${kindOf(options.fallbackSigners)}. Fix: fallbackSigners: [{ digest: "sha1" }].`,
      );
    }
    for (const fallback of options.fallbackSigners ?? [])
      checkOptions("An entry of fallbackSigners", fallback, FALLBACK_OPTIONS);
    this.#makeSigner = makeSigner;
    this.#options = options;
    this.#serializer = serializer;
    this.maxPayloadBytes = maxPayloadBytes;
    this.#defaultSigners = this.#signersFor(options.salt ?? "itsdangerous");
    // Base64 has four characters for three bytes. Then come the dot of a compressed payload, a
    // timestamp with its separator, and the longest signature.
    this.#maxLength =
      Math.ceil((maxPayloadBytes * 4) / 3) +
      16 +
      Math.max(...this.#defaultSigners.map((signer) => 2 * signer.overhead));
  }

  /**
   * Signs a value and returns the signed text.
   *
   * @throws TypeError for a value that the inner serializer cannot write; RangeError if it has more
   *   than `maxPayloadBytes`.
   */
  dumps(value: Value, options: SaltOption = NO_OPTIONS): string {
    if (options !== NO_OPTIONS) checkOptions("dumps", options, SALT_OPTION);
    return this.signers(options.salt)[0].sign(this.dumpPayload(value));
  }

  /** The text of a value before it is signed. */
  protected dumpPayload(value: Value): string {
    const text = this.#serializer.dumps(value);
    if (typeof text !== "string")
      throw new TypeError(
        `dumps of the option serializer must return a string. It returned ${kindOf(text)}. Fix: return JSON.stringify(value).`,
      );
    if (this.#isTooLong(text)) {
      throw new RangeError(
        `The value needs more than maxPayloadBytes (${this.maxPayloadBytes}) bytes. Fix: sign less, or raise maxPayloadBytes where the value is signed and where it is read.`,
      );
    }
    return text;
  }

  /** The value of such a text. Throws BadPayload if it cannot be decoded. */
  protected loadPayload(payload: string): unknown {
    if (this.#isTooLong(payload)) throw new BadPayload(`The payload has more than ${this.maxPayloadBytes} bytes.`);
    try {
      return this.#serializer.loads(payload);
    } catch (cause) {
      throw cause instanceof BadPayload ? cause : new BadPayload("The payload cannot be decoded.", { cause });
    }
  }

  /** Decodes a payload after its signature was verified, and checks it against the schema. */
  protected trustedValue(payload: string): Value {
    const value = this.loadPayload(payload);
    const { schema } = this.#options;
    if (schema === undefined) return value as Value;
    const result = schema["~standard"].validate(value);
    if (result instanceof Promise)
      throw new InvalidOptionError(
        "The option schema validates asynchronously, and loads cannot wait. Fix: use a schema without asynchronous checks.",
      );
    if (result.issues !== undefined)
      throw new BadPayload("The payload does not fit the schema.", { issues: result.issues });
    return result.value;
  }

  /**
   * Decodes the unverified payload of a BadData error. Undefined if the error has no payload, or
   * one that cannot be decoded. Rethrows any other error.
   */
  protected unverifiedValue(error: unknown): unknown {
    if (!(error instanceof BadData)) throw error;
    if (error.payload === undefined) return undefined;
    try {
      return this.loadPayload(error.payload);
    } catch {
      return undefined;
    }
  }

  /** Whether the text is too long for any signer here. Then its signature need not be computed. */
  protected isTooLongToBeSigned(text: string): boolean {
    return typeof text === "string" && text.length > this.#maxLength;
  }

  /** The error for a text that no signer here made. It says why the text was refused. */
  protected mismatch(text: string, { salt }: SaltOption): BadSignature {
    if (this.isTooLongToBeSigned(text))
      return new BadSignature(
        `The signed text has more than ${this.#maxLength} characters, so its signature was not checked.`,
      );
    return this.signers(salt)[0].mismatch(text);
  }

  /** The signer that signs, followed by the fallback signers. */
  protected signers(salt: string | undefined): readonly [SignerKind, ...SignerKind[]] {
    if (salt === undefined) return this.#defaultSigners;
    let signers = this.#otherSigners.get(salt);
    if (signers === undefined) {
      const oldest = this.#otherSigners.size === MAX_SIGNERS ? this.#otherSigners.keys().next() : undefined;
      if (oldest?.value !== undefined) this.#otherSigners.delete(oldest.value);
      this.#otherSigners.set(salt, (signers = this.#signersFor(salt)));
    }
    return signers;
  }

  #isTooLong(text: string): boolean {
    // A UTF-16 unit has at most three bytes of UTF-8, so short texts need no counting.
    return text.length * 3 > this.maxPayloadBytes && Buffer.byteLength(text, "utf8") > this.maxPayloadBytes;
  }

  #signersFor(salt: string): readonly [SignerKind, ...SignerKind[]] {
    const { sep, keyDerivation, digest, fallbackSigners = [] } = this.#options;
    const fallbacks = fallbackSigners.map((fallback) => this.#makeSigner({ ...fallback, salt }));
    return [this.#makeSigner({ salt, sep, keyDerivation, digest }), ...fallbacks];
  }
}
