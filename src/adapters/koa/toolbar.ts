import type { Context, Middleware } from "koa";
import type { Exchange, Toolbar } from "../../toolbar/index.ts";
import { debugToolbar as nodeToolbar } from "../node/toolbar.ts";
import { showExceptions } from "../node/show-exceptions.ts";
import { checkToolbar } from "../check-mounted.ts";

/**
 * Shows a toolbar on the pages of a Koa application. Mount it before all else, but inside of what
 * compresses.
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
  const show = nodeToolbar(toolbar);
  return async function debugToolbar(ctx, next) {
    const request = toolbar.describe(ctx.req);
    const answer = toolbar.handle(request);
    if (answer !== undefined) {
      ctx.status = answer.status;
      ctx.set({ ...answer.headers });
      ctx.body = answer.body;
      return;
    }
    const exchange = toolbar.begin(request, ctx.req);
    const isByKoa = watchOwnAnswer(ctx, exchange);
    try {
      await new Promise<void>((resolve, reject) => {
        show(ctx.req, ctx.res, () => {
          showExceptions(toolbar, ctx.req, ctx.res, isByKoa);
          next().then(resolve, reject);
        });
      });
    } catch (error) {
      exchange?.fail(error);
      throw error;
    } finally {
      // What Koa's routers say of the route that answered.
      const { _matchedRoute: route } = ctx as { _matchedRoute?: unknown };
      if (exchange !== undefined && typeof route === "string") exchange.route = route;
    }
  };
}

/**
 * Koa answers an error in `ctx.onerror`, when all middleware has passed it on. This context's own is
 * wrapped, to know when that is.
 *
 * @returns whether Koa itself has answered. An `onerror` of the application answers for it.
 */
function watchOwnAnswer(ctx: Context, exchange: Exchange | undefined): () => boolean {
  let isAnswered = false;
  const isKoas = !Object.hasOwn(ctx, "onerror") && !Object.hasOwn(ctx.app.context, "onerror");
  const answer = ctx.onerror.bind(ctx);
  const onerror = (error: Error): void => {
    // Koa calls it without an error when the response has ended.
    if ((error as unknown) !== null && (error as unknown) !== undefined) {
      exchange?.fail(error);
      isAnswered = isKoas;
    }
    answer(error);
  };
  Object.assign(ctx, { onerror });
  return () => isAnswered;
}
