import type { HeaderPair } from "../data/header-pair.ts";

const NONE: readonly HeaderPair[] = [];
const VARY: HeaderPair = ["Vary", "Cookie"];
const VARY_ALONE: readonly HeaderPair[] = [VARY];
const NO_CACHE: HeaderPair = ["Cache-Control", 'no-cache="Set-Cookie"'];
const CLEAR_SITE_DATA: HeaderPair = ["Clear-Site-Data", '"cache", "cookies", "storage"'];

/**
 * The headers of an answer: a shared cache must neither give one visitor's page to another nor
 * store the cookie.
 *
 * @param isAccessed whether the answer depends on the session.
 * @param clearsSiteData whether the browser is to forget what it has stored for this origin.
 */
export function headersFor(
  cookies: readonly string[],
  isAccessed: boolean,
  clearsSiteData: boolean,
): readonly HeaderPair[] {
  if (cookies.length === 0 && !clearsSiteData) return isAccessed ? VARY_ALONE : NONE;
  const sent = cookies.map((cookie): HeaderPair => ["Set-Cookie", cookie]);
  const cache = cookies.length > 0 ? [VARY, NO_CACHE] : isAccessed ? [VARY] : [];
  return [...sent, ...cache, ...(clearsSiteData ? [CLEAR_SITE_DATA] : [])];
}
