/*
 * All errors that this package throws on purpose. Each has a stable `code`. No message holds a key,
 * a token, a signature or a cookie's value. docs/errors.md lists the same codes, and a test
 * compares the two.
 */

/** What went wrong, as a word that does not change between versions. */
export type ErrorCode =
  | "key_missing"
  | "key_invalid"
  | "key_refused"
  | "key_conflict"
  | "key_file"
  | "bad_data"
  | "bad_signature"
  | "bad_time_signature"
  | "signature_expired"
  | "bad_payload"
  | "session_unavailable"
  | "session_closed"
  | "session_invalid"
  | "session_anonymous"
  | "session_read_only"
  | "session_limit"
  | "cookie_too_large"
  | "session_too_large"
  | "store_failed"
  | "store_conflict"
  | "cross_origin"
  | "invalid_option"
  | "node_version";

/**
 * The base class of all errors here. `code` is for programs, `message` is for people, and `cause`
 * holds the original error.
 */
export class LatchkeyError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/**
 * A secret key is missing, of the wrong kind, refused by its grade, or set in two places. The
 * message says how to fix it.
 */
export class SecretKeyError extends LatchkeyError {
  declare readonly code: "key_missing" | "key_invalid" | "key_refused" | "key_conflict" | "key_file";

  // oxlint-disable-next-line no-useless-constructor -- narrows the codes that may be given
  constructor(code: SecretKeyError["code"], message: string, options?: { cause?: unknown }) {
    super(code, message, options);
  }
}

/** A session cannot be read, changed or saved. */
export class SessionError extends LatchkeyError {
  declare readonly code:
    | "session_unavailable"
    | "session_closed"
    | "session_invalid"
    | "session_anonymous"
    | "session_read_only"
    | "session_limit"
    | "cookie_too_large"
    | "session_too_large"
    | "store_failed"
    | "store_conflict"
    | "cross_origin";

  // oxlint-disable-next-line no-useless-constructor -- narrows the codes that may be given
  constructor(code: SessionError["code"], message: string, options?: { cause?: unknown }) {
    super(code, message, options);
  }
}

/**
 * An option does not exist, or has a wrong value. The message names the option, says what it takes
 * and what it got, and how to fix it. It never shows a value that may be a secret.
 */
export class InvalidOptionError extends LatchkeyError {
  declare readonly code: "invalid_option";

  constructor(message: string, options?: { cause?: unknown }) {
    super("invalid_option", message, options);
  }
}

/** One violation of a schema (Standard Schema version 1). */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Details of a rejected value, beside the message. */
export interface BadDataDetails {
  /**
   * The text before the signature, still encoded. It was never verified: treat it as untrusted
   * input.
   */
  readonly payload?: string | undefined;
  /** When the value claims to have been signed. Only trustworthy in a SignatureExpired. */
  readonly dateSigned?: Date | undefined;
  /** The parts of a decoded value that do not fit the schema, in the words of the schema. */
  readonly issues?: readonly SchemaIssue[] | undefined;
  /** The error that stopped the decoding. */
  readonly cause?: unknown;
}

/**
 * A signed value cannot be accepted. The tree below is that of Python's itsdangerous:
 * BadData > BadSignature > BadTimeSignature > SignatureExpired, and BadData > BadPayload.
 */
export class BadData extends LatchkeyError {
  readonly payload: string | undefined;

  constructor(message: string, details: BadDataDetails | null = {}, code: ErrorCode = "bad_data") {
    super(code, message, details?.cause === undefined ? undefined : { cause: details.cause });
    this.payload = details?.payload;
  }
}

/** No key of the ring made this signature. */
export class BadSignature extends BadData {
  constructor(message: string, details: BadDataDetails | null = {}, code: ErrorCode = "bad_signature") {
    super(message, details, code);
  }
}

/** The signature does not match, or it matches and the timestamp is missing or malformed. */
export class BadTimeSignature extends BadSignature {
  readonly dateSigned: Date | undefined;

  constructor(message: string, details: BadDataDetails | null = {}, code: ErrorCode = "bad_time_signature") {
    super(message, details, code);
    this.dateSigned = details?.dateSigned;
  }
}

/** The signature matches, but the value is older than `maxAge`, or signed in the future. */
export class SignatureExpired extends BadTimeSignature {
  constructor(message: string, details: BadDataDetails | null = {}) {
    super(message, details, "signature_expired");
  }
}

/**
 * The signature matches (or was not checked), but the content cannot be decoded. This is not a
 * BadSignature.
 */
export class BadPayload extends BadData {
  /**
   * The violations of the schema. Empty if there is no schema, or if the value could not be
   * decoded.
   */
  readonly issues: readonly SchemaIssue[];

  constructor(message: string, details: BadDataDetails | null = {}) {
    super(message, details, "bad_payload");
    this.issues = details?.issues ?? [];
  }
}

/** The oldest Node that this package runs on, as `engines` in package.json has it. */
const OLDEST_NODE = [22, 13] as const;

/**
 * All entry points import this module, so an old Node is refused when the package is imported, and
 * not by a TypeError in the middle of a request. Other runtimes have versions of their own.
 */
function refuseOldNode(): void {
  const versions = (globalThis as { process?: { versions?: Record<string, string | undefined> } }).process?.versions;
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(versions?.["node"] ?? "") ?? [];
  if (major === undefined || versions?.["bun"] !== undefined || versions?.["deno"] !== undefined) return;
  const [oldest, oldestMinor] = OLDEST_NODE;
  if (Number(major) > oldest || (Number(major) === oldest && Number(minor) >= oldestMinor)) return;
  throw new LatchkeyError(
    "node_version",
    `Latchkey needs Node.js ${OLDEST_NODE.join(".")} or newer, and this is ${versions?.["node"]}. Fix: install a newer Node.js.`,
  );
}

refuseOldNode();
