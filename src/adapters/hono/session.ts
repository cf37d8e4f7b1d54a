import type { Context, MiddlewareHandler } from "hono";
import type { HeaderPair } from "../../sessions/manager-options.ts";
import type { SessionManager } from "../../sessions/manager.ts";
import type { Session } from "../../sessions/session.ts";

/** What the middleware adds to Hono's context: `c.get("session")`. */
export interface SessionEnv<Data extends object = Record<string, unknown>> {
  Variables: { session: Session<Data> };
}

const ORIGIN = /^(https?):\/\/([^/?#]*)/i;

/**
 * Gives each request of a Hono application its session, as `c.get("session")`, and keeps it when the handlers are done, for error
 * answers too. It works on the fetch interface alone, so on every runtime that Hono runs on with Node's modules.
 *
 * A session that cannot be kept is an error of the application: `app.onError` answers it, and nothing of the handler's answer is sent.
 *
 * @example
 * ```ts
 * const app = new Hono().use(session(manager)).get("/", (c) => c.json(c.get("session").data));
 * ```
 */
export function session<Data extends object>(manager: SessionManager<Data>): MiddlewareHandler<SessionEnv<Data>> {
  return async function session(c, next) {
    // Mounted twice: the outer one keeps the session.
    if ((c.get("session") as unknown) !== undefined) return await next();
    const [, scheme = "https", host = ""] = ORIGIN.exec(c.req.url) ?? [];
    const opened = manager.open(c.req.header("Cookie"), { secure: scheme.toLowerCase() === "https", host });
    const current = opened instanceof Promise ? await opened : opened;
    c.set("session", current);
    await next();
    let headers;
    try {
      headers = manager.close(current);
      if (headers instanceof Promise) headers = await headers;
    } catch (error) {
      await c.res.body?.cancel();
      // The headers of the answer that is not sent must not get into the one that is.
      c.res = undefined;
      throw error;
    }
    if (headers.length > 0) append(c, headers);
    return undefined;
  };
}

/** Adds headers to an answer that stands. Hono's own way makes a copy of the whole answer for each header. */
function append(c: Context, headers: readonly HeaderPair[]): void {
  const { res } = c;
  // An answer that the application keeps and gives to all visitors must not be changed: another visitor would get this one's cookie. `Vary` alone may be
  // anybody's. The headers of an answer that came from elsewhere cannot be changed at all.
  if (headers.every(([name]) => name === "Vary") && tryAppend(res.headers, headers)) return;
  const own = new Headers(res.headers);
  tryAppend(own, headers);
  c.res = undefined;
  c.res = new Response(res.body, { status: res.status, statusText: res.statusText, headers: own });
}

function tryAppend(target: Headers, headers: readonly HeaderPair[]): boolean {
  try {
    for (const [name, value] of headers) target.append(name, value);
    return true;
  } catch {
    return false;
  }
}
