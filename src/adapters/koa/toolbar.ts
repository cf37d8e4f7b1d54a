import type { Middleware } from "koa";
import type { Toolbar } from "../../toolbar/index.ts";
import { debugToolbar as nodeToolbar } from "../node/toolbar.ts";
import { checkToolbar } from "../check-mounted.ts";
import { koaApplication, koaRequest } from "./koa-application.ts";

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
    toolbar.introduce(ctx.app, koaApplication(ctx.app));
    try {
      await new Promise<void>((resolve, reject) => {
        show(ctx.req, ctx.res, () => void next().then(resolve, reject));
      });
    } catch (error) {
      exchange?.fail(error);
      throw error;
    } finally {
      // What Koa's routers say of the route that answered.
      const { _matchedRoute: route } = ctx as { _matchedRoute?: unknown };
      if (exchange !== undefined && typeof route === "string") exchange.route = route;
      toolbar.tell(exchange, () => koaRequest(ctx));
    }
  };
}
