import { AsyncLocalStorage } from "node:async_hooks";
import type { Origin } from "../origin.ts";

const last = new AsyncLocalStorage<Origin>();

/** Remembers where a query was made, for the code that runs after it in the same request. */
export function rememberOrigin(origin: Origin): void {
  last.enterWith(origin);
}

/** Where the last query was made. */
export function lastOrigin(): Origin | undefined {
  return last.getStore();
}
