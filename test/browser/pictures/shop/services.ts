import { LRUCache } from "lru-cache";
import type { Pool } from "pg";
import type { Logger } from "winston";

/** What the routes of the shop work with. */
export interface Services {
  readonly database: Pool;
  readonly redis: {
    get(key: string): Promise<string | null>;
    set(key: string, value: string, options: { expiration: { type: "EX"; value: number } }): Promise<unknown>;
  };
  readonly log: Logger;
  /** The address of the service that knows exchange rates. */
  readonly rates: string;
  /** Measures a part of the application's own code. */
  readonly measure: <Result>(name: string, run: () => Result) => Result;
}

/** Names of products by their number. */
export const productNames: LRUCache<number, string> = new LRUCache({ max: 200 });
