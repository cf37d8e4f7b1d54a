import type { IncomingMessage } from "node:http";
import type { Application, Request, RequestHandler } from "express";
import type { HandledRequest, Toolbar } from "../../toolbar/index.ts";
import { showToolbar } from "../node/toolbar.ts";
import { answerRejection } from "../node/handler-failure.ts";
import { showExceptions } from "../node/show-exceptions.ts";
import { checkToolbar } from "../check-mounted.ts";
import { isFinalAnswer } from "./is-final-answer.ts";
import { answerRejections, publishLayers } from "./publish-layers.ts";
import { isExpress4 } from "./express-4.ts";
import { publishTemplates } from "./publish-templates.ts";
import { uploadedFiles } from "../uploaded-files.ts";
import { expressRoutes } from "./express-routes.ts";
import { warnOfRejection } from "./rejection-warning.ts";

/** Where Express's router tells of what a handler threw, once for each error. */
const ERRORS = "tracing:express.router.request:error";

/**
 * Shows a toolbar on the pages of an application on Express 4 or 5. Mount it before all else. What
 * compresses may be before it or after it; the page is compressed only if it is before it.
 *
 * Express 4 does not look at the promise of a handler. If one is rejected, the toolbar records it,
 * answers with its page where the visitor may see it, and warns once: in production nothing would
 * answer.
 *
 * @example
 * ```ts
 * app.use(debugToolbar(new Toolbar({ keys })));
 * app.use(session(manager));
 * ```
 */
export function debugToolbar(toolbar: Toolbar): RequestHandler {
  checkToolbar(toolbar);
  if (!toolbar.enabled) return (_, __, next) => next();
  const introduced = new WeakSet<Application>();
  const failed = new WeakMap<object, RoutedFacts>();
  // Error handlers answer for the application, so that no middleware before them sees an error.
  toolbar.listen(ERRORS, (message) => {
    const { req, error } = message as { req?: IncomingMessage & Routed; error?: unknown };
    const exchange = req === undefined ? undefined : toolbar.exchangeOf(req);
    if (req === undefined || exchange === undefined) return;
    if (!failed.has(req)) failed.set(req, routedFacts(req));
    exchange.fail(error);
  });
  return function debugToolbar(request, response, next) {
    publishTemplates(response);
    publishLayers(request.app);
    showToolbar(toolbar, request, response, next, (open) => {
      showExceptions(open, (body) => isFinalAnswer(response, body));
      if (isExpress4(request.app))
        answerRejections(request, (error) => {
          warnOfRejection();
          return answerRejection(open, error);
        });
      // Here and not before: the toolbar has answered requests for its own pages already.
      if (!introduced.has(request.app)) {
        introduced.add(request.app);
        introduce(toolbar, request.app);
      }
      toolbar.tellAtEnd(open.exchange, () => handledRequest(request, failed.get(request)));
    });
  };
}

/** A request, as far as a router of Express has changed it. */
type Routed = Pick<Request, "params"> & { readonly baseUrl?: string; readonly route?: { readonly path?: unknown } };

type RoutedFacts = Pick<HandledRequest, "params" | "route">;

/**
 * What the router knows of a request that fails. It forgets that on its way to the error handlers.
 */
function routedFacts({ params, baseUrl, route }: Routed): RoutedFacts {
  const path = typeof route?.path === "string" ? `${baseUrl ?? ""}${route.path}` : undefined;
  return { params: { ...params }, ...(path === undefined ? {} : { route: path }) };
}

function introduce(toolbar: Toolbar, app: Application): void {
  toolbar.introduce(app, {
    name: "Express",
    config: () => app.settings as object,
    routes: () => expressRoutes(app),
  });
}

/** What Express and the usual parsers of bodies leave at the request. */
function handledRequest(
  request: Request & { readonly file?: unknown; readonly files?: unknown },
  routed: RoutedFacts = { params: request.params },
): HandledRequest {
  const { route } = request as {
    readonly route?: { readonly stack?: readonly { readonly handle?: { readonly name?: string } }[] };
  };
  return {
    handler: route?.stack?.at(-1)?.handle?.name,
    ...routed,
    body: request.body as unknown,
    files: uploadedFiles(request.file, request.files),
  };
}
