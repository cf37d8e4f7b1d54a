/**
 * The entry point `latchkey`: sessions, and the ring of keys that signs them.
 *
 * `Tuple`, `Uuid` and `Markup` are in `latchkey/signing` too, because a session holds them and so
 * does a signed text. `KeyRing`, `SecretKey`, `SecretKeyInput` and `StandardSchema` are, because an
 * application that only signs loads no sessions.
 *
 * @module
 */
export { InvalidOptionError, LatchkeyError, SecretKeyError, SessionError, type ErrorCode } from "./errors.ts";
export { unixNow, type Clock } from "./clock.ts";
export type { Mode } from "./mode.ts";
export {
  CHANNELS,
  type CommitAction,
  type KeyLabel,
  type KeyUsed,
  type RejectionReason,
  type SessionCommitted,
  type SessionEndReport,
  type SessionLoaded,
} from "./diagnostics.ts";

export { KeyRing, type KeyUsage } from "./keys/key-ring.ts";
export { SecretKey, type SecretKeyInput } from "./keys/secret-key.ts";

export type { CookieScope } from "./sessions/cookie/cookie-scopes.ts";
export type { CookieOptions, HostCookieOptions, SharedCookieOptions } from "./sessions/cookie/cookie-options.ts";
export type { RequestFacts } from "./sessions/cookie/cookie.ts";
export { flask } from "./sessions/cookie/formats/flask.ts";
export type { SessionFormat } from "./sessions/cookie/formats/format.ts";
export { sealed, type SealedFormatOptions } from "./sessions/cookie/formats/sealed.ts";
export { deriveSealedKey, type SealedKey, type SealedKeyOptions } from "./sessions/cookie/formats/sealed-key.ts";
export { signed } from "./sessions/cookie/formats/signed.ts";
export type { EndListener, EndReason, SessionEnded } from "./sessions/ends/session-ended.ts";
export type { HeaderPair } from "./sessions/data/header-pair.ts";
export type { MaxSessions, SessionManagerOptions } from "./sessions/manager-options.ts";
export type { RevocableSession, RevocationHooks } from "./sessions/request/revocation.ts";
export type { SessionInfo } from "./sessions/store/session-directory.ts";
export { SessionManager } from "./sessions/manager.ts";
export type { ReadOnlyPlace } from "./sessions/request/read-only.ts";
export type { Rejection } from "./sessions/data/rejection.ts";
export type { FlashMessage } from "./sessions/data/flashes.ts";
export { Session, type LoginOptions } from "./sessions/session.ts";
export type {
  AnnouncementListener,
  AnnouncingStore,
  IndexedStore,
  SessionStore,
  SetOptions,
  StoredSession,
  SweepableStore,
} from "./sessions/store/session-store.ts";

export { Markup } from "./signing/markup.ts";
export type { StandardSchema } from "./signing/standard-schema.ts";
export { Tuple } from "./signing/tuple.ts";
export { Uuid } from "./signing/uuid.ts";
