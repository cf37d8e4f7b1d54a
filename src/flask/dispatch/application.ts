import { Hono, type Context, type MiddlewareHandler } from "hono";
import { session as sessionMiddleware } from "../../adapters/hono/index.ts";
import { copyWith } from "../../adapters/copy-with.ts";
import { HANDLED } from "../../adapters/hono/hono-request.ts";
import { incomingOf, peerOf } from "../../adapters/hono/peer.ts";
import { noteError } from "../../adapters/hono/watch-errors.ts";
import type { Session, SessionManager } from "../../index.ts";
import type { HandledRequest } from "../../toolbar/index.ts";
import { isDebugging } from "../config/debugging.ts";
import { inFlaskTerms, translated } from "../config/in-flask-terms.ts";
import type { RequestContext } from "../context/context.ts";
import { isReadToItsEnd, readBody, type BodyLimits } from "../request/read-body.ts";
import { FlaskRequest } from "../request/request.ts";
import { createManager, hasSessionCookie, keepAlive } from "../session/create-manager.ts";
import { answer, valuesFor } from "./answer.ts";
import { errorPage, reportError } from "../errors/error-page.ts";
import type { ApplicationParts } from "./parts.ts";
import { pathInside, rootOf } from "./place.ts";
import { reportedOf, type Reported } from "./proxy-fix.ts";

/** The Hono application that answers the requests of a `Flask`, and what tests need of it. */
export interface BuiltApplication {
  readonly hono: Hono;
  /** Undefined while the application has no secret key. */
  readonly manager: SessionManager | undefined;
}

/** What is thrown to the caller of `app.fetch` in place of an answer, by request. */
export const propagated: WeakMap<Request, { readonly error: unknown }> = new WeakMap();

/** Makes the Hono application that answers the requests of a `Flask`. */
export function createApplication(parts: ApplicationParts): BuiltApplication {
  const { app, middleware } = parts;
  const hono = new Hono();
  // Handles errors outside of views, such as a session that is too large to be saved.
  hono.onError((error, c) => {
    if (app.config.PROPAGATE_EXCEPTIONS ?? app.config.TESTING) propagated.set(c.req.raw, { error: translated(error) });
    return unanswered(translated(error), c, isDebugging(app.config));
  });
  for (const handler of middleware) hono.use(handler);
  const isStatic = staticTest(parts);
  const manager = inFlaskTerms(() => createManager(app.keys, app.config));
  if (manager !== undefined) {
    const withSession = sessionMiddleware(manager) as MiddlewareHandler;
    // A style sheet needs no read from the store, if nothing can look at the session meanwhile.
    hono.use((c, next) => (isStatic(c) && !parts.hooks.hasAny ? next() : withSession(c, next)));
  }
  hono.all("*", async (c) => await answerContext(parts, c, isStatic(c)));
  return { hono, manager };
}

async function answerContext(parts: ApplicationParts, c: Context, isStatic: boolean): Promise<Response> {
  const context = await contextOf(parts, c.req.raw, {
    session: c.get("session" as never) as Session | undefined,
    remoteAddr: peerOf(c, incomingOf(c)).remoteAddress,
    reported: reportedOf(c),
    target: incomingOf(c)?.url,
  });
  const { request, session } = context;
  // A style sheet does not count as a visit.
  if (session !== undefined && !isStatic && hasSessionCookie(request.headers.get("cookie"), parts.app.config))
    keepAlive(session);
  const response = await answer(parts, {
    context,
    onError: (error, isUnanswered) => noteError(c, error, isUnanswered),
    onRoute: () => c.set(HANDLED as never, handledBy(request) as never),
  });
  return isReadToItsEnd(c.req.raw) ? response : closing(response);
}

/**
 * The rest of the body is still on its way, and the server closes the connection. Without this
 * header, a client would send its next request on it, and see an error.
 */
function closing(response: Response): Response {
  return copyWith(response, [["Connection", "close"]]);
}

/** What the server knows of a request beside the request itself. */
interface Known {
  readonly session: Session | undefined;
  readonly remoteAddr: string | undefined;
  /** What a trusted proxy says. It wins over the connection. */
  readonly reported?: Reported | undefined;
  /**
   * The address as the visitor's program has written it; undefined where the server does not say.
   */
  readonly target?: string | undefined;
}

/** The context of a request. Its body is received here, and parsed when it is asked for. */
export async function contextOf(
  { app, hooks, urlMap }: ApplicationParts,
  raw: Request,
  { session, remoteAddr, reported, target }: Known,
): Promise<RequestContext> {
  const root = rootOf(app.config);
  const url = new URL(raw.url);
  const path = pathInside(url.pathname, root);
  // For an address that nothing answers, the body is not worth waiting for.
  const isNeeded =
    raw.method === "GET" ||
    raw.method === "HEAD" ||
    hooks.hasAny ||
    urlMap.allowedMethods("", path).length > 0 ||
    hasDomains(urlMap);
  const body = isNeeded ? await readBody(raw, limitsOf(app.config)) : (): never => unread();
  return {
    app,
    request: new FlaskRequest(
      {
        raw,
        url,
        query: queryOf(url, target),
        path,
        root,
        remoteAddr,
        loads: (text) => app.json.loads(text) as unknown,
        ...reported,
      },
      body,
    ),
    session,
    sessionUse: { isAccessed: false, isModified: false },
    g: valuesFor(app),
    afterThis: [],
  };
}

/**
 * The query as it came. `URL` encodes some marks in it, which programs sign or compare. If a
 * middleware has changed the address, its query counts.
 */
function queryOf({ search }: URL, target = ""): string {
  const written = /\?([^#]*)/.exec(target)?.[1];
  if (written === undefined || `?${written}` === search) return search.slice(1);
  return new URL(`http://localhost/?${written}`).search === search ? written : search.slice(1);
}

function hasDomains(urlMap: ApplicationParts["urlMap"]): boolean {
  return urlMap.iterRules().some(({ domain }) => domain !== "");
}

function unread(): never {
  throw new Error("The body of this request was not read, because no view answers its address.");
}

function limitsOf(config: ApplicationParts["app"]["config"]): BodyLimits {
  return {
    MAX_CONTENT_LENGTH: config.MAX_CONTENT_LENGTH ?? Infinity,
    MAX_FORM_MEMORY_SIZE: config.MAX_FORM_MEMORY_SIZE ?? Infinity,
    MAX_FORM_PARTS: config.MAX_FORM_PARTS ?? Infinity,
  };
}

/** Whether a request is for a file of the application's own static folder. */
function staticTest({ urlMap, app }: ApplicationParts): (c: Context) => boolean {
  const prefix = urlMap.iterRules("static")[0]?.text.replace("<path:filename>", "");
  if (prefix === undefined) return () => false;
  // The path alone: a URL object costs more than the rest of it.
  return (c) => pathInside(pathOf(c.req.raw.url), rootOf(app.config)).startsWith(prefix);
}

/** The path of an absolute address. */
function pathOf(url: string): string {
  return /^[^/]*\/\/[^/?#]*([^?#]*)/.exec(url)?.[1] ?? "";
}

/** What the debug toolbar shows of a request. The body is looked at when the toolbar asks. */
function handledBy(request: FlaskRequest): HandledRequest {
  return {
    route: request.urlRule?.rule,
    handler: request.endpoint,
    params: request.viewArgs,
    get body() {
      return orNothing(() => {
        const fields = [...request.form] as [string, string][];
        return fields.length > 0 ? new URLSearchParams(fields) : (request.getJson({ silent: true }) ?? undefined);
      });
    },
    get files() {
      return orNothing(() => [...request.files].map(([field, { name, size }]) => ({ field, name, bytes: size })));
    },
  };
}

function orNothing<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    // A body that cannot be read is shown as none.
    return undefined;
  }
}

function unanswered(error: unknown, c: Context, isDebug: boolean): Response {
  // The debug toolbar hears of it here, because Hono does not.
  noteError(c, error, true);
  reportError(error);
  return errorPage(error, isDebug);
}
