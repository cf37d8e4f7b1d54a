import type { RouteFacts } from "../../toolbar/index.ts";

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
}

/** Deeper than this, routers are taken for a circle. */
const DEEPEST = 10;

/** The routes of an Express application, with those of its routers. */
export function expressRoutes(app: { readonly router?: unknown }): RouteFacts[] {
  return routesOf(app.router as Layer["handle"], "", 0);
}

function routesOf(router: Layer["handle"], mount: string, depth: number): RouteFacts[] {
  if (!Array.isArray(router?.stack) || depth > DEEPEST) return [];
  return (router.stack as readonly Layer[]).flatMap(({ route, handle, rawPath }) => {
    if (route === undefined) return routesOf(handle, mount + pathsOf(rawPath)[0]!, depth + 1);
    const methods = Object.keys(route.methods ?? {}).map((method) =>
      method === "_all" ? "ALL" : method.toUpperCase(),
    );
    const name = route.stack?.at(-1)?.handle?.name;
    return pathsOf(route.path).map((path) => ({ methods: methods.join(","), path: mount + path, name }));
  });
}

function pathsOf(path: unknown): readonly string[] {
  if (Array.isArray(path)) return path.length === 0 ? [""] : path.flatMap(pathsOf);
  if (path instanceof RegExp) return [String(path)];
  return [typeof path !== "string" || path === "/" ? (path === "/" ? "/" : "") : path];
}
