import type { ExchangeSummary } from "../exchange-page.ts";

/** Requests in a row that are alike, such as those of a page that polls. */
export interface Group {
  readonly newest: ExchangeSummary;
  readonly count: number;
}

/** @param alone ids of requests that get a line of their own. */
export function groupsOf(
  exchanges: readonly ExchangeSummary[],
  alone: readonly (string | undefined)[],
): readonly Group[] {
  const groups: Group[] = [];
  for (const exchange of exchanges) {
    const last = groups.at(-1);
    const isSame =
      last !== undefined &&
      (["method", "path", "status", "tone", "session", "host"] as const).every(
        (name) => last.newest[name] === exchange[name],
      );
    if (isSame && !alone.includes(exchange.id) && !alone.includes(last.newest.id))
      groups[groups.length - 1] = { newest: last.newest, count: last.count + 1 };
    else groups.push({ newest: exchange, count: 1 });
  }
  return groups;
}
