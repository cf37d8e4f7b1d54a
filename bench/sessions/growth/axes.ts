import { randomBytes } from "node:crypto";
import { CONTENDERS, labelOf } from "../contenders.ts";
import type { Contender } from "../contender.ts";
import { cookieAfter, forged } from "../load.ts";
import type { ServerProcess, Setup } from "../process.ts";
import { COLD_COOKIES } from "../running.ts";
import type { LeftOut, Point } from "./point.ts";

/** What is measured, and how much of it. */
export interface Extent {
  readonly contenders: readonly string[];
  /** Bytes of JSON in a session, in a cookie and in a store. */
  readonly cookieSizes: readonly number[];
  readonly storeSizes: readonly number[];
  readonly keys: readonly number[];
  readonly connections: readonly number[];
}

/**
 * Starts a contender's server with these secret keys, or finds the one that was started with them.
 */
export type Start = (contender: Contender, secrets: Setup["secrets"]) => Promise<ServerProcess>;

/** More than browsers keep of one cookie, its name and its attributes included (RFC 6265bis). */
const MAX_COOKIE = 4096;
/** Bytes of JSON in a session where something else grows. */
const SIZE = 110;
const CONNECTIONS = 64;
const VISITORS = 64;
const OLD_KEY = randomBytes(32).toString("base64url");
const NEW_KEYS = Array.from({ length: 32 }, () => randomBytes(32).toString("base64url"));

/** The contenders of an extent, which are all on Express. */
export function contendersOf({ contenders }: Extent): readonly Contender[] {
  return CONTENDERS.filter(({ framework, name }) => framework === "express" && contenders.includes(name));
}

/** Cost against the size of a session. A cookie that browsers would drop is left out. */
export async function sizePoints(extent: Extent, start: Start, leaveOut: (point: LeftOut) => void): Promise<Point[]> {
  const points: Point[] = [];
  for (const contender of contendersOf(extent)) {
    const server = await start(contender, ringOf(1));
    const sizes = isInCookie(contender) ? extent.cookieSizes : extent.storeSizes;
    for (const x of sizes) {
      const path = `/login?size=${x}`;
      const common = { ...placeOf(contender), axis: "size", x, server, connections: CONNECTIONS } as const;
      let cookies: readonly string[];
      try {
        cookies = await logIn(server, path, VISITORS);
      } catch {
        leaveOut({ axis: "size", x, line: contender.name, why: "it refuses a session of this size" });
        continue;
      }
      if (cookies[0]!.length > MAX_COOKIE) {
        leaveOut({ axis: "size", x, line: contender.name, why: "browsers drop a cookie of this size" });
        continue;
      }
      points.push({ ...common, request: "read", path: "/read", cookies });
      points.push({ ...common, request: "write", path: "/write", cookies });
      if (contender.isOurs === true && isInCookie(contender))
        points.push({ ...common, request: "cold", path: "/read", cookies: await logIn(server, path, COLD_COOKIES) });
    }
  }
  return points;
}

/**
 * Cost against the number of keys in the ring. The oldest key is that of a ring of one. Sessions in
 * the process's memory are left out: servers with other rings do not know them.
 */
export async function keyPoints(extent: Extent, start: Start): Promise<Point[]> {
  const points: Point[] = [];
  for (const contender of contendersOf(extent)) {
    if (contender.guarantee === "memory") continue;
    // No cookie of ours may be remembered. Peers remember none.
    const many = contender.isOurs === true ? COLD_COOKIES : VISITORS;
    let old: readonly string[] | undefined;
    for (const x of extent.keys) {
      const server = await start(contender, ringOf(x));
      const current = await logIn(server, `/login?size=${SIZE}`, many);
      old ??= await logIn(server, `/login?size=${SIZE}`, many);
      const common = {
        ...placeOf(contender),
        axis: "keys",
        x,
        server,
        path: "/read",
        connections: CONNECTIONS,
      } as const;
      points.push({ ...common, request: "current key", cookies: current });
      points.push({ ...common, request: "oldest key", cookies: old });
      points.push({ ...common, request: "forged", cookies: [forged(current[0]!)] });
    }
  }
  return points;
}

/** Cost against the number of requests under way, each of another visitor. */
export async function connectionPoints(extent: Extent, start: Start): Promise<Point[]> {
  const points: Point[] = [];
  for (const contender of contendersOf(extent)) {
    const server = await start(contender, ringOf(1));
    const cookies = await logIn(server, `/login?size=${SIZE}`, 2 * Math.max(...extent.connections));
    for (const x of extent.connections) {
      const common = { ...placeOf(contender), axis: "connections", x, server, cookies, connections: x } as const;
      points.push({ ...common, request: "read", path: "/read" });
      points.push({ ...common, request: "write", path: "/write" });
    }
  }
  return points;
}

/** So many keys, the current one first. The last one is the same in all rings. */
export function ringOf(count: number): [string, ...string[]] {
  const [first, ...others] = NEW_KEYS.slice(0, count - 1);
  return first === undefined ? [OLD_KEY] : [first, ...others, OLD_KEY];
}

function placeOf(contender: Contender): Pick<Point, "line" | "guarantee" | "isOurs"> {
  if (contender.guarantee === undefined) throw new Error(`${labelOf(contender)} has no sessions.`);
  return { line: contender.name, guarantee: contender.guarantee, isOurs: contender.isOurs === true };
}

function isInCookie({ guarantee }: Contender): boolean {
  return guarantee === "encrypted" || guarantee === "signed";
}

async function logIn(server: ServerProcess, path: string, count: number): Promise<readonly string[]> {
  const cookies: string[] = [];
  while (cookies.length < count) {
    const next = Array.from({ length: Math.min(64, count - cookies.length) }, async () =>
      cookieAfter(server.port, path),
    );
    cookies.push(...(await Promise.all(next)));
  }
  return cookies;
}
