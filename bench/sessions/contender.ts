import type { Build } from "../build.ts";

/** What a configuration promises; only those with the same promise are compared. */
export type Guarantee = "encrypted" | "signed" | "memory" | "redis" | "postgres";

export type Framework = "node:http" | "express" | "fastify" | "koa" | "hono" | "h3";

/** One server that takes part. */
export interface Contender {
  /** Unique; "bare" is the framework alone. */
  readonly name: string;
  readonly framework: Framework;
  /** Undefined for the bare framework. */
  readonly guarantee?: Guarantee | undefined;
  readonly isOurs?: boolean | undefined;
  /** Not a library that anybody could use, but the least that each of them has to do. */
  readonly isFloor?: boolean | undefined;
  /** Its package in bench/package.json. Default: it needs none. */
  readonly needs?: string | undefined;
  /** The only kinds of request that it can take part in. Default: all that its guarantee allows. */
  readonly scenarios?: readonly string[] | undefined;
  /** Listens on a free port of 127.0.0.1, and says which. */
  readonly start: (environment: Environment) => Promise<number>;
}

export interface Environment {
  /** The build of Latchkey that is measured. */
  readonly build: Build;
  readonly services: Services;
  /** The secret keys: the current one, and those before it that still count. */
  readonly secrets: readonly [string, ...string[]];
  /** The option of Latchkey for sessions larger than its default limit, or nothing. */
  readonly sizeLimit: { readonly maxPayloadBytes?: number };
}

/** The servers that the stores need, as far as they are on this machine. */
export interface Services {
  readonly redisPort?: number | undefined;
  readonly postgresUrl?: string | undefined;
}

/**
 * The routes of every server. `/login?size=` puts a session of about so many bytes into the
 * visitor's cookie or the store; `/read` looks at one entry, `/write` changes one, `/untouched`
 * does not know of sessions. All answer with the same few bytes.
 */
export const ANSWER = { ok: true } as const;

export interface Visitor {
  user: string;
  name: string;
  theme: string;
  csrf: string;
  visits: number;
  filling?: string;
}

/** Five entries, some 110 bytes of JSON, and as much filling as makes up the size. */
export function visitorOf(size: number): Visitor {
  const visitor: Visitor = {
    user: "12345",
    name: "Ada Lovelace",
    theme: "dark",
    csrf: "0123456789abcdef0123456789abcdef",
    visits: 1,
  };
  const missing = size - JSON.stringify(visitor).length - ',"filling":""'.length;
  // Text that compresses as little as an application's own identifiers do.
  return missing > 0 ? { ...visitor, filling: pseudoRandomText(missing) } : visitor;
}

/** The size in `/login?size=`. */
export function sizeIn(url: string | undefined): number {
  return Number(/size=(\d+)/.exec(url ?? "")?.[1] ?? 110);
}

/** A counter that never gives the same value to two writes. */
let count = 0;
export function nextCount(): number {
  return ++count;
}

export const SECRET = "ZGnK2vXw5yQ8rT1uB4nM7pL0sD3fH6jA9cE";

/**
 * A package that has to be installed in the folder bench; its types are not needed to check this
 * one.
 */
export async function peer(name: string): Promise<Record<string, never>> {
  return (await import(name)) as Record<string, never>;
}

function pseudoRandomText(length: number): string {
  let state = 12_345;
  let text = "";
  while (text.length < length) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    text += state.toString(36);
  }
  return text.slice(0, length);
}
