import { setTimeout as sleep } from "node:timers/promises";
import { unixNow } from "../clock.ts";

/** One sentence of the contract, and the function that holds a store to it: it rejects with an AssertionError where the store breaks it. */
export interface ContractCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** How the time of the store under test passes. */
export interface ContractTime {
  /** The store's present, in whole Unix seconds. */
  readonly now: () => number;
  /** Lets so many seconds pass for the store. */
  readonly pass: (seconds: number) => Promise<void> | void;
}

/** The machine's clock, and real waiting. */
export const REAL_TIME: ContractTime = { now: unixNow, pass: async (seconds) => await sleep(seconds * 1000 + 50) };
export const HOUR = 3600;
/** Every character that JSON text may hold unescaped and that a database may trip over. */
export const AWKWARD = `{"name":"Zoë \u{1F511} '%s' \\\\ $1 {x} \u2028","__proto__":{"a":"\\u0000"}}\r\n\t`;

/** Makes cases of checks, by their names. */
export function casesOf<Store>(
  open: () => Store | Promise<Store>,
  checks: Readonly<Record<string, (store: Store) => Promise<void>>>,
): readonly ContractCase[] {
  return Object.entries(checks).map(([name, check]) => ({ name, run: async () => await check(await open()) }));
}

/** A text of the length and the letters of a session's id. */
export function newId(): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return Array.from({ length: 43 }, () => letters[Math.floor(Math.random() * letters.length)]).join("");
}

/** Does so many things at the same time. */
export async function together<Result>(count: number, work: (number: number) => Promise<Result>): Promise<Result[]> {
  return await Promise.all(Array.from({ length: count }, async (_, number) => await work(number)));
}
