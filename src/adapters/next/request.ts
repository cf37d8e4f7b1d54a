import type { HeaderPair } from "../../sessions/data/header-pair.ts";
import { forCookieJar } from "../web/for-cookie-jar.ts";
import { headerWithJar } from "./cookie-header.ts";

/** The request that Next.js is answering. */
export interface CurrentRequest {
  /** One object for all parts of a request. */
  readonly headers: Headers;
  /** The Cookie header, with what a proxy and a server action have set so far. */
  readonly cookieHeader: string;
}

/**
 * The request that a page, a layout or a server action belongs to. The module of Next.js is loaded
 * here, so that a program without Next.js can import this package.
 */
export async function currentRequest(): Promise<CurrentRequest> {
  const next = await import("next/headers.js");
  const [headers, jar] = await Promise.all([next.headers(), next.cookies()]);
  return { headers, cookieHeader: headerWithJar(headers.get("cookie") ?? "", jar.getAll()) };
}

/**
 * Sends the cookies by the jar of Next.js. It has no place for other headers: the answer to a
 * server action is `no-store` in any case.
 *
 * @throws what Next.js throws where cookies cannot be set.
 */
export async function sendByJar(sent: readonly HeaderPair[]): Promise<void> {
  const { cookies } = forCookieJar(sent);
  if (cookies.length === 0) return;
  const next = await import("next/headers.js");
  const jar = await next.cookies();
  for (const { name, value, attributes } of cookies) jar.set(name, value, attributes);
}
