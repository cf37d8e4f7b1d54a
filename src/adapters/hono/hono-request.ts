import type { Context, Hono } from "hono";
import type { ApplicationFacts, HandledRequest } from "../../toolbar/index.ts";

/**
 * Where something that stands on Hono, such as `latchkey/flask`, leaves what it knows about the
 * request. It is a name of Hono's context.
 */
export const HANDLED: unique symbol = Symbol("latchkey.handled");

/** A longer body that was read as text is not parsed a second time. */
const LONGEST = 1_000_000;

/**
 * What Hono knows about the request. The body is never read here: only one that was read is told.
 */
export async function honoRequest(c: Context): Promise<HandledRequest> {
  const told = c.get(HANDLED as never) as HandledRequest | undefined;
  if (told !== undefined) return told;
  return { handler: handlerOf(c), params: c.req.param(), body: await bodyOf(c) };
}

/** What a Hono application tells of itself. */
export function honoApplication(app: Pick<Hono, "routes">): ApplicationFacts {
  return {
    name: "Hono",
    routes: () =>
      app.routes
        // A middleware for all methods is no route.
        .filter(({ method, handler }) => method !== "ALL" || handler.length < 2)
        .map(({ method, path, handler }) => ({ methods: method, path, name: handler.name })),
  };
}

function handlerOf(c: Context): string | undefined {
  // Not "hono/route", whose function says the same, because the adapter knows Hono by its types
  // only.
  const { matchedRoutes } = c.req as {
    readonly matchedRoutes?: readonly { readonly handler?: { readonly name?: string } }[];
  };
  return matchedRoutes?.at(-1)?.handler?.name;
}

async function bodyOf(c: Context): Promise<unknown> {
  const { bodyCache = {} } = c.req as { readonly bodyCache?: Readonly<Record<string, unknown>> };
  const { formData, json, text } = bodyCache;
  if (formData !== undefined) return await settled(formData);
  if (json !== undefined) return await settled(json);
  const read = await settled(text);
  if (typeof read !== "string" || read.length > LONGEST) return read;
  const type = c.req.header("content-type") ?? "";
  if (/^\s*application\/x-www-form-urlencoded\b/i.test(type)) return new URLSearchParams(read);
  if (!/^\s*application\/(?:[\w.+-]+\+)?json\b/i.test(type)) return read;
  try {
    return JSON.parse(read) as unknown;
  } catch {
    return read;
  }
}

/** The value of a promise that is settled already: the answer must not wait for a body. */
async function settled(value: unknown): Promise<unknown> {
  try {
    return await Promise.race([value, Promise.resolve(undefined)]);
  } catch {
    return undefined;
  }
}
