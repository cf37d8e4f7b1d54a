import type { Contender, Services } from "./contender.ts";
import { labelOf } from "./contenders.ts";
import { cookieAfter, load } from "./load.ts";
import { ServerProcess } from "./process.ts";
import type { Cookies, Scenario } from "./scenarios.ts";

/** More sessions than any memory of cookies here holds. */
export const COLD_COOKIES = 1500;
/**
 * So many visitors come in turn. If all requests wrote one session, what is measured is how a
 * server keeps them from overwriting each other: that is the kind of request "writers".
 */
const VISITORS = 64;

/** A contender's server, and the cookies of its visitors. */
export interface Running extends Cookies {
  readonly contender: Contender;
  readonly server: ServerProcess;
}

/** One window of requests. Microseconds are for each request. */
export interface Sample {
  readonly cpu: number;
  /** By the clock on the wall, with 16 requests under way: the window divided by its requests. */
  readonly wall: number;
  /** Requests per second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p99: number;
  /** Set-Cookie headers for each answer. */
  readonly cookies: number;
}

interface StartOptions {
  /** The dist folder of Latchkey. */
  readonly dist: string;
  readonly services: Services;
  /** Bytes of JSON in a session. */
  readonly size: number;
  /** Whether cold reads are measured. */
  readonly isCold: boolean;
}

/** Starts a contender's server, and logs its visitors in. */
export async function startRunning(
  contender: Contender,
  { dist, services, size, isCold }: StartOptions,
): Promise<Running> {
  const server = await ServerProcess.start(labelOf(contender), { dist, services });
  const login = `/login?size=${size}`;
  const many: string[] = [];
  if (contender.isOurs === true && isCold) {
    while (many.length < COLD_COOKIES)
      many.push(...(await Promise.all(Array.from({ length: 50 }, async () => await cookieAfter(server.port, login)))));
  }
  const visitors: string[] = [];
  while (contender.name !== "bare" && visitors.length < VISITORS) visitors.push(await cookieAfter(server.port, login));
  return { contender, server, many, visitors, cookie: visitors[0] ?? "" };
}

/** @param model whose cookies are sent: the server's own, or for a bare framework another one's. */
export async function sample(
  { server }: Running,
  scenario: Scenario,
  duration: { readonly seconds: number; readonly requests?: number },
  model: Running,
): Promise<Sample> {
  const before = await server.cpu();
  const result = await load({ port: server.port, path: scenario.path, cookies: scenario.cookies(model) }, duration);
  const cpu = ((await server.cpu()) - before) / result.requests;
  const rate = result.requests / result.seconds;
  return { cpu, wall: 1e6 / rate, rate, p99: result.p99, cookies: result.withCookie / result.requests };
}
