import { domainToASCII } from "node:url";
import { unixNow } from "../../clock.ts";
import { contextOrNone } from "../context/context.ts";
import { quoteCookie } from "../request/cookies.ts";
import { InvalidOptionError } from "../../index.ts";
import { encodeWith } from "../routing/base-converter.ts";
import { withCharset } from "./with-charset.ts";
import { checkText, kindOf, nameOrKind } from "../../options.ts";

/** The attributes of a cookie, with Flask's names. */
export interface CookieAttributes {
  /** Seconds until the browser deletes the cookie. Default: when the browser is closed. */
  readonly maxAge?: number | undefined;
  /** The same as a date, or as Unix seconds. */
  readonly expires?: Date | number | string | undefined;
  /** Default: `/`. Null leaves it out; the browser then takes the folder of the page. */
  readonly path?: string | null | undefined;
  readonly domain?: string | undefined;
  readonly secure?: boolean | undefined;
  /** Hides the cookie from scripts of the page. Default: false. */
  readonly httpOnly?: boolean | undefined;
  readonly sameSite?: "Strict" | "Lax" | "None" | undefined;
  /** A separate cookie for each site that embeds this one. It is Secure as well. */
  readonly partitioned?: boolean | undefined;
}

/**
 * The statuses that were set. Not a private member: the getter is asked while `super` still runs.
 */
const statuses = new WeakMap<object, number>();

/** A `Response` with Flask's methods for cookies, and a status that can be set. */
export class FlaskResponse extends Response {
  static {
    // Types say that the status of a Response is a property; it is a getter, as this one.
    const inherited = Object.getPrototypeOf(this.prototype) as object;
    const define = (name: string, get: (this: FlaskResponse) => unknown): void =>
      void Object.defineProperty(this.prototype, name, { get, configurable: true });
    define("status", function status() {
      return statuses.get(this) ?? (Reflect.get(inherited, "status", this) as unknown);
    });
    define("ok", function ok() {
      return this.status >= 200 && this.status < 300;
    });
  }

  /** The status, which can be set: `response.statusCode = 201`. */
  get statusCode(): number {
    return this.status;
  }
  set statusCode(value: number) {
    if (!Number.isInteger(value) || value < 100 || value > 599)
      throw new InvalidOptionError(
        `response.statusCode is an integer from 100 to 599. It got ${String(value)}. Fix: response.statusCode = 201.`,
      );
    statuses.set(this, value);
  }

  /** The type without its parameters: "text/html". A text is given the charset as well. */
  get mimetype(): string {
    return (this.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  }
  set mimetype(value: string) {
    checkText("response.mimetype", value);
    this.headers.set("Content-Type", withCharset(value));
  }

  /** The header Content-Type. */
  get contentType(): string | undefined {
    return this.headers.get("content-type") ?? undefined;
  }
  set contentType(value: string) {
    checkText("response.contentType", value);
    this.headers.set("Content-Type", value);
  }

  /**
   * Sends a cookie.
   *
   * A cookie that is larger than MAX_COOKIE_SIZE (4,093 bytes with its name and attributes, unless
   * set) is sent with a warning, because browsers drop it.
   *
   * @throws InvalidOptionError for a name that no cookie can have.
   */
  setCookie(key: string, value = "", attributes: CookieAttributes = {}): void {
    const line = cookieLine(key, value, attributes);
    const most = contextOrNone()?.app.config["MAX_COOKIE_SIZE"];
    if (typeof most === "number" && most > 0 && Buffer.byteLength(line) > most)
      process.emitWarning(
        `The cookie "${key}" has ${Buffer.byteLength(line)} bytes with its attributes. Browsers drop cookies of more than ${most} bytes. Fix: save less in it, or save the value in the session with SESSION_STORE.`,
        { type: "LatchkeyWarning", code: "LATCHKEY_COOKIE_SIZE" },
      );
    this.headers.append("Set-Cookie", line);
  }

  /** Deletes a cookie. `path` and `domain` must be those that it was sent with. */
  deleteCookie(key: string, attributes: Omit<CookieAttributes, "maxAge" | "expires"> = {}): void {
    this.setCookie(key, "", { ...attributes, expires: 0, maxAge: 0 });
  }
}

function cookieLine(
  key: string,
  value: string,
  { maxAge, expires, path = "/", domain, secure, httpOnly, sameSite, partitioned }: CookieAttributes,
): string {
  checkText("response.setCookie(key)", key);
  checkText("response.setCookie(key, value): value", value);
  if (!/^[\w!#$%&'*+\-.^`|~]+$/.test(key))
    throw new InvalidOptionError(
      `response.setCookie(key): a cookie cannot have the name ${JSON.stringify(key)}. Fix: use letters, digits, "-" and "_".`,
    );
  if (maxAge !== undefined && !Number.isFinite(maxAge))
    throw new InvalidOptionError(
      `The option maxAge of setCookie is a number of seconds. It got ${kindOf(maxAge)}. Fix: maxAge: 3600.`,
    );
  for (const text of [path ?? "", domain ?? ""])
    if (/[\p{Cc};,]/u.test(text))
      throw new InvalidOptionError(
        'The options path and domain of setCookie cannot hold control characters, commas and semicolons. Fix: path: "/".',
      );
  return [
    `${key}=${quoteCookie(value)}`,
    ...(domain === undefined ? [] : [`Domain=${hostOf(domain)}`]),
    // Old browsers know Expires alone.
    ...(expires === undefined && maxAge === undefined
      ? []
      : [`Expires=${httpDate(expires ?? unixNow() + Math.trunc(maxAge!))}`]),
    ...(maxAge === undefined ? [] : [`Max-Age=${Math.trunc(maxAge)}`]),
    ...(secure === true || partitioned === true ? ["Secure"] : []),
    ...(httpOnly === true ? ["HttpOnly"] : []),
    ...(path === null ? [] : [`Path=${encodeWith(path, /[%!$&'()*+,/:=@]/)}`]),
    ...(sameSite === undefined ? [] : [`SameSite=${sameSiteOf(sameSite)}`]),
    ...(partitioned === true ? ["Partitioned"] : []),
  ].join("; ");
}

/**
 * As in Flask: a leading dot has no meaning any more, and other letters are written in Punycode.
 */
function hostOf(domain: string): string {
  const host = domain.replace(/^\.+/, "");
  return /^[\x20-\x7e]*$/.test(host) ? host : domainToASCII(host);
}

/** In any case, as in Flask. Browsers would ignore another word. */
function sameSiteOf(given: unknown): string {
  const word = ["Strict", "Lax", "None"].find((each) => each.toLowerCase() === String(given).toLowerCase());
  if (word !== undefined) return word;
  throw new InvalidOptionError(
    `The option sameSite of setCookie is "Strict", "Lax" or "None". It got ${nameOrKind(given)}. Fix: sameSite: "Lax".`,
  );
}

function httpDate(time: Date | number | string): string {
  if (typeof time === "string") return time;
  const date = typeof time === "number" ? new Date(time * 1000) : time;
  if (Number.isNaN(date.getTime()))
    throw new InvalidOptionError("The option expires of setCookie is no date. Fix: expires: new Date(2030, 0).");
  return date.toUTCString();
}
