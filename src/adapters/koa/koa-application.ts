import type { Context, default as Koa } from "koa";
import type { ApplicationFacts, HandledRequest, RouteFacts } from "../../toolbar/index.ts";
import { uploadedFiles } from "../uploaded-files.ts";

/** A layer of @koa/router and koa-router, as far as it is known. */
interface Layer {
  readonly path?: unknown;
  readonly methods?: readonly string[];
  readonly name?: unknown;
  readonly stack?: readonly { readonly name?: string }[];
}

/** What a Koa application and the usual routers tell of themselves. */
export function koaApplication(app: Koa): ApplicationFacts {
  return {
    name: "Koa",
    config: () => {
      const { env, proxy, subdomainOffset, proxyIpHeader, maxIpsCount } = app as Koa & {
        readonly proxyIpHeader?: unknown;
        readonly maxIpsCount?: unknown;
      };
      return { env, proxy, subdomainOffset, proxyIpHeader, maxIpsCount };
    },
    routes: () => koaRoutes(app),
  };
}

function koaRoutes(app: Koa): RouteFacts[] {
  return app.middleware.flatMap((middleware) => {
    const { router } = middleware as { readonly router?: { readonly stack?: unknown } };
    if (!Array.isArray(router?.stack)) return [];
    return (router.stack as readonly Layer[]).flatMap(({ path, methods = [], name, stack }) => {
      // A layer without methods is a middleware of the router.
      if (methods.length === 0) return [];
      // The router adds HEAD to every GET.
      const shown = methods.filter((method) => method !== "HEAD" || !methods.includes("GET"));
      return [
        {
          methods: shown.join(","),
          path: String(path),
          name: typeof name === "string" && name !== "" ? name : stack?.at(-1)?.name,
        },
      ];
    });
  });
}

/** What routers and the usual parsers of bodies leave at Koa's context. */
export function koaRequest(ctx: Context): HandledRequest {
  const { params, _matchedRouteName, routerName } = ctx as unknown as Readonly<Record<string, unknown>>;
  const { body, files } = ctx.request as unknown as Readonly<Record<string, unknown>>;
  const name = _matchedRouteName ?? routerName;
  return { handler: typeof name === "string" ? name : undefined, params, body, files: uploadedFiles(files) };
}
