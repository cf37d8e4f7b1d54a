import { serveStatic } from "@hono/node-server/serve-static";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import { session as sessionMiddleware } from "../adapters/hono/index.ts";
import { HANDLED } from "../adapters/hono/hono-request.ts";
import { noteError } from "../adapters/hono/watch-errors.ts";
import type { HandledRequest } from "../toolbar/index.ts";
import { flask as flaskFormat, SessionManager, type KeyRing, type Session } from "../index.ts";
import type { Config } from "./config.ts";
import { withContext, type ContextApplication } from "./context.ts";
import { isDebugging } from "./debugging.ts";
import { HTTPException } from "./http-exception.ts";
import { inFlaskTerms, translated } from "./in-flask-terms.ts";
import { readRequest } from "./read-request.ts";
import type { FlaskRequest } from "./request.ts";
import { makeResponse, type ViewResult } from "./response.ts";
import type { Rule } from "./rule.ts";

/** A rule, and the view that answers it. */
export interface Route {
  readonly rule: Rule;
  readonly methods: readonly string[];
  readonly endpoint: string;
  readonly view: (values: Readonly<Record<string, string | number>>) => unknown;
}

/** Makes the page for an error. */
export type ErrorHandler = (error: HTTPException) => ViewResult | Promise<ViewResult>;
/** Runs before each view. If it returns anything, that is the answer and the view does not run. */
export type BeforeRequest = () => ViewResult | undefined | void | Promise<ViewResult | undefined | void>;
/** Runs after each view with its answer. Returns that answer, or another one. */
export type AfterRequest = (response: Response) => Response | Promise<Response>;

/** The settings, routes and functions of a `Flask` at its first request. */
export interface ApplicationParts {
  readonly app: ContextApplication & {
    readonly config: Config;
    readonly keys: KeyRing | undefined;
    readonly rootPath: string;
  };
  readonly routes: readonly Route[];
  readonly middleware: readonly MiddlewareHandler[];
  readonly before: readonly BeforeRequest[];
  readonly after: readonly AfterRequest[];
  readonly errorHandlers: ReadonlyMap<number, ErrorHandler>;
}

/** Makes the Hono application that answers the requests of a `Flask`. */
export function createApplication(parts: ApplicationParts): Hono {
  const { app, routes, middleware } = parts;
  const hono = new Hono();
  // Handles errors outside of views, such as a session that is too large to be saved.
  hono.onError((error, c) => errorPage(translated(error), c, isDebugging(app.config)));
  for (const handler of middleware) hono.use(handler);
  // Before the session: a style sheet does not count as a visit, and needs no read from the store.
  hono.use("/static/*", serveStatic({ root: app.rootPath }));
  const manager = inFlaskTerms(() => createManager(app));
  if (manager !== undefined) hono.use(sessionMiddleware(manager) as MiddlewareHandler);
  for (const { rule, methods, endpoint, view } of routes.toSorted((a, b) => a.rule.compare(b.rule))) {
    hono.on([...methods], rule.routerPath, (c) =>
      answer(parts, c, endpoint, () => {
        const values = rule.read(c.req.param());
        tell(c, { route: rule.text, params: values });
        return view(values);
      }),
    );
  }
  // Reached when no route matched: the address is unknown, or no route answers it for this method.
  hono.all("*", (c) => answer(parts, c, undefined, () => answerWithoutRoute(routes, c)));
  return hono;
}

function createManager({ keys, config }: ApplicationParts["app"]): SessionManager | undefined {
  if (keys === undefined) return undefined;
  return new SessionManager({
    keys,
    // As in Flask, a session that is used regularly never expires.
    lifetime: Infinity,
    idleTimeout: config.PERMANENT_SESSION_LIFETIME,
    ...extensionOf(config),
    cookie: {
      ...(config.SESSION_COOKIE_NAME === undefined ? {} : { name: config.SESSION_COOKIE_NAME }),
      secure: config.SESSION_COOKIE_SECURE,
      sameSite: config.SESSION_COOKIE_SAMESITE,
    },
    ...(config.SESSION_STORE === undefined
      ? { format: { ...flaskFormat(), extendsPersistentOnly: true } }
      : { store: config.SESSION_STORE }),
  });
}

/**
 * Flask sends a permanent session's cookie with each answer. With a store that would cost a write
 * for each request, so here the end moves only when half of the lifetime has passed.
 */
function extensionOf({ SESSION_REFRESH_EACH_REQUEST: refreshes, SESSION_STORE: store }: Config): {
  readonly extendAfter?: number;
} {
  if (!refreshes) return { extendAfter: Infinity };
  return store === undefined ? { extendAfter: 0 } : {};
}

async function answer(
  parts: ApplicationParts,
  c: Context,
  endpoint: string | undefined,
  view: () => unknown,
): Promise<Response> {
  const { app, before, after } = parts;
  const respond = async (make: () => unknown): Promise<Response> => makeResponse(await make(), endpoint ?? c.req.path);
  try {
    const request = await readRequest(c.req.raw, endpoint, app.config.MAX_CONTENT_LENGTH);
    tell(c, { handler: endpoint, body: request.form.size > 0 ? request.form : request.json, files: filesOf(request) });
    const session = c.get("session" as never) as Session | undefined;
    if (session !== undefined && c.req.header("cookie") !== undefined) keepAlive(session);
    return await withContext({ app, request, session, g: {} }, async () => {
      let response: Response;
      try {
        response = await respond(async () => {
          for (const run of before) {
            const early = await run();
            if (early !== undefined) return early;
          }
          return await view();
        });
      } catch (error) {
        response = await answerError(parts, c, error, respond);
      }
      for (const run of after) response = await run(response);
      return response;
    });
  } catch (error) {
    return errorPage(error, c, isDebugging(app.config));
  }
}

/** Notes what the debug toolbar shows of a request. */
function tell(c: Context, facts: HandledRequest): void {
  const known = c.get(HANDLED as never) as HandledRequest | undefined;
  c.set(HANDLED as never, { ...known, ...facts } as never);
}

function filesOf({ files }: FlaskRequest): HandledRequest["files"] {
  return [...files].map(([field, { name, size }]) => ({ field, name, bytes: size }));
}

/**
 * A visit moves the session's end even if the page does not use the session. Reading a
 * property opens the session, and only an opened session is extended.
 */
function keepAlive(session: Session): void {
  Reflect.get(session, "persistent");
}

async function answerError(
  { app, errorHandlers }: ApplicationParts,
  c: Context,
  error: unknown,
  respond: (make: () => unknown) => Promise<Response>,
): Promise<Response> {
  const known = error instanceof HTTPException ? error : new HTTPException(500);
  const handler = errorHandlers.get(known.status);
  if (handler === undefined) return errorPage(error, c, isDebugging(app.config));
  if (known !== error) {
    noteError(c, error, false);
    reportError(error);
  }
  const response = await respond(() => handler(known));
  return response.status === 200
    ? new Response(response.body, { status: known.status, headers: response.headers })
    : response;
}

function answerWithoutRoute(routes: readonly Route[], c: Context): Response {
  const methods = routes.filter(({ rule }) => rule.matches(c.req.path)).flatMap((route) => route.methods);
  if (methods.length === 0) throw new HTTPException(404);
  const allowed = [...new Set([...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"])].join(", ");
  if (c.req.method === "OPTIONS") return new Response(null, { headers: { Allow: allowed } });
  throw new HTTPException(405, undefined, { Allow: allowed });
}

function errorPage(error: unknown, c: Context, debug: boolean): Response {
  if (error instanceof HTTPException) return error.toResponse();
  // The debug toolbar hears of it here, because Hono does not.
  noteError(c, error, true);
  reportError(error);
  // A stack trace shows internals of the server, so only the developer gets it.
  return new HTTPException(500).toResponse(
    debug && error instanceof Error ? (error.stack ?? error.message) : undefined,
  );
}

/** Writes an unexpected error to standard error, as Node does with an uncaught one. */
function reportError(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
