import { InvalidOptionError } from "../errors.ts";
import type { SessionManager } from "../sessions/manager.ts";

/** What a forged session is to be. */
export interface ForgeSessionOptions<Data extends object = Record<string, unknown>> {
  /** Its entries. */
  readonly data?: Partial<Data> | undefined;
  /** Whose session it is, as `session.login` takes it; nobody's unless given. */
  readonly subject?: string | undefined;
  /** Whether the cookie would outlive the browser's window: false unless given. */
  readonly persistent?: boolean | undefined;
  /**
   * Where the test will send its requests: "http://localhost/" unless given. The cookie's name may depend on it: over plain http on a loopback host
   * it is `session`, and everywhere else `__Host-session`. For `manager.load(cookie)` without further facts, give an address with https.
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

/**
 * Makes a session for a test, and gives the cookie that a browser would hold: a page for logged-in users is tested without a login.
 *
 * It opens, changes and commits a session of the manager that the application uses, as a request would. With a store the session is in the store
 * then. Each call makes another session.
 *
 * @throws InvalidOptionError without data and without a subject, since such a session is never kept, or for a `url` that is none; and what `commit` throws.
 * @example
 * ```ts
 * const cookie = await forgeSession(manager, { data: { cart: ["tea"] }, subject: "7" });
 *
 * // Hono
 * const answer = await app.request("/cart", { headers: { Cookie: cookie.header } });
 * // a server that listens, whichever framework it is made with
 * const page = await fetch(`http://localhost:${server.port}/cart`, { headers: { Cookie: cookie.header } });
 * // Playwright
 * await context.addCookies([{ name: cookie.name, value: cookie.value, url: "http://localhost/" }]);
 * ```
 */
export async function forgeSession<Data extends object>(
  manager: SessionManager<Data>,
  { data = {}, subject, persistent = false, url = "http://localhost/" }: ForgeSessionOptions<Data> = {},
): Promise<ForgedCookie> {
  if (!URL.canParse(url)) throw new InvalidOptionError('The option "url" of forgeSession is an address, such as "http://localhost:3000/".');
  const { protocol, host } = new URL(url);
  const session = await manager.load(undefined, { secure: protocol === "https:", host });
  // Not by assignment: an entry may be called __proto__.
  for (const [name, value] of Object.entries(data))
    Object.defineProperty(session.data, name, { value, enumerable: true, configurable: true, writable: true });
  if (subject !== undefined) session.login(subject);
  session.persistent = persistent;
  const headers = await manager.commit(session);
  const cookie = headers.find(([name]) => name === "Set-Cookie")?.[1];
  if (cookie === undefined)
    throw new InvalidOptionError(
      "A session with neither data nor a subject is never kept, so there is no cookie: give forgeSession one of the two.",
    );
  const header = cookie.split(";")[0]!;
  const [name = "", value = ""] = header.split("=");
  return { header, name, value };
}
