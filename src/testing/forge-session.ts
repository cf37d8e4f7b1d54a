import { InvalidOptionError } from "../errors.ts";
import { checkOptions, kindOf, nameOrKind } from "../options.ts";
import type { SessionManager } from "../sessions/manager.ts";

/** Settings of forgeSession. */
export interface ForgeSessionOptions<Data extends object = Record<string, unknown>> {
  /** The session's entries. Default: none. */
  readonly data?: Partial<Data> | undefined;
  /** The user's id, as for `session.login`. Default: none, so no user is logged in. */
  readonly subject?: string | undefined;
  /** Whether the browser keeps the cookie after its window is closed. Default: false. */
  readonly persistent?: boolean | undefined;
  /**
   * The address that the test sends its requests to. Default: "http://localhost/". The cookie's
   * name may depend on it: over plain HTTP on a loopback host it is `session`, and everywhere else
   * `__Host-Http-session`. If the two differ, the application does not find the session. For
   * `manager.load(cookie)` without further arguments, use an address with https.
   */
  readonly url?: string | undefined;
}

/** The cookie of a forged session. */
export interface ForgedCookie {
  /** The Cookie header: name and value. */
  readonly header: string;
  readonly name: string;
  readonly value: string;
}

/** A test runs on the same machine as its server. */
const LOCAL = { peer: "127.0.0.1", httpVersion: "1.1", headers: {} } as const;

/**
 * Makes a session for a test, and returns the cookie that a browser would hold. With it, a page for
 * logged-in users is tested without a login.
 *
 * It loads, changes and commits a session of the application's manager, as a request does. With a
 * store, the session is then in the store. Each call makes a new session.
 *
 * @param manager the SessionManager that the application uses, or one with the same keys, format,
 *   cookie and store.
 * @throws InvalidOptionError without a manager, without data and without a subject (such a session
 *   is never saved), for a `url` that is not an address, and for an unknown option. It passes on
 *   what `commit` throws.
 * @example
 * ```ts
 * const cookie = await forgeSession(manager, { data: { cart: ["tea"] }, subject: "7" });
 *
 * // Hono
 * const answer = await app.request("/cart", { headers: { Cookie: cookie.header } });
 * // a server that listens, with any framework
 * const page = await fetch(`http://localhost:${server.port}/cart`, { headers: { Cookie: cookie.header } });
 * // Playwright
 * await context.addCookies([{ name: cookie.name, value: cookie.value, url: "http://localhost/" }]);
 * ```
 */
export async function forgeSession<Data extends object>(
  manager: SessionManager<Data>,
  options: ForgeSessionOptions<Data> = {},
): Promise<ForgedCookie> {
  if (typeof (manager as SessionManager<Data> | undefined)?.load !== "function") {
    throw new InvalidOptionError(
      `forgeSession needs the SessionManager of your application as its first argument. It got ${kindOf(manager)}. Fix: forgeSession(manager, { subject: "7" }).`,
    );
  }
  checkOptions("forgeSession", options, ["data", "subject", "persistent", "url"], {
    user: 'Did you mean "subject"?',
    userId: 'Did you mean "subject"?',
    secure: 'Give the address that the test sends its requests to: url: "https://localhost/".',
  });
  const { data = {}, subject, persistent = false, url = "http://localhost/" } = options;
  if (!URL.canParse(url)) {
    throw new InvalidOptionError(
      `The option url of forgeSession must be an address. It is ${nameOrKind(url)}. Fix: url: "http://localhost:3000/".`,
    );
  }
  const { protocol, host } = new URL(url);
  const session = await manager.load(undefined, { ...LOCAL, secure: protocol === "https:", host });
  // defineProperty, because an assignment to an entry called __proto__ would change the prototype.
  for (const [name, value] of Object.entries(data))
    Object.defineProperty(session.data, name, { value, enumerable: true, configurable: true, writable: true });
  if (subject !== undefined) session.login(subject);
  session.persistent = persistent;
  const headers = await manager.commit(session);
  const cookie = headers.find(([name]) => name === "Set-Cookie")?.[1];
  if (cookie === undefined)
    throw new InvalidOptionError(
      "A session with neither data nor a subject is never saved, so there is no cookie. Fix: give forgeSession one of the two.",
    );
  const header = cookie.split(";")[0]!;
  const [name = "", value = ""] = header.split("=");
  return { header, name, value };
}
