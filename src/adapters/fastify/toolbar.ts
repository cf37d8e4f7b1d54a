import type { FastifyInstance, FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import type { Exchange, Toolbar, ToolbarAnswer, ToolbarRequest } from "../../toolbar/index.ts";
import { fastifyRequest } from "./fastify-request.ts";
import { fastifyRoutes } from "./fastify-routes.ts";
import { plugin } from "./plugin.ts";
import { unwrapResponse } from "./unwrap-response.ts";
import { checkToolbar } from "../check-mounted.ts";
import { mountPath } from "../mount-path.ts";
import { AnswerHeaders, askForPage, changeForTail, requestHeadersOf, responseHeadersOf } from "../page-headers.ts";
import { isAppendable, withTail } from "../with-tail.ts";
import { isOwnAnswer } from "./is-own-answer.ts";

/** A request, and its record. */
interface Begun {
  readonly described: ToolbarRequest;
  readonly exchange: Exchange;
  /** Puts Accept-Encoding back. */
  readonly putBack: () => void;
}

/**
 * Shows a toolbar on the pages of a Fastify 5 application. Register it before all else. What
 * compresses may be before it or after it.
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
    const begun = new WeakMap<FastifyRequest, Begun>();
    if (app.prefix !== "") addRoutes(app, toolbar.prefix);

    const routes = fastifyRoutes(app);
    toolbar.introduce(app.server, { name: "Fastify", config: () => app.initialConfig, routes });

    app.addHook("onRequest", (request, reply, done) => {
      const described = { ...toolbar.describe(request.raw), mount: mountPath(app.prefix, request.url) };
      const answer = toolbar.handle(described);
      if (answer !== undefined)
        return void reply
          .code(answer.status)
          .headers({ ...answer.headers })
          .send(answer.body);
      const exchange = toolbar.begin(described, request.raw);
      if (exchange === undefined) return done();
      if (!request.is404 && request.routeOptions.url !== undefined) exchange.route = request.routeOptions.url;
      const putBack = exchange.mayShow ? askForPage(requestHeadersOf(request.raw.headers)) : () => {};
      begun.set(request, { described, exchange, putBack });
      toolbar.run(exchange, done);
    });

    app.addHook("onError", async (request, _, error) => begun.get(request)?.exchange.fail(error));

    app.addHook("onSend", async (request, reply, payload) => {
      const known = begun.get(request);
      if (known === undefined || reply.raw.headersSent) return payload;
      toolbar.tell(known.exchange, () => fastifyRequest(request));
      const page = isOwnAnswer(reply)
        ? toolbar.exceptionPage(known.exchange, known.described, reply.statusCode)
        : undefined;
      if (page !== undefined) setHeadersOf(reply, page);
      const body = page === undefined ? unwrapResponse(reply, payload) : page.body;
      addHeaders(reply, toolbar.headers(known.exchange, known.described));
      const tail = toolbar.respond(known.exchange, known.described, {
        status: reply.statusCode,
        headers: new AnswerHeaders(reply),
      });
      // The hooks of what compresses outside of the toolbar come later.
      known.putBack();
      if (tail === undefined) return body;
      changeForTail(responseHeadersOf(headersIn(reply)), tail);
      return isAppendable(body) ? withTail(body, tail) : tail();
    });

    app.addHook("onResponse", async (request) => finish(request, false));
    app.addHook("onRequestAbort", async (request) => finish(request, true));
    const finish = (request: FastifyRequest, aborted: boolean): void => {
      const known = begun.get(request);
      if (known !== undefined) toolbar.finish(known.exchange, { aborted });
    };
  });
}

/** The page's headers. Others that are set already, such as cookies, stay. */
function setHeadersOf(reply: FastifyReply, { headers, body }: ToolbarAnswer & { readonly body: string }): void {
  for (const name of ["content-encoding", "content-security-policy-report-only", "etag", "last-modified"])
    reply.removeHeader(name);
  reply.headers({ ...headers, "content-length": Buffer.byteLength(body) });
}

/** Adds to headers that the application has set under the same name. */
function addHeaders(reply: FastifyReply, headers: Iterable<readonly [string, string]>): void {
  for (const [name, value] of headers) {
    const present = reply.getHeader(name);
    reply.header(name, present === undefined ? value : `${[present].flat().join(", ")}, ${value}`);
  }
}

/** Fastify's names for the methods of Node's response. */
function headersIn(reply: FastifyReply): Parameters<typeof responseHeadersOf>[0] {
  return {
    getHeader: (name) => reply.getHeader(name),
    setHeader: (name, value) => reply.header(name, value),
    removeHeader: (name) => void reply.removeHeader(name),
  };
}

/**
 * Under a prefix, an address without a route does not reach the hooks of its plugin. The hook
 * answers before these handlers.
 */
function addRoutes(app: FastifyInstance, prefix: string): void {
  for (const url of [prefix, `${prefix}/*`]) {
    if (!app.hasRoute({ method: "GET", url: app.prefix + url }))
      app.get(url, { exposeHeadRoute: false }, (_, reply) => reply.callNotFound());
  }
}
