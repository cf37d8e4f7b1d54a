import type { Context, Middleware } from "koa";
import type { Exchange, Toolbar } from "../../toolbar/index.ts";
import { showOn } from "../node/toolbar.ts";
import { showExceptions } from "../node/show-exceptions.ts";
import { checkToolbar } from "../check-mounted.ts";
import { koaApplication, koaRequest } from "./koa-application.ts";
import { AnswerHeaders, changeForTail, responseHeadersOf } from "../page-headers.ts";
import { isAppendable, withTail } from "../with-tail.ts";

/**
 * Shows a toolbar on the pages of a Koa application. Mount it before all else. What compresses may
 * be before it or after it; the page is compressed only if it is before it.
 *
 * @example
 * ```ts
 * app.use(debugToolbar(new Toolbar({ keys })));
 * app.use(session(manager));
 * ```
 */
export function debugToolbar(toolbar: Toolbar): Middleware {
  checkToolbar(toolbar);
  if (!toolbar.enabled) return (_, next) => next();
  return async function debugToolbar(ctx, next) {
    const request = toolbar.describe(ctx.req, ctx.originalUrl);
    const answer = toolbar.handle(request);
    if (answer !== undefined) {
      ctx.status = answer.status;
      ctx.set({ ...answer.headers });
      ctx.body = answer.body;
      return;
    }
    const exchange = toolbar.begin(request, ctx.req);
    if (exchange === undefined) return await next();
    toolbar.introduce(ctx.app, koaApplication(ctx.app));
    const putBack = showOn({ toolbar, exchange, request, incoming: ctx.req, response: ctx.res });
    showExceptions({ toolbar, exchange, request, response: ctx.res }, watchOwnAnswer(ctx, exchange));
    try {
      await toolbar.run(exchange, next);
      appendToBody(ctx, exchange, (headers) => toolbar.respond(exchange, request, { status: ctx.status, headers }));
    } catch (error) {
      exchange.fail(error);
      throw error;
    } finally {
      putBack();
      // What Koa's routers say of the route that answered.
      const { _matchedRoute: route } = ctx as { _matchedRoute?: unknown };
      if (typeof route === "string") exchange.route = route;
      toolbar.tell(exchange, () => koaRequest(ctx));
    }
  };
}

/**
 * Koa answers an error in `ctx.onerror`, when all middleware has passed it on. This context's own
 * is wrapped, to know when that is.
 *
 * @returns whether Koa itself has answered. An `onerror` of the application answers for it.
 */
function watchOwnAnswer(ctx: Context, exchange: Exchange): () => boolean {
  let isAnswered = false;
  const isKoas = !Object.hasOwn(ctx, "onerror") && !Object.hasOwn(ctx.app.context, "onerror");
  const answer = ctx.onerror.bind(ctx);
  const onerror = (error: Error): void => {
    // Koa calls it without an error when the response has ended.
    if ((error as unknown) !== null && (error as unknown) !== undefined) {
      exchange.fail(error);
      isAnswered = isKoas;
    }
    answer(error);
  };
  Object.assign(ctx, { onerror });
  return () => isAnswered;
}

/**
 * Puts the toolbar's text after the body before what compresses outside of the toolbar replaces the
 * body. What is no page here is left to the end of the answer.
 */
function appendToBody(
  ctx: Context,
  exchange: Exchange,
  respond: (headers: AnswerHeaders) => (() => string) | undefined,
): void {
  const { body, response } = ctx;
  if (!exchange.mayShow || ctx.respond === false || ctx.res.headersSent || response.type !== "text/html") return;
  if (!isAppendable(body)) return;
  const tail = respond(new AnswerHeaders(ctx.res));
  if (tail === undefined) return;
  changeForTail(responseHeadersOf(ctx.res), tail);
  const length = ctx.res.getHeader("content-length");
  ctx.body = withTail(body, tail);
  // Koa drops the length of a stream that replaces another body.
  if (length !== undefined) ctx.length = Number(length);
}
