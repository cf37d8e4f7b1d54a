import type { Exchange, RedirectSource } from "./exchange.ts";

/** A request follows a redirect only if it comes within this many seconds. */
const GAP = 10;

/**
 * Where the last redirect of all processes that share a history is kept, as JSON. It is written
 * before the redirect is sent, so that another process finds it when the browser follows.
 */
export interface SharedRedirect {
  note(json: string): void;
  /** The last one; undefined before the first one. */
  get(): string | undefined;
  /** Forgets it, if it is still this one. */
  forget(json: string): void;
}

/** A redirect that waits for the request that follows it. */
interface Waiting {
  /** Host and path. */
  readonly to: string;
  readonly address: string | undefined;
  /** Unix seconds. */
  readonly at: number;
  readonly from: RedirectSource;
}

/** Remembers the last redirect, to know the request that follows it. */
export class Redirects {
  readonly #shared: SharedRedirect | undefined;
  #last: Waiting | undefined;
  /** Where exchanges have redirected to: a redirect is noted once, and followed once. */
  readonly #noted = new WeakMap<Exchange, string>();

  /** @param shared undefined if this process has its history alone. */
  constructor(shared?: SharedRedirect) {
    this.#shared = shared;
  }

  /** The request that redirected to this one. */
  sourceOf(exchange: Exchange): RedirectSource | undefined {
    const own = this.#last;
    if (own !== undefined && leadsTo(own, exchange)) {
      this.#last = undefined;
      this.#shared?.forget(JSON.stringify(own));
      return inTime(own, exchange);
    }
    // A look into the file takes 10 µs, so it is left to pages.
    const json = exchange.isPage ? this.#shared?.get() : undefined;
    const other = json === undefined ? undefined : waitingFrom(json);
    if (json === undefined || other === undefined || !leadsTo(other, exchange)) return undefined;
    this.#shared?.forget(json);
    return inTime(other, exchange);
  }

  /** Looks at an exchange that is answered. It may be called before the answer and after it. */
  remember(exchange: Exchange): void {
    const { id, status = 0, remoteAddress: address, startedAt: at, redirectedFrom } = exchange;
    if (status < 300 || status > 399) return;
    const location = exchange.responseHeaders.find(([name]) => name.toLowerCase() === "location")?.[1];
    if (location === undefined) return;
    const target = URL.parse(location, `http://${placeOf(exchange)}`);
    if (target === null) return;
    // The path alone is not enough: another server answers a redirect to another host.
    const to = target.host + target.pathname;
    if (this.#noted.get(exchange) === to) return;
    this.#noted.set(exchange, to);
    // Of the first request in a chain of redirects: the page may read from there on.
    const { sequence, startedAt } = redirectedFrom ?? exchange;
    this.#last = { to, address, at, from: { id, sequence, startedAt } };
    this.#shared?.note(JSON.stringify(this.#last));
  }
}

function leadsTo({ to, address }: Waiting, exchange: Exchange): boolean {
  return to === placeOf(exchange) && address === exchange.remoteAddress;
}

function inTime({ at, from }: Waiting, exchange: Exchange): RedirectSource | undefined {
  return exchange.startedAt - at <= GAP ? from : undefined;
}

function placeOf({ host = "localhost", path }: Exchange): string {
  return host + path;
}

/** Undefined for what this class has not written. */
function waitingFrom(json: string): Waiting | undefined {
  try {
    const { to, address, at, from } = JSON.parse(json) as Readonly<Record<string, unknown>>;
    const { id, sequence, startedAt } = from as Readonly<Record<string, unknown>>;
    const isWaiting =
      typeof to === "string" &&
      (address === undefined || typeof address === "string") &&
      typeof id === "string" &&
      /^[0-9a-f-]{36}$/.test(id) &&
      [at, sequence, startedAt].every((number) => Number.isFinite(number));
    return isWaiting ? (JSON.parse(json) as Waiting) : undefined;
  } catch {
    return undefined;
  }
}
