import { stringifySetCookie } from "cookie";
import { InvalidOptionError } from "../errors.ts";
import type { Connection } from "../own-browser.ts";
import { LONGEST_MAX_AGE } from "./lifetime.ts";

/** Browsers drop a cookie whose name and value have more bytes than this together (RFC 6265bis, section 5.6). */
export const MAX_COOKIE_BYTES = 4096;
/** What is longer was not written here, and is refused before any cryptography. */
export const MAX_VALUE_LENGTH = 8192;
/** More cookies of one name than any browser sends. */
export const MAX_VALUES = 64;

interface CommonCookieOptions {
  /**
   * Whether the cookie is for https only. `"auto"`, the default: yes, unless the request is plain http on a loopback host (localhost,
   * *.localhost, 127.0.0.0/8, [::1]). Behind a proxy that ends TLS, `auto` is right too.
   */
  readonly secure?: boolean | "auto" | undefined;
  /** "Lax" unless given. "None" makes the cookie Secure, as browsers demand. */
  readonly sameSite?: "Lax" | "Strict" | "None" | undefined;
  /** Gives each top-level site its own cookie (CHIPS); makes it Secure. False unless given. */
  readonly partitioned?: boolean | undefined;
}

/** A cookie for this host alone, and for all its paths. */
export interface HostCookieOptions extends CommonCookieOptions {
  /** `__Host-session` when the cookie is Secure and `session` when it is not, unless given. */
  readonly name?: string | undefined;
  readonly domain?: undefined;
  readonly path?: "/" | undefined;
}

type LettersOf<Text extends string> = Text extends `${infer First}${infer Rest}` ? First | LettersOf<Rest> : never;
type Letter = LettersOf<"abcdefghijklmnopqrstuvwxyz">;

/** A cookie that subdomains share, or that belongs to a path. Its name cannot begin with `__Host-`: browsers would refuse it. */
export interface SharedCookieOptions extends CommonCookieOptions {
  readonly name: `${Letter | Uppercase<Letter>}${string}` | `__Secure-${string}`;
  /** The domain whose subdomains get the cookie too. */
  readonly domain?: string | undefined;
  /** The path below which browsers send the cookie: "/" unless given. */
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

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const LOOPBACK = /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])\.?(?::\d+)?$/i;

/** What the cookie of one request is called, and whether it is Secure. Found out when somebody asks: many requests have no cookie, and want none. */
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
}

/** The name and the attributes of a session's cookie, checked once. */
export class SessionCookie {
  readonly #options: CookieOptions;
  readonly #name: string | undefined;
  readonly #alwaysSecure: boolean;
  /** The texts that come out the same for every visitor, by name and Secure: attributes, and the header that makes a browser forget. */
  readonly #attributes = new Map<string, string>();
  readonly #expired = new Map<string, string>();

  /** @param ownName the name that a format insists on, if nobody gives another. */
  constructor(options: CookieOptions, ownName: string | undefined) {
    const { domain, path = "/", secure = "auto", sameSite = "Lax", partitioned = false } = options;
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
    this.#alwaysSecure = isHost || hasPrefix(name, "__Secure-") || sameSite === "None" || partitioned;
    if (secure === false && this.#alwaysSecure) {
      throw new InvalidOptionError(
        "cookie.secure cannot be false for a name with __Host- or __Secure-, for sameSite None, or for a partitioned cookie: browsers refuse it.",
      );
    }
    this.#options = options;
    this.#name = name;
    // Written once, so that a domain or a path that cannot be is heard of now and not at the first login.
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
    return request === undefined || request.secure || !LOOPBACK.test(request.host);
  }

  /** The cookie's name: `__Host-` may only stand before a Secure one. */
  nameFor(secure: boolean): string {
    return this.#name ?? (secure ? "__Host-session" : "session");
  }

  /** The value of a Set-Cookie header. @param maxAge in seconds; without it the cookie ends with the browser's window. */
  write(name: string, value: string, secure: boolean, maxAge: number | undefined): string {
    if (maxAge !== undefined) return this.#serialize(name, value, secure, { maxAge: Math.min(maxAge, LONGEST_MAX_AGE) });
    const start = `${name}=`;
    return start + value + remembered(this.#attributes, name, secure, () => this.#serialize(name, "", secure, {}).slice(start.length));
  }

  /** The Set-Cookie header that makes a browser forget the cookie. */
  writeExpired(name: string, secure: boolean): string {
    return remembered(this.#expired, name, secure, () => this.#serialize(name, "", secure, { maxAge: 0, expires: new Date(0) }));
  }

  #serialize(name: string, value: string, secure: boolean, age: { maxAge?: number; expires?: Date }): string {
    const { domain, path = "/", sameSite = "Lax", partitioned = false } = this.#options;
    return stringifySetCookie(
      {
        name,
        value,
        ...age,
        ...(domain === undefined ? {} : { domain }),
        path,
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

/**
 * All values of one name in a Cookie header, in their order, as they stand there.
 *
 * Pairs are split at ";", and only spaces and tabs are trimmed: what JavaScript's `trim` removes besides has let attackers smuggle names with
 * `__Host-` past browsers. Nothing is decoded, and names are compared letter by letter.
 */
export function readCookieValues(header: string, name: string): string[] {
  if (!header.includes(name)) return [];
  const values: string[] = [];
  for (const pair of header.split(";")) {
    const equals = pair.indexOf("=");
    if (equals !== -1 && trimBlanks(pair.slice(0, equals)) === name) values.push(trimBlanks(pair.slice(equals + 1)));
  }
  return values;
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

function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** Browsers look for the prefix whatever its case. */
function hasPrefix(name: string | undefined, prefix: string): boolean {
  return name?.toLowerCase().startsWith(prefix.toLowerCase()) === true;
}
