import { PassThrough, Readable } from "node:stream";
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import type { Exchange, Toolbar, ToolbarRequest } from "../../toolbar/index.ts";
import { fastifyRequest } from "./fastify-request.ts";
import { fastifyRoutes } from "./fastify-routes.ts";
import { plugin } from "./plugin.ts";
import { unwrapResponse } from "./unwrap-response.ts";
import { checkToolbar } from "../check-mounted.ts";

/**
 * Shows a toolbar on the pages of a Fastify 5 application. Register it before all else, so that
 * what compresses comes after it.
 *
 * @example
 * ```ts
 * app.register(debugToolbar(new Toolbar({ keys })));
 * app.register(session(manager));
 * ```
 */
export function debugToolbar(toolbar: Toolbar): FastifyPluginCallback {
  checkToolbar(toolbar);
  return plugin("latchkey-toolbar", (app) => {
    if (!toolbar.enabled) return;
    const begun = new WeakMap<FastifyRequest, { readonly described: ToolbarRequest; readonly exchange: Exchange }>();

    const routes = fastifyRoutes(app);
    toolbar.introduce(app.server, { name: "Fastify", config: () => app.initialConfig, routes });

    app.addHook("onRequest", (request, reply, done) => {
      const described = toolbar.describe(request.raw);
      const answer = toolbar.handle(described);
      if (answer !== undefined)
        return void reply
          .code(answer.status)
          .headers({ ...answer.headers })
          .send(answer.body);
      const exchange = toolbar.begin(described, request.raw);
      if (exchange === undefined) return done();
      if (!request.is404 && request.routeOptions.url !== undefined) exchange.route = request.routeOptions.url;
      begun.set(request, { described, exchange });
      toolbar.run(exchange, done);
    });

    app.addHook("onError", async (request, _, error) => begun.get(request)?.exchange.fail(error));

    app.addHook("onSend", async (request, reply, payload) => {
      const known = begun.get(request);
      if (known === undefined) return payload;
      toolbar.tell(known.exchange, () => fastifyRequest(request));
      const body = unwrapResponse(reply, payload);
      const tail = toolbar.respond(known.exchange, known.described, {
        status: reply.statusCode,
        headers: headersOf(reply),
      });
      if (tail === undefined) return body;
      reply.removeHeader("etag");
      const length = reply.getHeader("content-length");
      if (length !== undefined) reply.header("content-length", Number(length) + Buffer.byteLength(tail));
      return withTail(body, tail);
    });

    app.addHook("onResponse", async (request) => finish(request, false));
    app.addHook("onRequestAbort", async (request) => finish(request, true));
    const finish = (request: FastifyRequest, aborted: boolean): void => {
      const known = begun.get(request);
      if (known !== undefined) toolbar.finish(known.exchange, { aborted });
    };
  });
}

function headersOf(reply: FastifyReply): (readonly [string, string])[] {
  return Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
    [value ?? []].flat().map((item) => [name, String(item)] as const),
  );
}

function withTail(body: unknown, tail: string): unknown {
  if (body === null || body === undefined) return tail;
  if (typeof body === "string") return body + tail;
  if (body instanceof Uint8Array) return Buffer.concat([body, Buffer.from(tail)]);
  const source = body instanceof ReadableStream ? Readable.fromWeb(body) : (body as Readable);
  return appendToStream(source, tail);
}

function appendToStream(source: Readable, tail: string): Readable {
  const both = new PassThrough();
  // An error on either side ends the other, as it would without us.
  source.once("error", (error) => both.destroy(error));
  both.once("close", () => source.destroy());
  source.once("end", () => both.end(tail));
  return source.pipe(both, { end: false });
}
