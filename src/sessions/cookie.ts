import { stringifySetCookie } from "cookie";
import { InvalidOptionError } from "../errors.ts";
import type { Mode } from "../mode.ts";
import { checkOptions } from "../options.ts";
import { isLoopbackHost, isOwnBrowser, type Connection } from "../own-browser.ts";
import { isSameScope, possibleScopes, type CookieScope } from "./cookie-scopes.ts";
import { LONGEST_MAX_AGE } from "./lifetime.ts";

/** Browsers drop a cookie when its name and value have more bytes than this together (RFC 6265bis, section 5.6). */
export const MAX_COOKIE_BYTES = 4096;
/** Set-Cookie lines of one answer that expire cookies in other scopes. A proxy's buffer for headers may have 4 kB. */
const MAX_EXPIRY_LINES = 40;

interface CommonCookieOptions {
  /**
   * Whether browsers send the cookie over HTTPS alone. Default: `"auto"`, which is always Secure in production. In development the cookie
   * is not Secure if the request surely came from a browser on the same machine: over plain HTTP, to a loopback host (localhost,
   * *.localhost, 127.0.0.0/8, [::1]), from a loopback address, and without a sign of a proxy.
   */
  readonly secure?: boolean | "auto" | undefined;
  /** Default: "Lax". "None" makes the cookie Secure, as browsers demand. */
  readonly sameSite?: "Lax" | "Strict" | "None" | undefined;
  /** Gives each top-level site its own cookie (CHIPS), and makes it Secure. Default: false. */
  readonly partitioned?: boolean | undefined;
  /**
   * The domains, paths and partitions that earlier releases gave the cookie. When a session is saved or ended, its cookie is expired there
   * too. Only scopes that cannot be derived from a request need to stand here, such as a deeper path: without the option, a visitor who
   * holds cookies of two releases is anonymous for one request.
   */
  readonly formerly?: readonly CookieScope[] | undefined;
}

/** A cookie for this host alone, and for all its paths. */
export interface HostCookieOptions extends CommonCookieOptions {
  /** Default: `__Host-session` when the cookie is Secure, and `session` when it is not. */
  readonly name?: string | undefined;
  readonly domain?: undefined;
  readonly path?: "/" | undefined;
}

type LettersOf<Text extends string> = Text extends `${infer First}${infer Rest}` ? First | LettersOf<Rest> : never;
type Letter = LettersOf<"abcdefghijklmnopqrstuvwxyz">;

/** A cookie that subdomains share, or that belongs to a path. Its name cannot begin with `__Host-`: browsers would refuse it. */
export interface SharedCookieOptions extends CommonCookieOptions {
  readonly name: `${Letter | Uppercase<Letter>}${string}` | `__Secure-${string}` | `__Http-${string}`;
  /** The domain. Browsers send the cookie to its subdomains too. */
  readonly domain?: string | undefined;
  /** The path below which browsers send the cookie. Default: "/". What a URL cannot hold is percent-encoded. */
  readonly path?: string | undefined;
}

/** The attributes of a session's cookie. HttpOnly is always set. */
export type CookieOptions = HostCookieOptions | SharedCookieOptions;

/** What an adapter knows of a request. It is asked only if a cookie comes or goes. */
export interface RequestFacts extends Connection {
  /** Whether it came over HTTPS, as far as this process can tell. */
  readonly secure: boolean;
  /** The path of the request as the browser sees it, without the query. "/" where it is not known. */
  readonly path?: string | undefined;
}

/** Which cookies an answer expires in other scopes. */
export interface ExpiryOptions {
  /** Whether several cookies came. Then one of them may be partitioned, although this server's own is not. */
  readonly several: boolean;
  /** Whether the answer neither writes nor expires this server's own cookie. */
  readonly ownStays: boolean;
}

const OPTIONS = ["name", "secure", "sameSite", "partitioned", "domain", "path", "formerly"];
const INSTEAD = {
  maxAge: "The times of a session are options of SessionManager: lifetime and idleTimeout.",
  expires: "The times of a session are options of SessionManager: lifetime and idleTimeout.",
  httpOnly: "The cookie is always HttpOnly. Leave the option out.",
  signed: "The cookie is always signed or sealed. Leave the option out.",
};
const SCOPE_OPTIONS = ["domain", "path", "partitioned"];
/** Browsers accept these names from Secure cookies alone (RFC 6265bis, section 4.1.3; `__Http-` of its draft 22). */
const SECURE_PREFIXES = ["__Host-", "__Secure-", "__Http-"];
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What the cookie of one request is called, and whether it is Secure. It is found out on demand: many requests have no cookie. */
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

  /** Goes on with the cookie that the session came in: this client keeps cookies of that kind here. Over HTTPS it gets a Secure one. */
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
  /** Where the last list of expired scopes began, for requests with more scopes than one answer may expire. */
  #turn = 0;

  /** @param ownName the name that a format insists on, if no other is given. */
  constructor(options: CookieOptions, ownName: string | undefined, mode: Mode) {
    checkOptions("The option cookie", options, OPTIONS, INSTEAD);
    const { domain, path = "/", secure = "auto", sameSite = "Lax", partitioned = false, formerly = [] } = options;
    const name = options.name ?? (domain !== undefined || path !== "/" ? "session" : ownName);
    if (name !== undefined && (typeof name !== "string" || !TOKEN.test(name))) {
      throw new InvalidOptionError("cookie.name is a token of RFC 9110: letters, digits and !#$%&'*+-.^_`|~, without spaces.");
    }
    if (!["Lax", "Strict", "None"].includes(sameSite)) throw new InvalidOptionError('cookie.sameSite is "Lax", "Strict" or "None".');
    if (secure !== true && secure !== false && secure !== "auto") throw new InvalidOptionError('cookie.secure is true, false or "auto".');
    const isHost = hasPrefix(name, "__Host-");
    if (isHost && (domain !== undefined || path !== "/")) {
      throw new InvalidOptionError(
        "A cookie whose name begins with __Host- has no domain and the path /: browsers refuse it otherwise. Leave both out, or take another name.",
      );
    }
    this.#alwaysSecure = SECURE_PREFIXES.some((prefix) => hasPrefix(name, prefix)) || sameSite === "None" || partitioned;
    if (secure === false && this.#alwaysSecure) {
      throw new InvalidOptionError(
        "cookie.secure cannot be false for a name with __Host-, __Secure- or __Http-, for sameSite None, or for a partitioned cookie: browsers refuse it.",
      );
    }
    this.#options = options;
    this.#mode = mode;
    this.#name = name;
    this.#path = encodedPath(path);
    this.#formerly = checkedScopes(formerly);
    if (this.#formerly.some((scope) => this.#isOwn(scope))) {
      throw new InvalidOptionError(
        "cookie.formerly holds the scope that the cookie has now, so the session's own cookie would be expired. Fix: leave that entry out.",
      );
    }
    // Serialize once in the constructor, to fail early on an invalid domain or path.
    try {
      this.write("session", "", true, undefined);
    } catch (cause) {
      throw new InvalidOptionError("cookie.domain or cookie.path is not one that a Set-Cookie header can hold.", { cause });
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

  /** The cookie's name: `__Host-` may only stand before a Secure one. */
  nameFor(secure: boolean): string {
    return this.#name ?? (secure ? "__Host-session" : "session");
  }

  /**
   * The names under which a session may come. On a developer's own machine both come: a page was opened over HTTPS before, a server passes
   * its visitor's cookie on to itself, or `load` was not told of the other side. In production only the Secure name counts, since other
   * hosts and plain connections can set the other one.
   *
   * @param isLocal as `RequestCookie` has it.
   */
  namesFor(secure: boolean, isLocal: boolean): readonly string[] {
    const isFixed = this.#name !== undefined || (this.#options.secure ?? "auto") !== "auto" || this.#alwaysSecure;
    if (isFixed || !isLocal || this.#mode === "production") return [this.nameFor(secure)];
    return [this.nameFor(secure), this.nameFor(!secure)];
  }

  /** The value of a Set-Cookie header. @param maxAge in seconds; without it the cookie ends with the browser's window. */
  write(name: string, value: string, secure: boolean, maxAge: number | undefined): string {
    if (maxAge !== undefined) return this.#serialize(name, value, secure, { maxAge: Math.min(maxAge, LONGEST_MAX_AGE) });
    const start = `${name}=`;
    return start + value + remembered(this.#attributes, name, secure, () => this.#serialize(name, "", secure, {}).slice(start.length));
  }

  /** The Set-Cookie header that makes a browser forget the cookie of this server's own scope. */
  writeExpired(name: string, secure: boolean): string {
    const isSecure = secure || SECURE_PREFIXES.some((prefix) => hasPrefix(name, prefix));
    return remembered(this.#expired, name, isSecure, () => this.#serialize(name, "", isSecure, { maxAge: 0, expires: new Date(0) }));
  }

  /**
   * Set-Cookie headers that make a browser forget the cookies of this name in every other scope that can have sent one with this request,
   * and in those of `formerly`. The cookie of this server's own scope stays. At most 40; a request with more scopes gets the others with
   * the next answers.
   */
  expireElsewhere(name: string, secure: boolean, facts: RequestFacts | undefined, { several, ownStays }: ExpiryOptions): string[] {
    const partitioned = several || this.#partitioned;
    const possible = possibleScopes({ name, secure, host: facts?.host, path: facts?.path, partitioned });
    // A browser that does not know partitions takes the partitioned twin of our own scope for our own cookie.
    const isOwn = (scope: CookieScope): boolean =>
      this.#isOwn(scope) || (ownStays && this.#isOwn({ ...scope, partitioned: this.#partitioned }));
    const scopes = possible.filter((scope) => !isOwn(scope));
    const start = scopes.length > MAX_EXPIRY_LINES ? this.#turn++ * MAX_EXPIRY_LINES : 0;
    const turned = scopes.map((_, index) => scopes[(start + index) % scopes.length]!);
    const former = this.#formerly.filter((scope) => !isOwn(scope));
    return [...former, ...turned].slice(0, MAX_EXPIRY_LINES).map((scope) => this.#expiryLine(name, secure, scope));
  }

  /**
   * The same for the scopes of `formerly` alone, and for the unpartitioned twin of a partitioned cookie. The new cookie must follow them.
   */
  expireFormer(name: string, secure: boolean): string[] {
    const { domain } = this.#options;
    const twin = this.#partitioned ? [{ domain, path: this.#path }] : [];
    return [...this.#formerly, ...twin].map((scope) => this.#expiryLine(name, secure, scope));
  }

  /** As short as browsers allow, since there may be many. */
  #expiryLine(name: string, secure: boolean, { domain, path = "/", partitioned = false }: CookieScope): string {
    const sameSite = this.#options.sameSite === "None" ? "; SameSite=None" : "";
    const place = `${domain === undefined ? "" : `; Domain=${domain}`}; Path=${path}`;
    const isSecure = secure || partitioned || SECURE_PREFIXES.some((prefix) => hasPrefix(name, prefix));
    return `${name}=; Max-Age=0${place}${isSecure ? "; Secure" : ""}${partitioned ? "; Partitioned" : ""}${sameSite}`;
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

/** Browsers look for the prefix whatever its case. */
function hasPrefix(name: string | undefined, prefix: string): boolean {
  return name?.toLowerCase().startsWith(prefix.toLowerCase()) === true;
}

/** Browsers request an encoded path, so a cookie for any other spelling would never come back. What is encoded already stays. */
function encodedPath(path: unknown): string {
  if (typeof path !== "string" || !path.startsWith("/") || !path.isWellFormed()) {
    throw new InvalidOptionError(`cookie.path begins with a slash, such as "/app"; it is ${JSON.stringify(path)}.`);
  }
  // oxlint-disable-next-line no-control-regex -- these are what a header must not hold
  if (/[\u0000-\u001f\u007f;]/.test(path)) {
    throw new InvalidOptionError("cookie.path holds a control character or a semicolon, which a Set-Cookie header cannot hold.");
  }
  return encodeURI(path).replace(/%25([0-9a-f]{2})/gi, "%$1");
}

function checkedScopes(scopes: readonly CookieScope[]): readonly CookieScope[] {
  if (!Array.isArray(scopes)) {
    throw new InvalidOptionError('cookie.formerly is a list of scopes, such as [{ path: "/app" }] or [{ domain: "example.com" }].');
  }
  return (scopes as readonly CookieScope[]).map((scope) => {
    checkOptions("An entry of cookie.formerly", scope, SCOPE_OPTIONS);
    try {
      const { domain, path = "/", partitioned = false } = scope;
      const entry = { domain, path: encodedPath(path), partitioned };
      stringifySetCookie({ name: "session", value: "", path: entry.path, ...(domain === undefined ? {} : { domain }) });
      return entry;
    } catch (cause) {
      if (cause instanceof InvalidOptionError) throw cause;
      throw new InvalidOptionError("An entry of cookie.formerly is not one that a Set-Cookie header can hold.", { cause });
    }
  });
}
