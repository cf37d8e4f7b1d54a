import { channel } from "node:diagnostics_channel";

/*
 * What this package reports about itself, on channels of node:diagnostics_channel. Publishing costs
 * nothing while nothing subscribes. No message holds a key, a token, a cookie's value or a
 * session's data, so a subscriber that logs whole messages leaks nothing. Only the function
 * `snapshot` returns the data. A debug toolbar calls it, and a log does not.
 */

/** Why a request did not get the visitor's session. */
export type RejectionReason =
  | "malformed" // not the shape of a value that this format writes
  | "too_large" // longer than any cookie that this server sends
  | "bad_signature" // no key of the ring made this signature
  | "expired" // signed by us, but idle or alive for too long
  | "future" // signed further in the future than clocks may differ
  | "bad_payload" // signed by us, but its content is not a session
  | "invalid_data" // signed by us, but the data does not fit the schema
  | "unknown" // a genuine token, but the store has no such session (ended, expired or lost)
  | "moved" // a genuine token, but a login or a renewal replaced it a moment ago
  | "revoked" // signed by us, and ended before its time
  | "duplicate" // two cookies of this name hold two different valid sessions
  | "store_failed" // the store failed, and the policy is to go on without a session
  | "cross_origin"; // another origin sent a request that may change something, or a WebSocket

/** The name of a key in messages: a fingerprint, never the key. */
export interface KeyLabel {
  readonly fingerprint: string;
  readonly role: "current" | "fallback";
}

/** Published once per request, when its session is opened, found absent or rejected. */
export interface SessionLoaded {
  readonly cookieName: string;
  /** "sealed", "signed", "flask", or "store" when the cookie holds only a token. */
  readonly format: string;
  /**
   * "none": the request has no cookie. "rejected": it has one that cannot be used, and a fresh
   * session takes its place; or another origin sent the request (`cross_origin`), with or without a
   * cookie.
   */
  readonly verdict: "none" | "valid" | "rejected";
  readonly reason?: RejectionReason | undefined;
  /** One sentence for a person: which step failed, why, and the likely cause. */
  readonly explanation?: string | undefined;
  /**
   * The key that verified the cookie. A getter, because the fingerprint is expensive to compute.
   */
  readonly key?: KeyLabel | undefined;
  /** Bytes of name and value, as browsers count them against their limit of 4,096. */
  readonly bytes: number;
  /** Unix seconds. */
  readonly issuedAt?: number | undefined;
  readonly createdAt?: number | undefined;
  readonly expiresAt?: number | undefined;
  readonly subject?: string | undefined;
  /** A copy of the data as it was loaded. Do not log it. */
  readonly snapshot: () => Record<string, unknown>;
}

/**
 * What the end of a request did with its session. These are the rows of the decision table in
 * docs/sessions.md.
 */
export type CommitAction = "none" | "save" | "renew" | "touch" | "resign" | "remove" | "forget" | "heal";

/** Published once per request, just before the headers are sent. */
export interface SessionCommitted {
  readonly cookieName: string;
  readonly format: string;
  readonly action: CommitAction;
  /** One sentence for a person: why this was done, or why nothing was done. */
  readonly explanation: string;
  /** Bytes of name and value of the cookie that was sent; 0 when none was. */
  readonly bytes: number;
  /** The attributes of the cookie that was sent, without its value. */
  readonly attributes?: string | undefined;
  readonly conflicts: number;
  /** Whether the application read the session. If so, the answer carries `Vary: Cookie`. */
  readonly accessed: boolean;
  /** A copy of the data at the end of the request. Do not log it. */
  readonly snapshot: () => Record<string, unknown>;
}

/** Published when a session in a store was ended by something else than its own requests. */
export interface SessionEndReport {
  /** As `session.id` had it. It opens nothing. */
  readonly id: string;
  readonly subject: string | undefined;
  /**
   * "limit": a login brought the user more sessions than `maxSessions` allows. "revoked":
   * `revokeByTag` ended it.
   */
  readonly reason: "limit" | "revoked";
}

/** Published when a key of a ring signs or verifies something, if the channel has a subscriber. */
export interface KeyUsed {
  readonly key: KeyLabel;
  readonly use: "sign" | "verify";
}

/** The channel names, in one place. */
export const CHANNELS = {
  sessionLoaded: "latchkey:session.load",
  sessionCommitted: "latchkey:session.commit",
  sessionEnded: "latchkey:session.end",
  keyUsed: "latchkey:key.use",
} as const;

interface TypedChannel<Message> {
  readonly hasSubscribers: boolean;
  publish(message: Message): void;
}

export const sessionLoadedChannel: TypedChannel<SessionLoaded> = channel(CHANNELS.sessionLoaded);
export const sessionCommittedChannel: TypedChannel<SessionCommitted> = channel(CHANNELS.sessionCommitted);
export const sessionEndedChannel: TypedChannel<SessionEndReport> = channel(CHANNELS.sessionEnded);
export const keyUsedChannel: TypedChannel<KeyUsed> = channel(CHANNELS.keyUsed);
