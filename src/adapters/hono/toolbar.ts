import type { IncomingMessage } from "node:http";
import type { Context, Hono, MiddlewareHandler } from "hono";
import type { Toolbar, ToolbarRequest } from "../../toolbar/index.ts";
import { checkToolbar } from "../check-mounted.ts";
import { honoApplication, honoRequest } from "./hono-request.ts";

/**
 * Shows a toolbar on the pages of a Hono application. Mount it before all else, so that it sees
 * what the others do.
 *
 * Its own pages need the visitor's address, which @hono/node-server tells; on other servers nothing
 * is shown.
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
    if (answer !== undefined) return new Response(answer.body, { status: answer.status, headers: answer.headers });

    const exchange = toolbar.begin(request, incoming ?? c.req.raw);
    if (exchange === undefined) return await next();
    try {
      await toolbar.run(exchange, next);
    } catch (error) {
      exchange.fail(error);
      toolbar.finish(exchange);
      throw error;
    }
    if (c.error !== undefined) exchange.fail(c.error);
    // What ran last is what answered.
    exchange.route = c.req.routePath;
    const handled = await honoRequest(c);
    toolbar.tell(exchange, () => handled);
    const response = c.res;
    const tail = toolbar.respond(exchange, request, { status: response.status, headers: response.headers });
    if (tail !== undefined) {
      c.res = new Response(withTail(response.body, tail), response);
      const length = response.headers.get("content-length");
      if (length !== null)
        c.res.headers.set("content-length", String(Number(length) + new TextEncoder().encode(tail).length));
      c.res.headers.delete("etag");
    }
    if (!exchange.endsWithSocket) finishWithBody(c, (aborted) => toolbar.finish(exchange, { aborted }));
    return undefined;
  };
}

/** Node's own request, where @hono/node-server stands beneath. */
function incomingOf(c: Context): IncomingMessage | undefined {
  const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage };
  return typeof incoming?.socket === "object" ? incoming : undefined;
}

function describe(c: Context, incoming: IncomingMessage | undefined): ToolbarRequest {
  const { raw } = c.req;
  const { pathname, search } = new URL(raw.url);
  return {
    method: raw.method,
    url: pathname + search,
    header: (name) => raw.headers.get(name) ?? undefined,
    headers: raw.headers,
    remoteAddress: incoming?.socket.remoteAddress,
    httpVersion: incoming?.httpVersion,
  };
}

function withTail(body: ReadableStream<Uint8Array> | null, tail: string): ReadableStream<Uint8Array> | string {
  if (body === null) return tail;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      flush: (controller) => controller.enqueue(new TextEncoder().encode(tail)),
    }),
  );
}

/** Without Node's server, a response has ended when its body was read. */
function finishWithBody(c: Context, finish: (aborted: boolean) => void): void {
  const { body } = c.res;
  if (body === null) return finish(false);
  const watched = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({ flush: () => finish(false), cancel: () => finish(true) }),
  );
  c.res = new Response(watched, c.res);
}
