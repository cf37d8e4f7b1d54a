import { Cookie, cookieCompare, CookieJar } from "tough-cookie";

const HOST = "https://app.example.com";

/**
 * Where a cookie lies in a browser: RFC 6265bis knows it by name, domain, host-only flag and path,
 * and CHIPS by its partition.
 */
export interface Place {
  readonly name: string;
  /** Undefined for a cookie of this host alone. */
  readonly domain: string | undefined;
  readonly path: string;
  readonly partitioned: boolean;
}

/** One Set-Cookie line, as a browser reads it. */
export interface Line extends Place {
  readonly value: string;
  readonly isExpiry: boolean;
  /** In seconds; undefined for a cookie that ends with the browser's window. */
  readonly maxAge: number | undefined;
  readonly text: string;
}

/** Who sets a cookie: an answer of this host, a script on its page, or a sibling host. */
export type Setter = "answer" | "script" | "sibling";

/**
 * The cookies of one browser, on the clock of the simulation.
 *
 * tough-cookie decides what may be set and what is sent. It keeps a host-only cookie and one with
 * the same host as its Domain in one place, and it does not know partitions. Browsers keep these
 * apart, so each kind has a jar of its own here. All pages are of one site, so its partition is
 * sent with every request. tough-cookie expires by the machine's clock, so expiry is done here.
 */
export class Browser {
  readonly name: string;
  readonly #clock: () => number;
  /** By whether a cookie has a Domain, and whether it is partitioned; made when they are needed. */
  readonly #jars = new Map<string, CookieJar>();

  constructor(name: string, clock: () => number) {
    this.name = name;
    this.#clock = clock;
  }

  /** Takes a Set-Cookie line, or refuses it as a browser does. */
  take(text: string, setter: Setter = "answer", path: string = "/"): void {
    const cookie = Cookie.parse(text);
    if (cookie === undefined) return;
    const age = typeof cookie.maxAge === "number" ? cookie.maxAge : undefined;
    const expires = age === undefined ? undefined : this.#clock() + age;
    if (expires !== undefined) [cookie.maxAge, cookie.expires] = [null, new Date(expires * 1000)];
    const jar = this.#jar(cookie.domain !== null, isPartitioned(cookie));
    const url = setter === "sibling" ? `https://evil.example.com${path}` : `${HOST}${path}`;
    const kept = jar.setCookieSync(cookie, url, {
      http: setter !== "script",
      now: new Date(this.#clock() * 1000),
      ignoreError: true,
    });
    if (kept !== undefined && this.#isExpired(kept)) jar.store.removeCookie(kept.domain, kept.path, kept.key, () => {});
  }

  /**
   * The values that are sent under one name, in the browser's order; without those of partitioned
   * cookies, if configured.
   */
  values(name: string, path: string, withPartitioned: boolean = true): string[] {
    return this.#cookies(path).flatMap((cookie) =>
      cookie.key === name && (withPartitioned || !isPartitioned(cookie)) ? [cookie.value] : [],
    );
  }

  /** The Cookie header of a request. */
  header(path: string): string {
    return this.#cookies(path)
      .map((cookie) => cookie.cookieString())
      .join("; ");
  }

  /** What lies in one place. */
  at({ name, domain, path, partitioned }: Place): string | undefined {
    const jar = this.#jar(domain !== undefined, partitioned);
    let found: Cookie | null | undefined;
    jar.store.findCookie(domain ?? "app.example.com", path, name, (_, cookie) => (found = cookie));
    return found === undefined || found === null || this.#isExpired(found) ? undefined : found.value;
  }

  #jar(hasDomain: boolean, isPartitioned: boolean): CookieJar {
    const id = `${hasDomain} ${isPartitioned}`;
    let jar = this.#jars.get(id);
    if (jar === undefined) this.#jars.set(id, (jar = new CookieJar(undefined, { prefixSecurity: "strict" })));
    return jar;
  }

  #cookies(path: string): Cookie[] {
    const url = `${HOST}${path}`;
    return [...this.#jars.values()]
      .flatMap((jar) => jar.getCookiesSync(url, { expire: false }))
      .filter((cookie) => !this.#isExpired(cookie))
      .sort(cookieCompare);
  }

  #isExpired({ expires }: Cookie): boolean {
    return expires instanceof Date && expires.getTime() <= this.#clock() * 1000;
  }
}

/** Reads a Set-Cookie line of a server. */
export function readLine(text: string): Line {
  const cookie = Cookie.parse(text)!;
  const { key, value, domain, path } = cookie;
  const maxAge = typeof cookie.maxAge === "number" ? cookie.maxAge : undefined;
  const place = { name: key, domain: domain ?? undefined, path: path ?? "/", partitioned: isPartitioned(cookie) };
  return { ...place, value, isExpiry: maxAge !== undefined && maxAge <= 0, maxAge, text };
}

export function placeText({ name, domain, path, partitioned }: Place): string {
  return `${name} ${domain ?? "host-only"} ${path}${partitioned ? " partitioned" : ""}`;
}

function isPartitioned({ extensions }: Cookie): boolean {
  return extensions?.some((extension) => extension.toLowerCase() === "partitioned") === true;
}
