import type { FastifyInstance } from "fastify";
import type { RouteFacts } from "../../toolbar/index.ts";
import { handlerName } from "./fastify-request.ts";

/** A line of Fastify's own tree: its depth, a part of a path, and the methods that end here. */
const LINE = /^((?:│ {3}| {4})*)[├└]── (.*?)(?: \(([A-Z, -]+)\)(?: \{.*)?)?$/;

/**
 * The routes of a Fastify application: from the tree that Fastify prints, because the hook for
 * routes is not called for those that were added before the toolbar's plugin was loaded. Only the
 * hook knows the names of handlers.
 */
export function fastifyRoutes(app: FastifyInstance): () => readonly RouteFacts[] {
  const names = new Map<string, string>();
  app.addHook("onRoute", ({ method, url, handler }) => {
    for (const each of [method].flat()) names.set(`${each} ${url}`, handlerName(handler) ?? "");
  });
  return () =>
    readTree(app.printRoutes()).map(({ path, methods }) => ({
      path,
      methods: methods.join(","),
      name: methods.map((method) => names.get(`${method} ${path}`)).find((name) => name !== undefined),
    }));
}

/** The paths of a printed tree. A line is the beginning of the lines below it. */
function readTree(tree: string): { readonly path: string; readonly methods: readonly string[] }[] {
  const above: string[] = [];
  return tree.split("\n").flatMap((line) => {
    const [, indent, part, methods] = LINE.exec(line) ?? [];
    if (indent === undefined || part === undefined) return [];
    above.length = indent.length / 4;
    above.push(part);
    if (methods === undefined) return [];
    const all = methods.split(", ");
    // Fastify adds a HEAD to every GET by itself.
    return [{ path: above.join(""), methods: all.filter((each) => each !== "HEAD" || !all.includes("GET")) }];
  });
}
