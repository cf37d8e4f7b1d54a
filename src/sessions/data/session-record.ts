/** The application's own entries of a session. */
export type SessionData = Record<string, unknown>;

/** What a session consists of, in a cookie and in a store. Times are whole Unix seconds. */
export interface SessionRecord {
  /**
   * What a session that its cookie holds is known by; undefined where the format has no room for
   * it, before the first commit, and in a store, which has its own.
   */
  id?: string | undefined;
  data: SessionData;
  /** Whose session it is, after `login`. */
  subject: string | undefined;
  /** What tells this session from the subject's others, in a list of them. */
  label?: string | undefined;
  /** Whether the cookie outlives the browser's window. */
  persistent: boolean;
  /** The start of the absolute lifetime. */
  createdAt: number;
  /** The start of the idle time. */
  lastSeenAt: number;
  /**
   * The end that the cookie itself names, where it names one. It ends the session even if the
   * lifetimes would let it live on.
   */
  expiresAt?: number | undefined;
}

/**
 * Whether a value that was decoded can be a session's data: an object that is no array and of no
 * class.
 */
export function isDataObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** An empty record that begins now. */
export function emptyRecord(now: number): SessionRecord {
  return { data: {}, subject: undefined, persistent: false, createdAt: now, lastSeenAt: now };
}
