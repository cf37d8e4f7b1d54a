import type { Application } from "express";

/** A layer of a router of Express 4: a middleware, a handler, or the whole of a route. */
export interface Express4Layer {
  readonly handle: unknown;
  /** Only at the layer that calls all handlers of a route. */
  readonly route?: unknown;
}

/** A router of Express 4. */
export interface Express4Router {
  readonly stack: readonly Express4Layer[];
}

/** What an application of Express 4 has and one of Express 5 has not. */
interface Express4Application {
  readonly lazyrouter?: unknown;
  readonly _router?: Express4Router;
}

/**
 * Whether an application is one of Express 4. Express 5 makes the router of an application when it
 * is first asked for, without a method of this name.
 */
export function isExpress4(app: Application | undefined): boolean {
  return typeof (app as Express4Application | undefined)?.lazyrouter === "function";
}

/**
 * The router of an application. In Express 4 it is `_router`, and `router` throws: it was the name
 * of something else in Express 3.
 */
export function routerOf(app: Application): unknown {
  return isExpress4(app) ? (app as Express4Application)._router : (app as { readonly router?: unknown }).router;
}
