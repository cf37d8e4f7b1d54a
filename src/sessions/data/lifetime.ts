import { InvalidOptionError } from "../../errors.ts";
import type { Rejection } from "./rejection.ts";

const DAY = 86_400;

/**
 * Seconds by which the clocks of two servers may differ before a session counts as signed in the
 * future.
 */
export const CLOCK_SKEW = 60;
/**
 * Seconds during which a token that `renew` has replaced still opens its session, for requests that
 * were on their way.
 */
export const RENEWAL_GRACE = 10;
/**
 * Seconds for which a store remembers where a session went that has a new token: for requests that
 * run so long.
 */
export const MOVE_REMEMBERED = 60;
/** The longest Max-Age that browsers honour (RFC 6265bis, section 5.5: 400 days), in seconds. */
export const LONGEST_MAX_AGE: number = 400 * DAY;
/** The end of the year 9999 in Unix seconds. A later time has no text of RFC 3339. */
export const LAST_SECOND = 253_402_300_799;

/** The two clocks of a session, in seconds (OWASP ASVS 5.0, 7.3.1 and 7.3.2). */
export interface Lifetimes {
  /** From the login or the first write; nothing moves this end. */
  readonly lifetime: number;
  /** From the last time the session was seen; using it moves this end. */
  readonly idleTimeout: number;
  /** In place of `idleTimeout` where no user is logged in, if it is shorter. */
  readonly anonymousIdleTimeout?: number | undefined;
  /**
   * How long after the cookie was sent a visit moves the end. Half of the idle time unless given.
   */
  readonly extendAfter?: number | undefined;
  /** Whether only sessions with `persistent` are extended by visits, as in Flask. */
  readonly extendsPersistentOnly?: boolean | undefined;
}

/** 30 days altogether, as NIST SP 800-63B-4 recommends at AAL1, and 14 days without use. */
export const DEFAULT_LIFETIMES: Lifetimes = { lifetime: 30 * DAY, idleTimeout: 14 * DAY };

/**
 * @throws InvalidOptionError for anything but whole seconds from 1 up, or Infinity where there may
 *   be no end.
 */
export function checkSeconds(name: string, value: number, mayBeInfinite: boolean = false): number {
  if ((Number.isSafeInteger(value) && value > 0) || (mayBeInfinite && value === Infinity)) return value;
  throw new InvalidOptionError(
    `${name} must be a whole number of seconds above 0. It got ${whatItGot(value)}. Fix: ${name}: ${14 * DAY} for 14 days.`,
  );
}

/** When a session ends unless it is used again; both ends are inclusive. */
export function expiryOf(session: SessionTimes, limits: Lifetimes): number {
  return Math.min(session.createdAt + limits.lifetime, session.lastSeenAt + idleTimeoutOf(session, limits));
}

/** What of a session decides when it ends. */
export interface SessionTimes {
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly subject?: string | undefined;
  readonly persistent?: boolean | undefined;
  /** The end that the cookie itself names, where it names one. */
  readonly expiresAt?: number | undefined;
}

function idleTimeoutOf(
  { subject }: SessionTimes,
  { idleTimeout, anonymousIdleTimeout = idleTimeout }: Lifetimes,
): number {
  return subject === undefined ? Math.min(idleTimeout, anonymousIdleTimeout) : idleTimeout;
}

/** Why a session of these times is not alive, and one sentence on it; undefined if it is. */
export function ageProblem(times: SessionTimes, limits: Lifetimes, now: number): Rejection | undefined {
  const idleTimeout = idleTimeoutOf(times, limits);
  if (times.createdAt > now + CLOCK_SKEW || times.lastSeenAt > now + CLOCK_SKEW) {
    const ahead = Math.max(times.createdAt, times.lastSeenAt) - now;
    return {
      reason: "future",
      explanation: `Signed by us, but ${span(ahead)} in the future. Likely: the clock of one of the servers is wrong.`,
    };
  }
  const age = now - times.createdAt;
  if (age > limits.lifetime) {
    return {
      reason: "expired",
      explanation: `Signed by us, but the session began ${span(age)} ago, and it may live for ${span(limits.lifetime)}.`,
    };
  }
  const idle = now - times.lastSeenAt;
  if (idle > idleTimeout) {
    return {
      reason: "expired",
      explanation: `Signed by us, but last used ${span(idle)} ago, and it may rest for ${span(idleTimeout)}.`,
    };
  }
  // Another reader of the cookie goes by this end, so it holds here as well.
  if (times.expiresAt !== undefined && now > times.expiresAt) {
    return {
      reason: "expired",
      explanation: `Signed by us, but its own end was ${span(now - times.expiresAt)} ago. Likely: lifetime or idleTimeout was raised after it was written.`,
    };
  }
  return undefined;
}

/**
 * The same for a session in a store, which ends by itself what rests too long, and knows better
 * than a cookie when it was last used.
 */
export function storedAgeProblem(times: SessionTimes, { lifetime }: Lifetimes, now: number): Rejection | undefined {
  return ageProblem(times, { lifetime, idleTimeout: Infinity }, now);
}

/**
 * Whether it is time to move the idle end: enough of the idle time is used, and moving it would
 * gain something.
 */
export function touchIsDue(times: SessionTimes, limits: Lifetimes, now: number): boolean {
  const used = now - times.lastSeenAt;
  const { extendAfter = idleTimeoutOf(times, limits) / 2, extendsPersistentOnly = false } = limits;
  if (extendsPersistentOnly && times.persistent !== true) return false;
  // The lifetimes were raised. Without a new cookie the visitor would be logged out at the old end.
  if (times.expiresAt !== undefined && times.expiresAt < expiryOf(times, limits)) return true;
  return used > extendAfter && expiryOf({ ...times, lastSeenAt: now }, limits) > expiryOf(times, limits);
}

/** Seconds as a person says them: "14 d", "15 d 2 h", "9 min", "40 s". */
export function span(seconds: number): string {
  const units = [
    [DAY, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ] as const;
  const first = units.findIndex(([size]) => seconds >= size);
  if (first === -1) return "0 s";
  const [size, name] = units[first]!;
  const [nextSize, nextName] = units[first + 1] ?? [1, ""];
  const rest = nextName === "" ? 0 : Math.floor((seconds % size) / nextSize);
  return `${Math.floor(seconds / size)} ${name}${rest === 0 ? "" : ` ${rest} ${nextName}`}`;
}

function whatItGot(value: unknown): string {
  return typeof value === "number" ? String(value) : typeof value;
}
