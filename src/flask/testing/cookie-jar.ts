import { unixNow } from "../../clock.ts";

/** A cookie in the jar. */
export interface StoredCookie {
  readonly key: string;
  readonly value: string;
  readonly domain: string;
  readonly path: string;
  readonly isSecure: boolean;
  /** Whether sub-domains get it. */
  readonly isShared: boolean;
}

/** The cookies of a client for tests, by the rules of browsers (RFC 6265, 5.3 and 5.4). */
export class CookieJar {
  readonly #cookies = new Map<string, StoredCookie & { readonly endsAt: number }>();

  /** Takes the cookies of an answer. */
  take(headers: Headers, url: URL): void {
    for (const line of headers.getSetCookie()) this.#takeLine(line, url);
  }

  put(cookie: StoredCookie): void {
    this.#cookies.set(idOf(cookie), { ...cookie, endsAt: Infinity });
  }

  delete(key: string, domain: string, path: string): void {
    this.#cookies.delete(idOf({ key, domain, path }));
  }

  get(key: string, domain: string, path: string): StoredCookie | undefined {
    return this.#cookies.get(idOf({ key, domain, path }));
  }

  /** The header for a request; undefined without a cookie. */
  headerFor(url: URL): string | undefined {
    const now = unixNow();
    const fitting = [...this.#cookies.values()].filter(
      ({ domain, path, isSecure, isShared, endsAt }) =>
        endsAt > now &&
        (!isSecure || url.protocol === "https:" || isLocal(url.hostname)) &&
        (url.hostname === domain || (isShared && url.hostname.endsWith(`.${domain}`))) &&
        (url.pathname === path || url.pathname.startsWith(path.endsWith("/") ? path : `${path}/`)),
    );
    if (fitting.length === 0) return undefined;
    return fitting
      .toSorted((one, other) => other.path.length - one.path.length)
      .map(({ key, value }) => `${key}=${value}`)
      .join("; ");
  }

  #takeLine(line: string, url: URL): void {
    const [pair = "", ...rest] = line.split(";");
    const at = pair.indexOf("=");
    const attributes = new Map(
      rest.map((part): [string, string] => {
        const [, name = "", value = ""] = /^\s*([^=]*?)\s*(?:=\s*(.*?)\s*)?$/s.exec(part) ?? [];
        return [name.toLowerCase(), value];
      }),
    );
    const domain = attributes.get("domain")?.replace(/^\./, "").toLowerCase();
    const path = attributes.get("path");
    const cookie = {
      key: pair.slice(0, at).trim(),
      value: pair.slice(at + 1).trim(),
      domain: domain === undefined || domain === "" ? url.hostname : domain,
      path: path?.startsWith("/") === true ? path : url.pathname.replace(/\/[^/]*$/, "") || "/",
      isSecure: attributes.has("secure"),
      isShared: domain !== undefined && domain !== "",
    };
    // Browsers take no cookie for another host.
    if (cookie.isShared && url.hostname !== cookie.domain && !url.hostname.endsWith(`.${cookie.domain}`)) return;
    const endsAt = endOf(attributes);
    if (endsAt <= unixNow()) this.#cookies.delete(idOf(cookie));
    else this.#cookies.set(idOf(cookie), { ...cookie, endsAt });
  }
}

/** Unix seconds. Max-Age wins over Expires. */
function endOf(attributes: ReadonlyMap<string, string>): number {
  const maxAge = attributes.get("max-age");
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return unixNow() + Number(maxAge);
  const expires = Date.parse(attributes.get("expires") ?? "");
  return Number.isNaN(expires) ? Infinity : Math.floor(expires / 1000);
}

/** Browsers send Secure cookies to this machine over plain HTTP as well. */
function isLocal(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "127.0.0.1" || host === "[::1]";
}

function idOf({ key, domain, path }: Pick<StoredCookie, "key" | "domain" | "path">): string {
  return JSON.stringify([domain, path, key]);
}
