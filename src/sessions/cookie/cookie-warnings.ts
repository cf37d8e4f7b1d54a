import type { Mode } from "../../mode.ts";
import { isLoopbackAddress, isLoopbackHost, proxySign } from "../../own-browser.ts";
import type { CookieOptions } from "./cookie-options.ts";
import type { RequestCookie, RequestFacts } from "./cookie.ts";

/**
 * Warnings of a session's cookie that a browser may not keep, or that others can read. Each is
 * printed once.
 */
export class CookieWarnings {
  readonly #secure: CookieOptions["secure"];
  readonly #mode: Mode;
  readonly #given = new Set<string>();

  constructor({ secure = "auto" }: CookieOptions, mode: Mode) {
    this.#secure = secure;
    this.#mode = mode;
  }

  /**
   * A cookie was sent. Over plain HTTP, browsers silently drop Secure cookies, unless a proxy
   * terminates TLS.
   */
  sent({ facts, secure }: RequestCookie): void {
    if (!secure && this.#mode === "production") {
      this.#warn(
        "LATCHKEY_INSECURE_COOKIE",
        "The session cookie is not Secure, in production: everybody on the way can read and use it. Fix: serve HTTPS and leave out cookie: { secure: false }, or in latchkey/flask SESSION_COOKIE_SECURE.",
      );
    }
    if (this.#secure !== "auto" || facts === undefined || facts.secure || !secure) return;
    this.#warn("LATCHKEY_PLAIN_HTTP", `A Secure session cookie was sent over plain HTTP${this.#reasonOf(facts)}`);
  }

  /** Two valid sessions came under one name. */
  duplicate(name: string): void {
    this.#warn(
      "LATCHKEY_DUPLICATE_COOKIE",
      `Two different valid sessions came in cookies of the name "${name}", so the visitor was anonymous for one request. Either somebody plants cookies, ` +
        "or an earlier release gave the cookie another domain or path. Fix: a name with __Host-, or cookie: { formerly: [{ domain, path }] }.",
    );
  }

  #reasonOf(facts: RequestFacts): string {
    const toProxy =
      "If a proxy in front terminates TLS, that is right: say so with cookie: { secure: true }, or in latchkey/flask with SESSION_COOKIE_SECURE or proxyFix. If not, browsers drop the cookie and nobody stays logged in: serve HTTPS.";
    if (!isLoopbackHost(facts.host)) return `, to a host that is not this machine. ${toProxy}`;
    if (!isLoopbackAddress(facts.peer)) return `, and the other side is not known to be this machine. ${toProxy}`;
    const sign = proxySign(facts);
    if (sign !== undefined) return `, and by a proxy (${sign}). ${toProxy}`;
    if (this.#mode === "production") {
      return ", to this machine. Chrome and Firefox keep it here, Safari drops it. Fix for development: set NODE_ENV=development.";
    }
    return ", because its name, sameSite None or partitioned demands it. Chrome and Firefox keep it on this machine, Safari drops it.";
  }

  #warn(code: string, message: string): void {
    if (this.#given.has(code)) return;
    this.#given.add(code);
    process.emitWarning(message, { type: "LatchkeyWarning", code });
  }
}
