import type { IncomingMessage } from "node:http";
import type { Context, Hono, MiddlewareHandler } from "hono";
import type { Toolbar, ToolbarRequest } from "../../toolbar/index.ts";
import { checkToolbar } from "../check-mounted.ts";
import { copyWith } from "../copy-with.ts";
import { bodyWithTail, isChangeable, watchBody, withHeadersOf } from "../fetch-answer.ts";
import { honoApplication, honoRequest } from "./hono-request.ts";
import { watchErrors } from "./watch-errors.ts";
import { mountPath } from "../mount-path.ts";
import { askForPage, changeForTail, fetchHeadersOf } from "../page-headers.ts";
import { incomingOf, peerOf, serverOf } from "./peer.ts";

/**
 * Shows a toolbar on the pages of a Hono application. Mount it before all else, so that it sees
 * what the others do.
 *
 * It needs the visitor's address, which @hono/node-server, Bun.serve and Deno.serve report. On
 * other servers requests are recorded, and the toolbar is not shown. What compresses may be before
 * it or after it; the page is compressed only if it is before it.
 *
 * @param app the application, for the panel Routes. A middleware of Hono does not see it.
 * @example
 * ```ts
 * app.use(debugToolbar(new Toolbar({ keys }), app));
 * app.use(session(manager));
 * ```
 */
export function debugToolbar(toolbar: Toolbar, app?: Pick<Hono, "routes">): MiddlewareHandler {
  checkToolbar(toolbar);
  if (app !== undefined) toolbar.introduce(app, honoApplication(app));
  if (!toolbar.enabled) return (_, next) => next();
  return async (c, next) => {
    const incoming = incomingOf(c);
    const request = describe(c, incoming);
    const answer = toolbar.handle(request);
    if (answer !== undefined) keepOpen(c);
    if (answer !== undefined) return new Response(answer.body, { status: answer.status, headers: answer.headers });

    const exchange = toolbar.begin(request, incoming ?? c.req.raw);
    if (exchange === undefined) return await next();
    const errors = watchErrors(c);
    const putBack = exchange.mayShow ? askForWholePage(c) : () => {};
    try {
      await toolbar.run(exchange, next);
    } catch (error) {
      exchange.fail(error);
      toolbar.finish(exchange);
      throw error;
    } finally {
      putBack();
    }
    for (const error of errors.thrown()) exchange.fail(error);
    // What ran last is what answered.
    exchange.route = c.req.routePath;
    const handled = await honoRequest(c);
    toolbar.tell(exchange, () => handled);
    const page = errors.areUnanswered() ? toolbar.exceptionPage(exchange, request, c.res.status) : undefined;
    if (page !== undefined) replace(c, withHeadersOf(c.res, new Response(page.body, page)));
    const headers = toolbar.headers(exchange, request);
    // An upgrade has no headers of an answer, and a handler may have answered through Node's
    // response.
    if (headers.length > 0 && c.res.status !== 101 && !c.res.headers.has("x-hono-already-sent"))
      replace(c, copyWith(c.res, headers));
    const response = c.res;
    const tail = toolbar.respond(exchange, request, { status: response.status, headers: response.headers });
    if (tail !== undefined) {
      c.res = new Response(bodyWithTail(response.body, tail), response);
      changeForTail(fetchHeadersOf(c.res.headers), tail);
    }
    if (!exchange.endsWithSocket) finishWithBody(c, (aborted) => toolbar.finish(exchange, { aborted }));
    return undefined;
  };
}

/** Otherwise Hono would add the headers of the first answer to those of the second. */
function replace(c: Context, response: Response): void {
  c.res = undefined;
  c.res = response;
}

/** The application gets a copy of the request where its headers cannot be changed, as on Deno. */
function askForWholePage(c: Context): () => void {
  const { raw } = c.req;
  if (isChangeable(raw.headers)) return askForPage(fetchHeadersOf(raw.headers));
  c.req.raw = new Request(raw, { headers: new Headers(raw.headers) });
  askForPage(fetchHeadersOf(c.req.raw.headers));
  return () => void (c.req.raw = raw);
}

/** Bun ends an answer that is silent for ten seconds, such as the stream of events. */
function keepOpen(c: Context): void {
  serverOf(c)?.timeout?.(c.req.raw, 0);
}

function describe(c: Context, incoming: IncomingMessage | undefined): ToolbarRequest {
  const { raw } = c.req;
  const { pathname, search, protocol } = new URL(raw.url);
  return {
    method: raw.method,
    url: pathname + search,
    header: (name) => raw.headers.get(name) ?? undefined,
    headers: raw.headers,
    ...peerOf(c, incoming),
    // Hono names the pattern that this middleware was mounted under.
    mount: mountPath(c.req.routePath, pathname),
    secure: protocol === "https:",
  };
}

/** Without Node's server, a response has ended when its body was read. */
function finishWithBody(c: Context, finish: (aborted: boolean) => void): void {
  const watched = watchBody(c.res, finish);
  if (watched !== undefined) c.res = watched;
}
