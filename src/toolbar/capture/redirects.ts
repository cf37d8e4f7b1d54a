import type { Exchange, RedirectSource } from "./exchange.ts";

/** A request follows a redirect only if it comes within this many seconds. */
const GAP = 10;

/** Remembers the last redirect, to know the request that follows it. */
export class Redirects {
  #last:
    | { readonly to: string; readonly address: string | undefined; readonly at: number; readonly from: RedirectSource }
    | undefined;

  /** The request that redirected to this one. */
  sourceOf(exchange: Exchange): RedirectSource | undefined {
    const last = this.#last;
    if (last === undefined || last.to !== placeOf(exchange) || last.address !== exchange.remoteAddress)
      return undefined;
    this.#last = undefined;
    return exchange.startedAt - last.at <= GAP ? last.from : undefined;
  }

  /** Looks at an exchange that has ended. */
  remember(exchange: Exchange): void {
    const { id, status = 0, responseHeaders, remoteAddress: address, startedAt: at, redirectedFrom } = exchange;
    const location = responseHeaders.find(([name]) => name.toLowerCase() === "location")?.[1];
    if (status < 300 || status > 399 || location === undefined) return;
    const target = URL.parse(location, `http://${placeOf(exchange)}`);
    if (target === null) return;
    // Of the first request in a chain of redirects: the page may read from there on.
    const { sequence, startedAt } = redirectedFrom ?? exchange;
    // The path alone is not enough: another server answers a redirect to another host.
    this.#last = { to: target.host + target.pathname, address, at, from: { id, sequence, startedAt } };
  }
}

function placeOf({ host = "localhost", path }: Exchange): string {
  return host + path;
}
