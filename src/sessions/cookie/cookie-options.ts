import { stringifySetCookie } from "cookie";
import { InvalidOptionError } from "../../errors.ts";
import { checkOptions, kindOf, nameOrKind } from "../../options.ts";
import type { CookieScope } from "./cookie-scopes.ts";

interface CommonCookieOptions {
  /**
   * Whether browsers send the cookie over HTTPS alone. Default: `"auto"`, which is always Secure in
   * production. In development the cookie is not Secure if the request surely came from a browser
   * on the same machine: over plain HTTP, to a loopback host (localhost, *.localhost, 127.0.0.0/8,
   * [::1]), from a loopback address, and without a sign of a proxy.
   */
  readonly secure?: boolean | "auto" | undefined;
  /**
   * Whether the cookie comes with requests from other sites. `"Lax"`: only when a visitor follows a
   * link. `"Strict"`: never, so a visitor who comes by a link is anonymous on that page. `"None"`:
   * always, in iframes too; it makes the cookie Secure, as browsers demand. Default: `"Lax"`.
   */
  readonly sameSite?: "Lax" | "Strict" | "None" | undefined;
  /** Gives each top-level site its own cookie (CHIPS), and makes it Secure. Default: false. */
  readonly partitioned?: boolean | undefined;
  /**
   * The domains, paths and partitions that earlier releases gave the cookie. When a session is
   * saved or ended, its cookie is expired there too. Only scopes that cannot be derived from a
   * request need to be listed here, such as a deeper path: without the option, a visitor who holds
   * cookies of two releases is anonymous for one request. Default: none.
   */
  readonly formerly?: readonly CookieScope[] | undefined;
}

/** A cookie for this host alone, and for all its paths. */
export interface HostCookieOptions extends CommonCookieOptions {
  /**
   * Default: `__Host-Http-session` when the cookie is Secure, and `session` when it is not.
   * Browsers accept the prefix from this host alone, and not from a script (Chrome 140, Firefox
   * 142); older ones read it as `__Host-`.
   */
  readonly name?: string | undefined;
  readonly domain?: undefined;
  readonly path?: "/" | undefined;
}

type LettersOf<Text extends string> = Text extends `${infer First}${infer Rest}` ? First | LettersOf<Rest> : never;
type Letter = LettersOf<"abcdefghijklmnopqrstuvwxyz">;

/**
 * A cookie that subdomains share, or that belongs to a path. Its name cannot begin with `__Host-`:
 * browsers would refuse it.
 */
export interface SharedCookieOptions extends CommonCookieOptions {
  readonly name: `${Letter | Uppercase<Letter>}${string}` | `__Secure-${string}` | `__Http-${string}`;
  /**
   * The domain, such as "example.com". Browsers send the cookie to its subdomains too, so each of
   * them must be trusted. Default: none, so the cookie is for this host alone.
   */
  readonly domain?: string | undefined;
  /**
   * The path below which browsers send the cookie. Default: `/`. What a URL cannot hold is
   * percent-encoded.
   */
  readonly path?: string | undefined;
}

/** The attributes of a session's cookie. HttpOnly is always set. */
export type CookieOptions = HostCookieOptions | SharedCookieOptions;

const OPTIONS = ["name", "secure", "sameSite", "partitioned", "domain", "path", "formerly"];
const INSTEAD = {
  maxAge: "The times of a session are options of SessionManager: lifetime and idleTimeout.",
  expires: "The times of a session are options of SessionManager: lifetime and idleTimeout.",
  httpOnly: "The cookie is always HttpOnly. Leave the option out.",
  signed: "The cookie is always signed or sealed. Leave the option out.",
};
const SCOPE_OPTIONS = ["domain", "path", "partitioned"];
/**
 * Browsers accept these names from Secure cookies alone (RFC 6265bis, section 4.1.3; `__Http-` of
 * its draft 22).
 */
const SECURE_PREFIXES = ["__Host-", "__Secure-", "__Http-"];
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** The options of a cookie, checked. */
export interface CheckedCookie {
  /** Undefined where it follows from the connection. */
  readonly name: string | undefined;
  readonly path: string;
  /** Whether browsers refuse the cookie unless it is Secure. */
  readonly alwaysSecure: boolean;
  readonly formerly: readonly CookieScope[];
}

/**
 * @param ownName the name that a format insists on, if no other is given.
 * @throws InvalidOptionError for what browsers would refuse.
 */
export function checkCookieOptions(options: CookieOptions, ownName: string | undefined): CheckedCookie {
  checkOptions("The option cookie", options, OPTIONS, INSTEAD);
  const { domain, path = "/", secure = "auto", sameSite = "Lax", partitioned = false, formerly = [] } = options;
  const name = options.name ?? (domain !== undefined || path !== "/" ? "session" : ownName);
  if (name !== undefined && (typeof name !== "string" || !TOKEN.test(name))) {
    throw new InvalidOptionError(
      `cookie.name must be a token of RFC 9110: letters, digits and !#$%&'*+-.^_\`|~, without spaces. It got ${nameOrKind(name)}. Fix: name: "session".`,
    );
  }
  if (!["Lax", "Strict", "None"].includes(sameSite))
    throw new InvalidOptionError(
      `cookie.sameSite must be "Lax", "Strict" or "None". It got ${nameOrKind(sameSite)}. Fix: leave it out for "Lax".`,
    );
  if (secure !== true && secure !== false && secure !== "auto")
    throw new InvalidOptionError(
      `cookie.secure must be true, false or "auto". It got ${nameOrKind(secure)}. Fix: leave it out for "auto".`,
    );
  const isHost = hasPrefix(name, "__Host-");
  if (isHost && (domain !== undefined || path !== "/")) {
    throw new InvalidOptionError(
      `A cookie whose name begins with __Host- has no domain and the path "/": browsers refuse ${JSON.stringify(name)} otherwise. Fix: leave cookie.domain and cookie.path out, or take another name.`,
    );
  }
  const alwaysSecure = SECURE_PREFIXES.some((prefix) => hasPrefix(name, prefix)) || sameSite === "None" || partitioned;
  if (secure === false && alwaysSecure) {
    throw new InvalidOptionError(
      "cookie.secure cannot be false for a name with __Host-, __Secure- or __Http-, for sameSite None, or for a partitioned cookie: browsers refuse it. Fix: leave cookie.secure out.",
    );
  }
  return { name, path: encodedPath(path), alwaysSecure, formerly: checkedScopes(formerly) };
}

/** Whether browsers keep a cookie of this name only if it is Secure. */
export function isSecureName(name: string): boolean {
  return SECURE_PREFIXES.some((prefix) => hasPrefix(name, prefix));
}

/** Whether browsers accept a cookie of this name only with HttpOnly, also to expire it. */
export function isHttpName(name: string): boolean {
  return hasPrefix(name, "__Http-") || hasPrefix(name, "__Host-Http-");
}

/** Browsers look for the prefix whatever its case. */
function hasPrefix(name: string | undefined, prefix: string): boolean {
  return name?.toLowerCase().startsWith(prefix.toLowerCase()) === true;
}

/**
 * Browsers request an encoded path, so a cookie for any other spelling would never come back. What
 * is encoded already stays.
 */
function encodedPath(path: unknown): string {
  if (typeof path !== "string" || !path.startsWith("/") || !path.isWellFormed()) {
    throw new InvalidOptionError(`cookie.path must begin with a slash. It got ${nameOrKind(path)}. Fix: path: "/app".`);
  }
  // oxlint-disable-next-line no-control-regex -- these are what a header must not hold
  if (/[\u0000-\u001f\u007f;]/.test(path)) {
    throw new InvalidOptionError(
      `cookie.path ${JSON.stringify(path)} holds a control character or a semicolon, which a Set-Cookie header cannot hold. Fix: take them out, or write encodeURI(path).`,
    );
  }
  return encodeURI(path).replace(/%25([0-9a-f]{2})/gi, "%$1");
}

function checkedScopes(scopes: readonly CookieScope[]): readonly CookieScope[] {
  if (!Array.isArray(scopes)) {
    throw new InvalidOptionError(
      `cookie.formerly must be a list of scopes. It got ${kindOf(scopes)}. Fix: formerly: [{ path: "/app" }], or [{ domain: "example.com" }].`,
    );
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
      throw new InvalidOptionError(
        `The entry ${JSON.stringify(scope)} of cookie.formerly is not one that a Set-Cookie header can hold. Fix: { domain: "example.com", path: "/app" }.`,
        { cause },
      );
    }
  });
}
