import { contextOrNone, isOfRequest, withContext, type AppContext, type RequestContext } from "../context/context.ts";
import { isDebugging } from "../config/debugging.ts";
import { translated } from "../config/in-flask-terms.ts";
import { HTTPException, ResponseException } from "../errors/http-exception.ts";
import { responseOf, type Made } from "../response/make-response.ts";
import { FlaskResponse } from "../response/flask-response.ts";
import { publish } from "../signals.ts";
import { reportError, serverErrorPage } from "../errors/error-page.ts";
import type { ApplicationParts } from "./parts.ts";
import { RoutingRedirect, routeTo } from "./route-to.ts";

/** Whom an answer is made for. */
export interface Asked {
  readonly context: RequestContext;
  /** Called for each error that `abort` did not make. Says whether the application answers it. */
  readonly onError: (error: unknown, isUnanswered: boolean) => void;
  /** Called when the route is known, before all hooks. */
  readonly onRoute?: () => void;
}

/**
 * Answers a request, as Flask does: routing, hooks, the view, error handlers, hooks again, and the
 * functions of the end.
 *
 * @throws what no handler has answered, where PROPAGATE_EXCEPTIONS or TESTING is on.
 */
export async function answer(parts: ApplicationParts, asked: Asked): Promise<Response> {
  const { context } = asked;
  return await withContext(context, async () => {
    let problem: unknown;
    publish("appcontextPushed", { app: context.app });
    try {
      const view = routeTo(parts, context.request);
      asked.onRoute?.();
      try {
        return await dispatch(parts, context, view);
      } catch (error) {
        problem = error;
        return await answerUnexpected(parts, asked, error);
      }
    } finally {
      await tearDown(parts, context, problem);
    }
  });
}

async function dispatch(parts: ApplicationParts, context: RequestContext, view: () => unknown): Promise<Response> {
  const { request, app } = context;
  let result: unknown;
  try {
    publish("requestStarted", { app });
    const early = await preprocess(parts, context);
    result = early === undefined ? await view() : early;
  } catch (error) {
    return await finish(parts, context, (await answerKnown(parts, context, translated(error))).response);
  }
  // A result that cannot be sent is no error of the view, so handlers of classes do not see it.
  const { response } = responseOf(result, `The view "${request.endpoint ?? request.path}"`);
  return await finish(parts, context, response);
}

async function preprocess({ hooks }: ApplicationParts, { request }: RequestContext): Promise<unknown> {
  const all = hooks.inwards(request.blueprints);
  for (const { urlValuePreprocessors } of all)
    for (const run of urlValuePreprocessors) run(request.endpoint, request.viewArgs);
  for (const { before } of all) {
    for (const run of before) {
      const early = await run();
      if (early !== undefined && early !== null) return early;
    }
  }
  return undefined;
}

async function finish({ hooks }: ApplicationParts, context: RequestContext, made: Response): Promise<Response> {
  let response = made;
  const { request, afterThis, app } = context;
  for (const run of afterThis) response = checked(await run(response), "afterThisRequest");
  for (const { after } of hooks.outwards(request.blueprints))
    for (const run of after.toReversed()) response = checked(await run(response), "afterRequest");
  publish("requestFinished", { app, response });
  // Such an answer has no content, and so no type of it.
  if (response.status === 304 && response instanceof FlaskResponse) response.headers.delete("Content-Type");
  return response;
}

function checked(response: unknown, place: string): Response {
  if (response instanceof Response) return response;
  throw new TypeError(`A function of ${place} did not return a response. Fix: return the response that it is given.`);
}

/** Errors that the application has a handler for, and pages of `abort`. */
async function answerKnown(
  { hooks, app }: ApplicationParts,
  { request }: RequestContext,
  error: unknown,
): Promise<Made> {
  const { TRAP_HTTP_EXCEPTIONS: trapsAll, TRAP_BAD_REQUEST_ERRORS: trapsBad } = app.config;
  if (error instanceof RoutingRedirect && !trapsAll) return { response: error.toResponse(), hasStatus: true };
  if (error instanceof ResponseException && !trapsAll) return { response: error.response, hasStatus: true };
  const isTrapped = trapsAll || (trapsBad === true && error instanceof HTTPException && error.status === 400);
  const handler = hooks.handlerOf(error, request.blueprints);
  if (handler === undefined) {
    if (error instanceof HTTPException && !isTrapped) return { response: error.toResponse(), hasStatus: true };
    throw error;
  }
  const made = responseOf(await handler(error as never), "The error handler");
  return error instanceof HTTPException ? withStatusOf(error, made) : made;
}

/** A handler's page has the status of the error, unless the handler gives one itself. */
function withStatusOf({ status }: HTTPException, made: Made): Made {
  const { response, hasStatus } = made;
  if (hasStatus || response.status !== 200) return made;
  return { response: new FlaskResponse(response.body, { status, headers: response.headers }), hasStatus };
}

/** An error that no handler of its class has answered: status 500. */
async function answerUnexpected(parts: ApplicationParts, asked: Asked, error: unknown): Promise<Response> {
  const { app, hooks } = parts;
  const { context } = asked;
  publish("gotRequestException", { app, error });
  if (app.config.PROPAGATE_EXCEPTIONS ?? app.config.TESTING) throw error;
  const known = new HTTPException(500, undefined, {}, { cause: error });
  const handler = hooks.handlerOf(known, context.request.blueprints);
  asked.onError(error, handler === undefined);
  reportError(error);
  let response: Response;
  if (handler === undefined) response = serverErrorPage(error, isDebugging(app.config));
  else {
    try {
      ({ response } = withStatusOf(known, responseOf(await handler(known as never), "The error handler")));
    } catch (failure) {
      asked.onError(failure, true);
      reportError(failure);
      response = serverErrorPage(failure, isDebugging(app.config));
    }
  }
  try {
    return await finish(parts, context, response);
  } catch (failure) {
    app.logger.exception("Request finalizing failed with an error while handling an error", failure);
    return response;
  }
}

/**
 * Runs the functions of the end, of the request and of the application. All run, whatever one
 * throws.
 */
async function tearDown(parts: ApplicationParts, context: RequestContext, problem: unknown): Promise<void> {
  const { hooks, teardown } = parts;
  const { app, request } = context;
  const error = problem ?? null;
  for (const each of hooks.outwards(request.blueprints)) await runAll(each.teardown.toReversed(), error, parts);
  publish("requestTearingDown", { app, error });
  await tearDownApp(teardown, context, error, parts);
}

/**
 * Runs a function in a context of the application, and then what `teardownAppcontext` was given.
 */
export async function inAppContext<Result>(
  parts: ApplicationParts,
  g: Record<string, unknown>,
  run: () => Result,
): Promise<Awaited<Result>> {
  const { app, teardown } = parts;
  const context: AppContext = { app, g };
  return await withContext(context, async () => {
    let problem: unknown = null;
    publish("appcontextPushed", { app });
    try {
      return await run();
    } catch (error) {
      problem = error;
      throw error;
    } finally {
      await tearDownApp(teardown, context, problem, parts);
    }
  });
}

/** Runs the functions of the end for a request of a test. */
export async function tearDownRequest(parts: ApplicationParts, context: RequestContext, error: unknown): Promise<void> {
  await tearDown(parts, context, error);
}

async function tearDownApp(
  teardown: readonly ((error: unknown) => unknown)[],
  { app }: AppContext,
  error: unknown,
  parts: ApplicationParts,
): Promise<void> {
  await runAll(teardown.toReversed(), error, parts);
  publish("appcontextTearingDown", { app, error });
  publish("appcontextPopped", { app });
}

async function runAll(
  list: readonly ((error: unknown) => unknown)[],
  error: unknown,
  { app }: ApplicationParts,
): Promise<void> {
  for (const run of list) {
    try {
      await run(error);
    } catch (failure) {
      // The answer is made. A function that closes a database must not take it away.
      app.logger.exception("A function of teardown failed", failure);
    }
  }
}

/** The values of `g` for a request: those of an application's context around it, as in Flask. */
export function valuesFor(app: unknown): Record<string, unknown> {
  const outer = contextOrNone();
  return outer !== undefined && !isOfRequest(outer) && outer.app === app ? outer.g : {};
}
