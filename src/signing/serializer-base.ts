import { BadData, BadPayload, BadSignature, InvalidOptionError } from "../errors.ts";
import { PythonJson, type PayloadSerializer } from "./python-json.ts";
import { checkOptions } from "../options.ts";
import { SIGNER_OPTIONS, SIGNING_OPTIONS, type Signer, type SignerOptions } from "./signer.ts";
import { NO_OPTIONS } from "./timestamp-signer.ts";
import type { StandardSchema } from "./standard-schema.ts";

export interface SerializerOptions<Value = unknown> extends SignerOptions {
  /**
   * Turns values into text and back. JSON as Python writes it by default; any object with `dumps`
   * and `loads` will do.
   */
  readonly serializer?: PayloadSerializer | undefined;
  /**
   * Other ways of signing that are still accepted, say the digest before a change. They use the
   * same keys and salt; what one leaves out is the default of a signer, and not what the serializer
   * itself uses.
   */
  readonly fallbackSigners?: readonly Omit<SignerOptions, "salt">[] | undefined;
  /**
   * The most bytes that a payload may have once it is decompressed, 65,536 by default. Longer ones
   * are neither written nor read.
   */
  readonly maxPayloadBytes?: number | undefined;
  /**
   * A Standard Schema (zod, valibot, arktype) that a loaded value has to fit. It gives the value
   * its type, and must not be asynchronous.
   */
  readonly schema?: StandardSchema<Value> | undefined;
}

/** What one call may do otherwise than the serializer. */
export interface SaltOption {
  /** Used in place of the serializer's salt. */
  readonly salt?: string | undefined;
}

/** What `loadsUnsafe` gives: the value, and whether it can be trusted. */
export type UnsafeResult<Value> = { readonly valid: true; readonly value: Value } | { readonly valid: false; readonly value: unknown };

/** The names of `SaltOption`. */
export const SALT_OPTION: readonly string[] = ["salt"];
const FALLBACK_OPTIONS = SIGNER_OPTIONS.filter((name) => name !== "salt");
const DEFAULT_JSON = new PythonJson();
/**
 * Of the signers made for salts that were given with a call. A salt may come from anywhere, so
 * their number is bounded.
 */
const MAX_SIGNERS = 32;

/**
 * What the four serializers have in common: a value becomes a payload, a signer of some kind signs
 * it.
 */
export abstract class SerializerBase<Value, SignerKind extends Signer> {
  protected readonly maxPayloadBytes: number;
  readonly #makeSigner: (options: SignerOptions) => SignerKind;
  readonly #options: SerializerOptions<Value>;
  readonly #serializer: PayloadSerializer;
  readonly #defaultSigners: readonly [SignerKind, ...SignerKind[]];
  readonly #otherSigners = new Map<string, readonly [SignerKind, ...SignerKind[]]>();
  readonly #maxLength: number;

  /**
   * @param place names the serializer in messages.
   */
  protected constructor(options: SerializerOptions<Value>, makeSigner: (options: SignerOptions) => SignerKind, place: string) {
    checkOptions(place, options, SIGNING_OPTIONS);
    const { serializer = DEFAULT_JSON, maxPayloadBytes = 65_536 } = options;
    if (typeof serializer?.dumps !== "function" || typeof serializer.loads !== "function") {
      throw new InvalidOptionError("The serializer is an object with the methods dumps and loads.");
    }
    if (!Number.isSafeInteger(maxPayloadBytes) || maxPayloadBytes < 1) {
      throw new InvalidOptionError("maxPayloadBytes is a whole number of bytes, and not below 1.");
    }
    if (options.fallbackSigners !== undefined && !Array.isArray(options.fallbackSigners)) {
      throw new InvalidOptionError("fallbackSigners is a list of signer options.");
    }
    for (const fallback of options.fallbackSigners ?? []) checkOptions("An entry of fallbackSigners", fallback, FALLBACK_OPTIONS);
    this.#makeSigner = makeSigner;
    this.#options = options;
    this.#serializer = serializer;
    this.maxPayloadBytes = maxPayloadBytes;
    this.#defaultSigners = this.#signersFor(options.salt ?? "itsdangerous");
    // Four characters for three bytes, the dot of a compressed payload, a timestamp and its
    // separator, and the longest signature.
    this.#maxLength = Math.ceil((maxPayloadBytes * 4) / 3) + 16 + Math.max(...this.#defaultSigners.map((signer) => 2 * signer.overhead));
  }

  /**
   * The signed text of a value.
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
    if (typeof text !== "string") throw new TypeError("The serializer's dumps has to return text.");
    if (this.#isTooLong(text)) {
      throw new RangeError(`The value needs more than maxPayloadBytes (${this.maxPayloadBytes}) bytes, so it could not be read again.`);
    }
    return text;
  }

  /** The value of such a text. What goes wrong is a BadPayload. */
  protected loadPayload(payload: string): unknown {
    if (this.#isTooLong(payload)) throw new BadPayload(`The payload has more than ${this.maxPayloadBytes} bytes.`);
    try {
      return this.#serializer.loads(payload);
    } catch (cause) {
      throw cause instanceof BadPayload ? cause : new BadPayload("The payload cannot be decoded.", { cause });
    }
  }

  /** The value of a payload whose signature is good, once it fits the schema. */
  protected trustedValue(payload: string): Value {
    const value = this.loadPayload(payload);
    const { schema } = this.#options;
    if (schema === undefined) return value as Value;
    const result = schema["~standard"].validate(value);
    if (result instanceof Promise)
      throw new InvalidOptionError("The schema validates asynchronously; a serializer needs one that does not.");
    if (result.issues !== undefined) throw new BadPayload("The payload does not fit the schema.", { issues: result.issues });
    return result.value;
  }

  /**
   * What an error of loading carries along, decoded; undefined if it carries nothing or it cannot
   * be. Throws what is no fault of the text.
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

  /** Whether no signer here can have written the text, so that no work need be spent on it. */
  protected isTooLongToBeSigned(text: string): boolean {
    return typeof text === "string" && text.length > this.#maxLength;
  }

  /** The error for a text that no signer made: why it was refused. */
  protected mismatch(text: string, { salt }: SaltOption): BadSignature {
    if (this.isTooLongToBeSigned(text))
      return new BadSignature(`The signed text has more than ${this.#maxLength} characters, so its signature was not looked at.`);
    return this.signers(salt)[0].mismatch(text);
  }

  /** The signer that signs, and then the fallback signers. */
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
    // A UTF-16 unit is three bytes of UTF-8 at most: short texts need no counting.
    return text.length * 3 > this.maxPayloadBytes && Buffer.byteLength(text, "utf8") > this.maxPayloadBytes;
  }

  #signersFor(salt: string): readonly [SignerKind, ...SignerKind[]] {
    const { sep, keyDerivation, digest, fallbackSigners = [] } = this.#options;
    const fallbacks = fallbackSigners.map((fallback) => this.#makeSigner({ ...fallback, salt }));
    return [this.#makeSigner({ salt, sep, keyDerivation, digest }), ...fallbacks];
  }
}
