import { ok } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { unixNow } from "../clock.ts";
import { InvalidOptionError } from "../errors.ts";
import { kindOf } from "../options.ts";

/**
 * One rule of the contract, and a function that tests it. The function rejects with an
 * AssertionError if the store breaks the rule.
 */
export interface ContractCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** How the time of the store under test passes. */
export interface ContractTime {
  /** The store's current time, in whole Unix seconds. */
  readonly now: () => number;
  /** Lets this many seconds pass for the store. */
  readonly pass: (seconds: number) => Promise<void> | void;
}

/** The machine's clock, and real waiting. */
export const REAL_TIME: ContractTime = { now: unixNow, pass: async (seconds) => await sleep(seconds * 1000 + 50) };
export const HOUR = 3600;
/** The characters that JSON text may hold unescaped and that may cause trouble in a database. */
export const AWKWARD = `{"name":"Zoë \u{1F511} '%s' \\\\ $1 {x} \u2028","__proto__":{"a":"\\u0000"}}\r\n\t`;

/**
 * Turns checks into cases, by their names.
 *
 * @throws InvalidOptionError if `open` is not a function.
 */
export function casesOf<Store>(
  open: () => Store | Promise<Store>,
  checks: Readonly<Record<string, (store: Store) => Promise<void>>>,
): readonly ContractCase[] {
  if (typeof open !== "function") {
    throw new InvalidOptionError(
      `The contract of a store takes a function that returns the store. It got ${kindOf(open)}. Fix: storeContract(() => new MyStore()).`,
    );
  }
  return Object.entries(checks).map(([name, check]) => ({ name, run: async () => await check(await open()) }));
}

/** A string with the length and the letters of a session's id. */
export function newId(): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return Array.from({ length: 43 }, () => letters[Math.floor(Math.random() * letters.length)]).join("");
}

/** Starts this many tasks at the same time. */
export async function together<Result>(count: number, work: (number: number) => Promise<Result>): Promise<Result[]> {
  return await Promise.all(Array.from({ length: count }, async (_, number) => await work(number)));
}

/**
 * Does work that has to end in the second of an expiry, and tries again if that second passed
 * meanwhile.
 *
 * @param seconds From now to the expiry.
 * @param work Gets the second of the expiry. Returns the assertions, which run if the work was in
 *   time.
 */
export async function inTime(
  time: ContractTime,
  seconds: number,
  work: (end: number) => Promise<() => Promise<void> | void>,
): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const end = time.now() + seconds;
    const check = await work(end);
    if (time.now() <= end) return await check();
  }
  ok(false, `The store is too slow: a few calls took more than ${seconds + 1} seconds in each attempt.`);
}
