/**
 * The entry point `latchkey/keys`: making, grading, loading, rotating and watching secret keys,
 * key files, and lists of known keys.
 *
 * @module
 */
export type { Environment } from "../mode.ts";
export { generateSecretKey, type GenerateSecretKeyOptions, type SecretKeyFormat } from "./generate.ts";
export type { KeyFinding, KeyFindingCode } from "./grading/findings.ts";
export { gradeSecretKey, type GradeOptions, type KeyGrade, type KeyVerdict } from "./grading/grade.ts";
export { parseKeyList, type KeyListFormat } from "./grading/known/known-keys-format.ts";
export { buildKeyFilter, KnownKeys, readKeyList } from "./grading/known/known-keys.ts";
export { isPublishedKey } from "./grading/published.ts";
export { writeKeyFile, type WriteKeyFileOptions } from "./sources/key-file.ts";
export { readKeysText, type KeysInText, type KeysTextFormat } from "./sources/key-source-text.ts";
export {
  loadKeyRing,
  loadKeyRingAsync,
  type LoadedKeys,
  type LoadKeyRingAsyncOptions,
  type LoadKeyRingOptions,
} from "./sources/load.ts";
export {
  announceKey,
  promoteKey,
  retireKey,
  verificationShare,
  type PromoteOptions,
  type RetireOptions,
  type RotationStep,
} from "./sources/rotate.ts";
export { watchKeyFile, type KeyFileWatch, type WatchKeyFileOptions } from "./sources/watch.ts";
