import { AsyncLocalStorage } from "node:async_hooks";
import { InvalidOptionError } from "../../index.ts";
import { kindOf } from "../../options.ts";
import { contextOrNone, currentContext, isOfRequest } from "./context.ts";

/** Whether a request is being answered, so that `request` and `session` can be used. */
export function hasRequestContext(): boolean {
  return isOfRequest(contextOrNone());
}

/** Whether an application is used, so that `currentApp` and `g` can be used. */
export function hasAppContext(): boolean {
  return contextOrNone() !== undefined;
}

/**
 * Runs a function with the answer of this request alone, after the view and before the hooks of
 * `afterRequest`. It returns the answer, or another one.
 *
 * @throws InvalidOptionError for anything but a function.
 */
export function afterThisRequest(run: (response: Response) => Response | Promise<Response>): void {
  checkFunction("afterThisRequest(run)", run);
  currentContext().afterThis.push(run);
}

/**
 * A function that runs in the present request, wherever it is called: in an event of another
 * library, for example. Timers and promises have the request without it.
 */
export function copyCurrentRequestContext<Args extends readonly unknown[], Result>(
  run: (...args: Args) => Result,
): (...args: Args) => Result {
  checkFunction("copyCurrentRequestContext(run)", run);
  currentContext();
  return AsyncLocalStorage.bind(run);
}

/** Refuses anything but a function. */
export function checkFunction(place: string, value: unknown): void {
  if (typeof value !== "function")
    throw new InvalidOptionError(`${place} is a function. It got ${kindOf(value)}. Fix: pass a function.`);
}
