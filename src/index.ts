/**
 * Latchkey: secret keys, signing, sessions. The stores, the adapters, the toolbar and
 * `latchkey/flask` have doors of their own.
 *
 * @module
 */
export * from "./errors.ts";
export { unixNow, type Clock } from "./clock.ts";
export type { Environment, Mode } from "./mode.ts";
export {
  CHANNELS,
  type CommitAction,
  type KeyLabel,
  type KeyUsed,
  type RejectionReason,
  type SessionCommitted,
  type SessionLoaded,
} from "./diagnostics.ts";

export type { KeyFinding, KeyFindingCode } from "./keys/grading/findings.ts";
export { generateSecretKey, type GenerateSecretKeyOptions, type SecretKeyFormat } from "./keys/generate.ts";
export { gradeSecretKey, type GradeOptions, type KeyGrade, type KeyVerdict } from "./keys/grading/grade.ts";
export { KeyRing, type KeyUsage } from "./keys/key-ring.ts";
export { buildKeyFilter, KnownKeys, readKeyList } from "./keys/grading/known/known-keys.ts";
export { parseKeyList, type KeyListFormat } from "./keys/grading/known/key-list.ts";
export {
  loadKeyRing,
  loadKeyRingAsync,
  type LoadedKeys,
  type LoadKeyRingAsyncOptions,
  type LoadKeyRingOptions,
} from "./keys/sources/load.ts";
export { writeKeyFile, type WriteKeyFileOptions } from "./keys/sources/key-file.ts";
export { readKeysText, type KeysInText, type KeysTextFormat } from "./keys/sources/keys-text.ts";
export { isPublishedKey } from "./keys/grading/published.ts";
export {
  announceKey,
  promoteKey,
  retireKey,
  verificationShare,
  type PromoteOptions,
  type RetireOptions,
  type RotationStep,
} from "./keys/sources/rotate.ts";
export { SecretKey, type SecretKeyInput } from "./keys/secret-key.ts";
export { watchKeyFile, type KeyFileWatch, type WatchKeyFileOptions } from "./keys/sources/watch.ts";

export type { CookieScope } from "./sessions/cookie/cookie-scopes.ts";
export type { CookieOptions, HostCookieOptions, SharedCookieOptions } from "./sessions/cookie/cookie-options.ts";
export type { RequestFacts } from "./sessions/cookie/cookie.ts";
export { flask } from "./sessions/cookie/formats/flask.ts";
export type { SessionFormat } from "./sessions/cookie/formats/format.ts";
export { sealed, type SealedFormatOptions } from "./sessions/cookie/formats/sealed.ts";
export { deriveSealedKey, type SealedKey, type SealedKeyOptions } from "./sessions/cookie/formats/sealed-key.ts";
export { signed } from "./sessions/cookie/formats/signed.ts";
export type { HeaderPair } from "./sessions/data/header-pair.ts";
export type { SessionManagerOptions } from "./sessions/manager-options.ts";
export type { RevocableSession, RevocationHooks } from "./sessions/request/revocation.ts";
export type { SessionInfo } from "./sessions/store/session-directory.ts";
export { SessionManager } from "./sessions/manager.ts";
export type { Rejection } from "./sessions/data/rejection.ts";
export type { FlashMessage } from "./sessions/data/flashes.ts";
export { Session, type LoginOptions } from "./sessions/session.ts";
export type { IndexedStore, SessionStore, SetOptions, StoredSession, SweepableStore } from "./sessions/store/session-store.ts";

export * from "./signing/index.ts";
