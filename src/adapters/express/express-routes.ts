import type { Application } from "express";
import type { RouteFacts } from "../../toolbar/index.ts";
import { routerOf } from "./express-4.ts";

/** A layer of Express's router, as far as it is known. */
interface Layer {
  readonly route?: {
    readonly path?: unknown;
    readonly methods?: Readonly<Record<string, boolean>>;
    readonly stack?: readonly { readonly method?: unknown; readonly handle?: { readonly name?: string } }[];
  };
  readonly handle?: { readonly stack?: readonly Layer[] };
  /** What a router is mounted on; since router 2.3. */
  readonly rawPath?: unknown;
  /** The same in Express 4, which has thrown the text away: the expression, and its parameters. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean };
  readonly keys?: readonly { readonly name: unknown }[];
}

/** Deeper than this, routers are taken for a circle. */
const DEEPEST = 10;

/** The routes of an Express application, with those of its routers. */
export function expressRoutes(app: Application): RouteFacts[] {
  return routesOf(routerOf(app) as Layer["handle"], "", 0);
}

function routesOf(router: Layer["handle"], mount: string, depth: number): RouteFacts[] {
  if (!Array.isArray(router?.stack) || depth > DEEPEST) return [];
  return (router.stack as readonly Layer[]).flatMap((layer) => {
    const { route, handle } = layer;
    if (route === undefined) return routesOf(handle, mount + mountOf(layer), depth + 1);
    const methods = Object.keys(route.methods ?? {}).map((method) =>
      method === "_all" ? "ALL" : method.toUpperCase(),
    );
    const name = route.stack?.at(-1)?.handle?.name;
    return pathsOf(route.path).map((path) => ({ methods: methods.join(","), path: mount + path, name }));
  });
}

function mountOf({ rawPath, regexp, keys = [] }: Layer): string {
  if (regexp === undefined || rawPath !== undefined) return pathsOf(rawPath)[0]!;
  if (regexp.fast_slash === true) return "";
  // Such as ^\/(?:([^\/]+?))\/admin\/?(?=\/|$) for "/:shop/admin".
  let index = 0;
  const path = regexp.source
    .replace(/^\^/, "")
    .replace(/\\\/\?\(\?=\\\/\|\$\)$/, "")
    .replace(/\(\?:\(\[\^\\?\/\]\+\?\)\)/g, () => `:${String(keys[index++]?.name)}`);
  return /[*+?^$()[\]|]/.test(path.replace(/\\./g, "")) ? String(regexp) : path.replace(/\\(.)/g, "$1");
}

function pathsOf(path: unknown): readonly string[] {
  if (Array.isArray(path)) return path.length === 0 ? [""] : path.flatMap(pathsOf);
  if (path instanceof RegExp) return [String(path)];
  return [typeof path !== "string" || path === "/" ? (path === "/" ? "/" : "") : path];
}
