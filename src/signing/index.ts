/**
 * The entry point `latchkey/signing`: itsdangerous for TypeScript.
 *
 * `KeyRing`, `SecretKey`, `SecretKeyInput` and `StandardSchema` are in `latchkey` too, because an
 * application that only signs loads no sessions. `Markup`, `Tuple` and `Uuid` are in both, because
 * sessions and signed texts hold them.
 *
 * @module
 */
export { decodeBase64url, encodeBase64url } from "../encoding.ts";
export { BadData, BadPayload, BadSignature, BadTimeSignature, SignatureExpired, type SchemaIssue } from "../errors.ts";
export { deriveKey, type Digest, type KeyDerivation } from "../keys/derive.ts";
export { KeyRing } from "../keys/key-ring.ts";
export { SecretKey, type SecretKeyInput } from "../keys/secret-key.ts";
export { flaskSessionSerializer, type FlaskSessionOptions } from "./flask-session-serializer.ts";
export { Float } from "./float.ts";
export { Markup } from "./markup.ts";
export { PythonJson, type PayloadSerializer, type PythonJsonOptions } from "./python-json.ts";
export type { SaltOption, SerializerOptions, UnsafeResult } from "./serializer-base.ts";
export { Serializer, type Opened } from "./serializer.ts";
export { Signer, type SignerOptions, type Verified } from "./signer.ts";
export type { SchemaResult, StandardSchema } from "./standard-schema.ts";
export { TaggedJson, type JsonTag, type TaggedJsonOptions } from "./tagged-json.ts";
export {
  TimedSerializer,
  type LoadedAt,
  type OpenedAt,
  type TimedLoadOptions,
  type TimedSerializerOptions,
} from "./timed-serializer.ts";
export {
  TimestampSigner,
  type AgeOptions,
  type SignedAt,
  type TimestampSignerOptions,
  type VerifiedAt,
} from "./timestamp-signer.ts";
export { Tuple } from "./tuple.ts";
export type { CompressionOptions } from "./url-safe-payload.ts";
export { URLSafeSerializer } from "./url-safe-serializer.ts";
export { URLSafeTimedSerializer } from "./url-safe-timed-serializer.ts";
export { Uuid } from "./uuid.ts";
