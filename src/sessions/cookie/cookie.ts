import { stringifySetCookie } from "cookie";
import { InvalidOptionError } from "../../errors.ts";
import type { Mode } from "../../mode.ts";
import { nameOrKind } from "../../options.ts";
import { isLoopbackHost, isOwnBrowser, type Connection } from "../../own-browser.ts";
import { checkCookieOptions, isHttpName, isSecureName, type CookieOptions } from "./cookie-options.ts";
import { isSameScope, possibleScopes, type CookieScope } from "./cookie-scopes.ts";
import { LONGEST_MAX_AGE } from "../data/lifetime.ts";

/**
 * Browsers drop a cookie when its name and value have more bytes than this together (RFC 6265bis,
 * section 5.6).
 */
export const MAX_COOKIE_BYTES = 4096;
/**
 * Set-Cookie lines of one answer that expire cookies in other scopes. A proxy's buffer for headers
 * may have 4 kB.
 */
const MAX_EXPIRY_LINES = 40;

/** What an adapter knows of a request. It is asked only if a cookie comes or goes. */
export interface RequestFacts extends Connection {
  /** Whether it came over HTTPS, as far as this process can tell. */
  readonly secure: boolean;
  /**
   * The path of the request as the browser sees it, without the query. "/" where it is not known.
   */
  readonly path?: string | undefined;
  /**
   * The method: "POST". It says whether another origin may have sent the request; see
   * `SessionManager.load`.
   */
  readonly method?: string | undefined;
  /** The header Origin. Unless given, it is read from `headers`. */
  readonly origin?: string | undefined;
  /** The header Sec-Fetch-Site. Unless given, it is read from `headers`. */
  readonly site?: string | undefined;
}

/** Which cookies an answer expires in other scopes. */
export interface ExpiryOptions {
  /**
   * Whether several cookies came. Then one of them may be partitioned, although this server's own
   * is not.
   */
  readonly several: boolean;
  /** Whether the answer neither writes nor expires this server's own cookie. */
  readonly ownStays: boolean;
}

/**
 * What the cookie of one request is called, and whether it is Secure. It is found out on demand:
 * many requests have no cookie.
 */
export class RequestCookie {
  /** What is known of the request. */
  readonly facts: RequestFacts | undefined;
  readonly #cookie: SessionCookie;
  #secure: boolean | undefined;

  constructor(cookie: SessionCookie, facts: RequestFacts | undefined) {
    this.#cookie = cookie;
    this.facts = facts;
  }

  get secure(): boolean {
    return (this.#secure ??= this.#cookie.isSecureFor(this.facts));
  }

  get name(): string {
    return this.#cookie.nameFor(this.secure);
  }

  /** Whether the request came over plain HTTP to this machine, as far as its Host header says. */
  get isLocal(): boolean {
    return this.facts !== undefined && !this.facts.secure && isLoopbackHost(this.facts.host);
  }

  /**
   * Goes on with the cookie that the session came in: this client keeps cookies of that kind here.
   * Over HTTPS it gets a Secure one.
   */
  keep(name: string): void {
    this.#secure = this.facts?.secure === true || name === this.#cookie.nameFor(true);
  }
}

/** The name and the attributes of a session's cookie, checked once. */
export class SessionCookie {
  readonly #options: CookieOptions;
  readonly #mode: Mode;
  readonly #name: string | undefined;
  readonly #path: string;
  readonly #alwaysSecure: boolean;
  readonly #formerly: readonly CookieScope[];
  /** The texts that come out the same for every visitor, by name and Secure. */
  readonly #attributes = new Map<string, string>();
  readonly #expired = new Map<string, string>();
  /**
   * Where the last list of expired scopes began, for requests with more scopes than one answer may
   * expire.
   */
  #turn = 0;

  /** @param ownName the name that a format insists on, if no other is given. */
  constructor(options: CookieOptions, ownName: string | undefined, mode: Mode) {
    const checked = checkCookieOptions(options, ownName);
    this.#options = options;
    this.#mode = mode;
    this.#name = checked.name;
    this.#path = checked.path;
    this.#alwaysSecure = checked.alwaysSecure;
    this.#formerly = checked.formerly;
    if (this.#formerly.some((scope) => this.#isOwn(scope))) {
      throw new InvalidOptionError(
        "cookie.formerly holds the scope that the cookie has now, so the session's own cookie would be expired. Fix: leave that entry out.",
      );
    }
    // Serialize once in the constructor, to fail early on an invalid domain or path.
    try {
      this.write("session", "", true, undefined);
    } catch (cause) {
      throw new InvalidOptionError(
        `cookie.domain ${nameOrKind(options.domain)} or cookie.path ${nameOrKind(this.#path)} is not one that a Set-Cookie header can hold. Fix: domain: "example.com", path: "/app".`,
        { cause },
      );
    }
  }

  /** Whether a cookie for this request is to be Secure. */
  isSecureFor(request: RequestFacts | undefined): boolean {
    const { secure = "auto" } = this.#options;
    if (this.#alwaysSecure) return true;
    if (secure !== "auto") return secure;
    if (this.#mode === "production" || request === undefined || request.secure) return true;
    return !isOwnBrowser(request);
  }

  /**
   * The cookie's name: only a Secure one may begin with `__Host-`. `__Host-Http-` also says that no
   * script has set it (Chrome 140, Firefox 142); older browsers read it as `__Host-`.
   */
  nameFor(secure: boolean): string {
    return this.#name ?? (secure ? "__Host-Http-session" : "session");
  }

  /**
   * The names under which a session may come. On a developer's own machine both come: a page was
   * opened over HTTPS before, a server passes its visitor's cookie on to itself, or `load` was not
   * told of the other side. In production only the Secure name counts, since other hosts and plain
   * connections can set the other one.
   *
   * @param isLocal as `RequestCookie` has it.
   */
  namesFor(secure: boolean, isLocal: boolean): readonly string[] {
    const isFixed = this.#name !== undefined || (this.#options.secure ?? "auto") !== "auto" || this.#alwaysSecure;
    if (isFixed || !isLocal || this.#mode === "production") return [this.nameFor(secure)];
    return [this.nameFor(secure), this.nameFor(!secure)];
  }

  /**
   * The value of a Set-Cookie header.
   *
   * @param maxAge in seconds; without it the cookie ends with the browser's window.
   */
  write(name: string, value: string, secure: boolean, maxAge: number | undefined): string {
    if (maxAge !== undefined)
      return this.#serialize(name, value, secure, { maxAge: Math.min(maxAge, LONGEST_MAX_AGE) });
    const start = `${name}=`;
    return (
      start +
      value +
      remembered(this.#attributes, name, secure, () => this.#serialize(name, "", secure, {}).slice(start.length))
    );
  }

  /** The Set-Cookie header that makes a browser forget the cookie of this server's own scope. */
  writeExpired(name: string, secure: boolean): string {
    const isSecure = secure || isSecureName(name);
    return remembered(this.#expired, name, isSecure, () =>
      this.#serialize(name, "", isSecure, { maxAge: 0, expires: new Date(0) }),
    );
  }

  /**
   * Set-Cookie headers that make a browser forget the cookies of this name in every other scope
   * that can have sent one with this request, and in those of `formerly`. The cookie of this
   * server's own scope stays. At most 40; a request with more scopes gets the others with the next
   * answers.
   */
  expireElsewhere(
    name: string,
    secure: boolean,
    facts: RequestFacts | undefined,
    { several, ownStays }: ExpiryOptions,
  ): string[] {
    const partitioned = several || this.#partitioned;
    const possible = possibleScopes({ name, secure, host: facts?.host, path: facts?.path, partitioned });
    // A browser that does not know partitions takes the partitioned twin of our own scope for our
    // own cookie.
    const isOwn = (scope: CookieScope): boolean =>
      this.#isOwn(scope) || (ownStays && this.#isOwn({ ...scope, partitioned: this.#partitioned }));
    const scopes = possible.filter((scope) => !isOwn(scope));
    const start = scopes.length > MAX_EXPIRY_LINES ? this.#turn++ * MAX_EXPIRY_LINES : 0;
    const turned = scopes.map((_, index) => scopes[(start + index) % scopes.length]!);
    const former = this.#formerly.filter((scope) => !isOwn(scope));
    return [...former, ...turned].slice(0, MAX_EXPIRY_LINES).map((scope) => this.#expiryLine(name, secure, scope));
  }

  /**
   * The same for the scopes of `formerly` alone, and for the unpartitioned twin of a partitioned
   * cookie. The new cookie must follow them.
   */
  expireFormer(name: string, secure: boolean): string[] {
    const { domain } = this.#options;
    const twin = this.#partitioned ? [{ domain, path: this.#path }] : [];
    return [...this.#formerly, ...twin].map((scope) => this.#expiryLine(name, secure, scope));
  }

  /**
   * The same for the own scope's twin: the partitioned cookie of one that is not, or the reverse.
   * The new cookie must follow it.
   */
  expireTwin(name: string): string {
    return this.#expiryLine(name, true, {
      domain: this.#options.domain,
      path: this.#path,
      partitioned: !this.#partitioned,
    });
  }

  /** As short as browsers allow, since there may be many. */
  #expiryLine(name: string, secure: boolean, { domain, path = "/", partitioned = false }: CookieScope): string {
    const sameSite = this.#options.sameSite === "None" ? "; SameSite=None" : "";
    const place = `${domain === undefined ? "" : `; Domain=${domain}`}; Path=${path}`;
    const isSecure = secure || partitioned || isSecureName(name);
    const httpOnly = isHttpName(name) ? "; HttpOnly" : "";
    return `${name}=; Max-Age=0${place}${httpOnly}${isSecure ? "; Secure" : ""}${partitioned ? "; Partitioned" : ""}${sameSite}`;
  }

  get #partitioned(): boolean {
    return this.#options.partitioned ?? false;
  }

  #isOwn(scope: CookieScope): boolean {
    return isSameScope(scope, { ...this.#options, path: this.#path });
  }

  #serialize(name: string, value: string, secure: boolean, age: { maxAge?: number; expires?: Date }): string {
    const { domain, sameSite = "Lax", partitioned = false } = this.#options;
    return stringifySetCookie(
      {
        name,
        value,
        ...age,
        ...(domain === undefined ? {} : { domain }),
        path: this.#path,
        httpOnly: true,
        secure,
        partitioned,
        sameSite: sameSite.toLowerCase() as "lax" | "strict" | "none",
      },
      // Values are made of base64url and dots; nothing of them is ever percent-encoded.
      { encode: (text) => text },
    );
  }
}

/** The attributes of a Set-Cookie header, without name and value. */
export function attributesOf(setCookie: string): string {
  const end = setCookie.indexOf("; ");
  return end === -1 ? "" : setCookie.slice(end + 2);
}

/** Bytes of name and value, as browsers count them; both are ASCII here. */
export function cookieBytes(name: string, value: string): number {
  return Buffer.byteLength(name) + Buffer.byteLength(value);
}

/** Names are those of the application's own cookies, so there are few. */
function remembered(texts: Map<string, string>, name: string, secure: boolean, make: () => string): string {
  const id = secure ? name : ` ${name}`;
  let text = texts.get(id);
  if (text === undefined) texts.set(id, (text = make()));
  return text;
}
