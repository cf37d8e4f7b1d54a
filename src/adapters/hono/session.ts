import type { MiddlewareHandler } from "hono";
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
    for (const [name, value] of headers) c.header(name, value, { append: true });
    return undefined;
  };
}
