import type { OutgoingHttpHeaders } from "node:http";
import type { DefaultState, Middleware, ParameterizedContext } from "koa";
import type { HeaderPair } from "../../sessions/manager-options.ts";
import type { SessionManager } from "../../sessions/manager.ts";
import type { Session } from "../../sessions/session.ts";
import { beforeHeaders } from "../before-headers.ts";
import { discardBody } from "../discard-body.ts";

/** What the middleware adds to Koa's context: `ctx.session`. */
export interface SessionContext<Data extends object = Record<string, unknown>> {
  session: Session<Data>;
}

/**
 * Gives each request of a Koa application its session, as `ctx.session`, and keeps it before the headers leave, for error answers too.
 *
 * Whether a request came over https is Koa's to say: set `app.proxy` where a proxy ends TLS. A session that cannot be opened or kept is thrown, so that
 * middleware outside of this one may answer it, and Koa answers 500 otherwise; nothing of the handler's own answer is sent.
 *
 * @example
 * ```ts
 * const app = new Koa().use(session(manager));
 * app.use((ctx) => {
 *   ctx.body = ctx.session.data;
 * });
 * ```
 */
export function session<Data extends object>(manager: SessionManager<Data>): Middleware<DefaultState, SessionContext<Data>> {
  return async function session(ctx, next) {
    // Mounted twice: the outer one keeps the session.
    if ((ctx.session as unknown) !== undefined) return await next();
    const { res } = ctx;
    const current = await manager.load(ctx.req.headers.cookie, { secure: ctx.secure, host: ctx.host });
    ctx.session = current;

    const before = res.getHeaders();
    let committed: Promise<readonly HeaderPair[]> | undefined;
    const commit = async (): Promise<readonly HeaderPair[]> => await (committed ??= manager.commit(current));
    // At the last moment, because Koa takes all headers away when it answers an error.
    const setHeaders = async (): Promise<() => void> => {
      const headers = await commit();
      return () => {
        for (const [name, value] of headers) res.appendHeader(name, value);
      };
    };
    beforeHeaders(res, setHeaders, (error) => ctx.onerror(error as Error));

    await next();
    // The handler writes the answer itself, now or later.
    if (ctx.respond === false || res.headersSent) return;
    try {
      // Koa's way to answer an error is middleware outside of this one: by the last moment that would have run.
      await commit();
    } catch (error) {
      committed = Promise.resolve([]);
      await discardAnswer(ctx, before);
      throw error;
    }
  };
}

/** Nothing of the answer that is not sent may get into the one that is. */
async function discardAnswer(ctx: ParameterizedContext, headers: OutgoingHttpHeaders): Promise<void> {
  const { body } = ctx as { body: unknown };
  for (const name of ctx.res.getHeaderNames()) ctx.res.removeHeader(name);
  ctx.body = null;
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) ctx.res.setHeader(name, value);
  ctx.status = 500;
  await discardBody(body);
}
