import { lateModule } from "../../late-module.ts";
import { tracingChannel } from "node:diagnostics_channel";
import type { Application } from "express";
import { isExpress4, routerOf, type Express4Layer, type Express4Router } from "./express-4.ts";

const types = lateModule("node:util/types");

/** Where the routers of Express 5 publish each middleware, each handler, and what they throw. */
const layers = tracingChannel<unknown, LayerMessage>("express.router.request");

/** The message of Express 5 about a layer. */
interface LayerMessage {
  readonly req: object;
  readonly res: object;
  readonly layer: object;
  readonly handler: unknown;
  /** The pattern of the route. */
  readonly route: unknown;
  error?: unknown;
}

type Next = (error?: unknown, ...rest: readonly unknown[]) => unknown;
type Handle = (...args: readonly unknown[]) => unknown;
interface LayerMethods {
  handle_request: (this: Express4Layer, request: object, response: object, next: Next) => unknown;
  handle_error: (this: Express4Layer, error: unknown, request: object, response: object, next: Next) => unknown;
}
interface RouterMethods {
  process_params: (layer: object, called: object, request: object, response: object, done: Next) => unknown;
}

/** The objects whose methods were replaced: two for each copy of Express 4. */
const replaced = new WeakSet<object>();
/** The errors that were published already. An error passes many layers on its way. */
const published = new WeakMap<object, Set<unknown>>();
const rejections = new WeakMap<object, (error: unknown) => boolean>();

/** What Express 4 mounts itself, before all else. */
const OWN = new Set(["query", "expressInit"]);

/**
 * Makes an application of Express 4 publish its layers and errors as Express 5 does, so that the
 * toolbar has one source for both. Does nothing for Express 5.
 *
 * Express 4 has no hook for what handlers throw, so methods are replaced that all applications of
 * this copy of Express share. It happens when an enabled toolbar gets its first request, so never
 * in production. While nothing listens, the replaced methods only call the original ones.
 */
export function publishLayers(app: Application): void {
  if (!isExpress4(app)) return;
  const router = routerOf(app) as Express4Router | undefined;
  const layer = router?.stack[0];
  if (router === undefined || layer === undefined) return;
  const layerMethods = Object.getPrototypeOf(layer) as LayerMethods;
  const routerMethods = Object.getPrototypeOf(router) as RouterMethods;
  if (replaced.has(layerMethods)) return;
  replaced.add(layerMethods);
  observeLayers(layerMethods);
  if (typeof routerMethods.process_params === "function") observeParameters(routerMethods);
}

/**
 * Says who answers a request if a handler of Express 4 returns a promise that is rejected. Express
 * 4 looks at no promise, so such a request would get no answer, and the process would end.
 *
 * @param answer false if it cannot answer. Then the rejection stays unhandled.
 */
export function answerRejections(request: object, answer: (error: unknown) => boolean): void {
  rejections.set(request, answer);
}

function observeLayers(methods: LayerMethods): void {
  const { handle_request: handleRequest, handle_error: handleError } = methods;
  methods.handle_request = function handle_request(request, response, next) {
    const { handle } = this;
    if (!isListening() || this.route !== undefined || !isFunction(handle, 0, 3) || OWN.has(handle.name))
      return handleRequest.call(this, request, response, next);
    return trace(this, handle, [request, response], next, (observed, observedNext) => {
      const call: Handle = (ofRequest, ofResponse, ofNext) => observed(ofRequest, ofResponse, ofNext);
      return handleRequest.call(layerWith(this, call), request, response, observedNext);
    });
  };
  methods.handle_error = function handle_error(error, request, response, next) {
    const { handle } = this;
    if (!isListening() || !isFunction(handle, 4, 4)) return handleError.call(this, error, request, response, next);
    errorsOf(request).add(error);
    return trace(this, handle, [request, response], next, (observed, observedNext) => {
      // Express knows an error handler by its four parameters.
      const call: Handle = (ofError, ofRequest, ofResponse, ofNext) => observed(ofError, ofRequest, ofResponse, ofNext);
      return handleError.call(layerWith(this, call), error, request, response, observedNext);
    });
  };
}

/** What a function of `app.param` throws goes past the layers. */
function observeParameters(methods: RouterMethods): void {
  const { process_params: processParams } = methods;
  methods.process_params = function process_params(layer, called, request, response, done) {
    const message = { req: request, res: response, layer, handler: undefined, route: undefined };
    return processParams.call(this, layer, called, request, response, (error, ...rest) => {
      publishError(message, error);
      return done(error, ...rest);
    });
  };
}

function trace(
  layer: Express4Layer,
  handle: Handle,
  [request, response]: readonly [object, object],
  next: Next,
  run: (observed: Handle, observedNext: Next) => unknown,
): unknown {
  const route = (request as { readonly route?: { readonly path?: unknown } }).route?.path;
  const message: LayerMessage = { req: request, res: response, layer, handler: handle, route };
  const observedNext: Next = (error, ...rest) => {
    publishError(message, error);
    return next(error, ...rest);
  };
  const observed: Handle = (...args) => {
    const result = handle(...args);
    if (types().isPromise(result)) observePromise(message, result);
    return result;
  };
  return layers.start.runStores(message, () => {
    try {
      return run(observed, observedNext);
    } finally {
      layers.end.publish(message);
    }
  });
}

function observePromise(message: LayerMessage, promise: Promise<unknown>): void {
  const settle = (): void => layers.asyncStart.runStores(message, () => layers.asyncEnd.publish(message));
  void promise.then(settle, (error: unknown) => {
    // A handler that passed the error to `next` has handled it.
    const isPassedOn = errorsOf(message.req).has(error);
    publishError(message, error);
    settle();
    if (!isPassedOn && rejections.get(message.req)?.(error) !== true) throw error;
  });
}

function publishError(message: LayerMessage, error: unknown): void {
  // What is falsy, and these two words, say where the router goes on.
  if (!error || error === "route" || error === "router" || !isListening()) return;
  const errors = errorsOf(message.req);
  if (errors.has(error)) return;
  errors.add(error);
  message.error = error;
  layers.error.publish(message);
}

function errorsOf(request: object): Set<unknown> {
  const known = published.get(request);
  if (known !== undefined) return known;
  const errors = new Set<unknown>();
  published.set(request, errors);
  return errors;
}

/** The layer, with another function in the place of its own. */
function layerWith(layer: Express4Layer, handle: Handle): Express4Layer {
  return Object.create(layer, { handle: { value: handle } }) as Express4Layer;
}

function isFunction(value: unknown, fewest: number, most: number): value is Handle {
  return typeof value === "function" && value.length >= fewest && value.length <= most;
}

function isListening(): boolean {
  const { start, end, asyncStart, asyncEnd, error } = layers;
  return [start, end, asyncStart, asyncEnd, error].some((channel) => channel.hasSubscribers);
}
