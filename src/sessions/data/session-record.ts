/** The application's own entries of a session. */
export type SessionData = Record<string, unknown>;

/**
 * One of the sessions that a user may have at once. A renewal keeps it, and a login makes another.
 */
export interface Seat {
  /** Each login that follows another has a higher one, whatever the clocks of the servers say. */
  readonly rank: number;
  /**
   * What tells the seat from the user's others. A login with a session that is in the store takes
   * that session's id, so that the two count as one while the first is still there.
   */
  readonly name: string;
}

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
  /**
   * When the user last proved who they are: at `login` or `confirm`. Undefined in a session of an
   * earlier release, which did not save it.
   */
  authenticatedAt?: number | undefined;
  /**
   * What the application has given to `login` to find this session by, such as a provider's `sid`.
   */
  tag?: string | undefined;
  /** Of the login, where `maxSessions` limits them; see `SeatList`. */
  seat?: Seat | undefined;
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

/**
 * A time as a cookie or a store has it. One that is missing, or no time, means "not recent": it
 * never makes a session unusable.
 */
export function timeOrNothing(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

/** The same for a text. */
export function textOrNothing(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
