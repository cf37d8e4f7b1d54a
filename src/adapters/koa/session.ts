import type { OutgoingHttpHeaders } from "node:http";
import type { DefaultState, Middleware, ParameterizedContext } from "koa";
import type { HeaderPair } from "../../sessions/data/header-pair.ts";
import type { SessionManager } from "../../sessions/manager.ts";
import type { Session } from "../../sessions/session.ts";
import { beforeHeaders } from "../node-response/before-headers.ts";
import { discardBody } from "../node-response/discard-body.ts";
import { NodeFacts } from "../node-facts.ts";
import { giveUp } from "../not-saved.ts";
import { appendHeaders, copyHeaders, resetHeaders } from "../node-response/response-headers.ts";
import { hasSession, keepSession } from "../session-of.ts";
import { endIfDeleted, showSession } from "../session-place.ts";
import { checkManager } from "../check-mounted.ts";

/** What the middleware adds to Koa's context: `ctx.session`. */
export interface SessionContext<Data extends object = Record<string, unknown>> {
  session: Session<Data>;
}

/**
 * Gives each request of a Koa application its session, as `ctx.session`, and saves it before the
 * headers leave, for error answers too.
 *
 * `ctx.session = null` ends the session. Any other value that is assigned throws
 * InvalidOptionError.
 *
 * Koa decides whether a request came over HTTPS: set `app.proxy` where a proxy ends TLS. A session
 * that cannot be opened or saved is thrown, so that middleware outside of this one may answer it,
 * and Koa answers 500 otherwise. Nothing of the handler's own answer is sent.
 *
 * @throws InvalidOptionError for anything but a SessionManager.
 * @param manager the same manager may be mounted twice; the outer one saves. Another manager's
 *   session is beside it, see `sessionOf`.
 * @example
 * ```ts
 * const app = new Koa().use(session(manager));
 * app.use((ctx) => {
 *   ctx.body = ctx.session.data;
 * });
 * ```
 */
export function session<Data extends object>(manager: SessionManager<Data>): Middleware<DefaultState, SessionContext<Data>> {
  checkManager("session", manager);
  return async function session(ctx, next) {
    // Mounted twice with the same manager: the outer one saves the session.
    if (hasSession(manager, ctx)) return await next();
    const { res } = ctx;
    const facts = new KoaFacts(ctx);
    const current = await manager.load(ctx.req.headers.cookie, facts);
    keepSession(manager, ctx, current, facts);
    showSession(ctx, { name: "ctx.session", entries: "ctx.session.data", value: current, end: () => current.logout() });

    const before = copyHeaders(res);
    let committed: Promise<readonly HeaderPair[]> | undefined;
    const commit = async (): Promise<readonly HeaderPair[]> => {
      if (committed === undefined) endIfDeleted(ctx);
      return await (committed ??= manager.commit(current));
    };
    beforeHeaders(res, {
      // At the last moment, because Koa takes all headers away when it answers an error.
      work: async () => {
        const headers = await commit();
        return () => appendHeaders(res, headers);
      },
      onError: (error) => ctx.onerror(error as Error),
      onMissed: () => giveUp(manager, current),
    });

    await next();
    // The handler writes the answer itself, now or later.
    if (ctx.respond === false || res.headersSent) return;
    try {
      // Koa's way to answer an error is middleware outside of this one: by the last moment that
      // would have run.
      await commit();
    } catch (error) {
      committed = Promise.resolve([]);
      await discardAnswer(ctx, before);
      throw error;
    }
  };
}

/** What Koa knows of a request. */
class KoaFacts extends NodeFacts {
  readonly #ctx: Pick<ParameterizedContext, "secure" | "host">;

  constructor(ctx: Pick<ParameterizedContext, "secure" | "host" | "req" | "originalUrl">) {
    super(ctx.req, ctx.originalUrl);
    this.#ctx = ctx;
  }

  override get secure(): boolean {
    return this.#ctx.secure;
  }

  override get host(): string {
    return this.#ctx.host;
  }
}

/** Nothing of the answer that is not sent may get into the one that is. */
async function discardAnswer(ctx: ParameterizedContext, headers: OutgoingHttpHeaders): Promise<void> {
  const { body } = ctx as { body: unknown };
  ctx.body = null;
  resetHeaders(ctx.res, headers);
  ctx.status = 500;
  await discardBody(body);
}
