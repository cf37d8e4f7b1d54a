import { hash, randomInt } from "node:crypto";
import { visitorOf } from "../contender.ts";

const now = Math.floor(Date.now() / 1000);
/** Seconds. */
export const WEEK = 604_800;

/** The record of a visitor with five entries, as the manager writes it. */
export const payload = JSON.stringify({ createdAt: now, data: visitorOf(110), lastSeenAt: now, persistent: false });

/**
 * The id of the session with this number: 43 characters of base64url, a SHA-256 like every id that
 * a store gets.
 */
export function idOf(number: number): string {
  return hash("sha256", String(number), "base64url");
}

/** The id of any of so many sessions. */
export function anyOf(sessions: number): string {
  return idOf(randomInt(sessions));
}

/**
 * When the sessions end that are loaded: they have come in over a week, one after another, and none
 * ends within the next.
 */
export const FIRST_EXPIRY = now + WEEK;
export function expiryOf(number: number, sessions: number): number {
  return FIRST_EXPIRY + Math.floor((number / sessions) * WEEK);
}

/** Later than any expiry before: where a session ends that has just been used. */
let later = now + 3 * WEEK;
export function nextExpiry(): number {
  return later++;
}
