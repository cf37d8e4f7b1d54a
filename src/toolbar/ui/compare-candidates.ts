import type { ExchangeSummary } from "../exchange-page.ts";

/** How many are offered. */
const MOST = 50;

/**
 * The requests that one can be compared with, the most alike first: same route, then the others.
 */
export function compareCandidates(
  exchanges: readonly ExchangeSummary[],
  after: ExchangeSummary,
): readonly ExchangeSummary[] {
  const others = exchanges.filter(({ id }) => id !== after.id);
  const alike = others.filter((exchange) => isSameRoute(exchange, after));
  return [...alike, ...others.filter((exchange) => !alike.includes(exchange))].slice(0, MOST);
}

/**
 * The last good request of the same route, before this one if there is one. Undefined if no other
 * request had this route.
 */
export function defaultCandidate(
  candidates: readonly ExchangeSummary[],
  after: ExchangeSummary,
): ExchangeSummary | undefined {
  const good = candidates.filter(
    (exchange) => isSameRoute(exchange, after) && exchange.tone !== "error" && (exchange.status ?? 500) < 400,
  );
  const alike = candidates.filter((exchange) => isSameRoute(exchange, after));
  return good.find(({ sequence }) => sequence < after.sequence) ?? good[0] ?? alike[0];
}

function isSameRoute(one: ExchangeSummary, other: ExchangeSummary): boolean {
  return (
    one.method === other.method &&
    one.host === other.host &&
    (one.path === other.path || (one.route !== undefined && one.route === other.route))
  );
}
