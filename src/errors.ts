/*
 * Every error that this package throws on purpose. Each has a stable `code`; none holds a key, a
 * token, a signature or a cookie's value in its message. docs/errors.md lists the same codes, and a
 * test compares the two.
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
  | "cookie_too_large"
  | "session_too_large"
  | "store_failed"
  | "store_conflict"
  | "invalid_option";

/**
 * The parent of all errors here: `code` is for programs, `message` for people, `cause` holds the
 * original error.
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
 * A secret key is missing, of the wrong kind, refused by its grade, or its sources disagree. The
 * message says how to mend it.
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
    | "cookie_too_large"
    | "session_too_large"
    | "store_failed"
    | "store_conflict";

  // oxlint-disable-next-line no-useless-constructor -- narrows the codes that may be given
  constructor(code: SessionError["code"], message: string, options?: { cause?: unknown }) {
    super(code, message, options);
  }
}

/**
 * An option was given a value that it cannot have; the message names the option, what it got in
 * kind, and what it takes.
 */
export class InvalidOptionError extends LatchkeyError {
  declare readonly code: "invalid_option";

  constructor(message: string, options?: { cause?: unknown }) {
    super("invalid_option", message, options);
  }
}

/** One thing that does not fit a schema (Standard Schema version 1). */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a rejected value still tells, beside its message. */
export interface BadDataDetails {
  /**
   * The text before the signature, still encoded. It was never verified: treat it as a stranger's
   * input.
   */
  readonly payload?: string | undefined;
  /** When the value says it was signed. Only trustworthy in a SignatureExpired. */
  readonly dateSigned?: Date | undefined;
  /** What of a decoded value does not fit its schema, in the words of the schema. */
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

/** The signature does not fit the value under any key of the ring. */
export class BadSignature extends BadData {
  constructor(message: string, details: BadDataDetails | null = {}, code: ErrorCode = "bad_signature") {
    super(message, details, code);
  }
}

/** The signature does not fit, or fits while the timestamp is missing or malformed. */
export class BadTimeSignature extends BadSignature {
  readonly dateSigned: Date | undefined;

  constructor(message: string, details: BadDataDetails | null = {}, code: ErrorCode = "bad_time_signature") {
    super(message, details, code);
    this.dateSigned = details?.dateSigned;
  }
}

/** The signature fits, but the value is older than `maxAge`, or signed in the future. */
export class SignatureExpired extends BadTimeSignature {
  constructor(message: string, details: BadDataDetails | null = {}) {
    super(message, details, "signature_expired");
  }
}

/**
 * The signature fits (or was not looked at), but what it covers cannot be decoded. Not a
 * BadSignature.
 */
export class BadPayload extends BadData {
  /**
   * What does not fit the schema; empty if there is no schema, or the value could not be decoded at
   * all.
   */
  readonly issues: readonly SchemaIssue[];

  constructor(message: string, details: BadDataDetails | null = {}) {
    super(message, details, "bad_payload");
    this.issues = details?.issues ?? [];
  }
}
