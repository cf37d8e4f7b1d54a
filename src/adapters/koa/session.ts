import type { OutgoingHttpHeaders } from "node:http";
import type { DefaultState, Middleware, ParameterizedContext } from "koa";
import type { SessionManager } from "../../sessions/manager.ts";
import type { Session } from "../../sessions/session.ts";
import { discardBody } from "../node-response/discard-body.ts";
import { NodeFacts } from "../node-facts.ts";
import { copyHeaders, resetHeaders } from "../node-response/response-headers.ts";
import { openSession } from "../open-session.ts";
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
export function session<Data extends object>(
  manager: SessionManager<Data>,
): Middleware<DefaultState, SessionContext<Data>> {
  checkManager("session", manager);
  return async function session(ctx, next) {
    const opening = openSession({
      manager,
      request: ctx.req,
      response: ctx.res,
      facts: new KoaFacts(ctx),
      carriers: [ctx, ctx.request, ctx.req],
      place: (value) => ({ name: "ctx.session", entries: "ctx.session.data", value }),
      // Koa takes all headers away when it answers an error, and the session's are set after that.
      onError: (error) => ctx.onerror(error as Error),
    });
    if (opening === undefined) return await next();
    const opened = await opening;
    const before = copyHeaders(ctx.res);
    await next();
    // The handler writes the answer itself, now or later.
    if (ctx.respond === false || ctx.res.headersSent) return;
    try {
      // Koa's way to answer an error is middleware outside of this one: when the headers are about
      // to leave, that has run.
      await opened.commit();
    } catch (error) {
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
