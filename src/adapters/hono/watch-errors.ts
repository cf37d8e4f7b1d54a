import type { Context } from "hono";

/** The file of Hono that holds its own error handler, in every distribution. */
const HONO = /[\\/]hono-base\.[cm]?[jt]s\b/;

/** Errors that an application on Hono caught itself, and whether it left them unanswered. */
const noted = new WeakMap<Context, { readonly errors: unknown[]; isUnanswered: boolean }>();

/** What is known of the errors of a request. */
export interface WatchedErrors {
  /** What was thrown. */
  thrown(): readonly unknown[];
  /** Whether the answer is Hono's own, and not that of an error handler of the application. */
  areUnanswered(): boolean;
}

/**
 * Notes an error that an application built on Hono has caught itself, so that Hono does not know
 * it.
 *
 * @param isUnanswered whether the answer is a page for any error, which the toolbar may replace.
 */
export function noteError(c: Context, error: unknown, isUnanswered: boolean): void {
  const known = noted.get(c) ?? { errors: [], isUnanswered: false };
  known.errors.push(error);
  known.isUnanswered = isUnanswered;
  noted.set(c, known);
}

/**
 * Watches who answers the errors of a request. Hono's own handler calls `c.text`, as many handlers
 * of applications do with the same words. So it is asked where the method is read. Only the method
 * of this context is replaced, and it looks only after an error.
 *
 * At the call itself the caller may be unknown: Bun's engine takes a function off the stack that
 * ends with a call.
 */
export function watchErrors(c: Context): WatchedErrors {
  let { text } = c;
  let isByHono = false;
  function watched(): typeof text {
    if (c.error !== undefined) isByHono = HONO.test(callerOf(watched));
    return text;
  }
  Object.defineProperty(c, "text", {
    get: watched,
    set: (value: typeof text) => {
      text = value;
    },
    configurable: true,
    enumerable: true,
  });
  return {
    // The application's own note is of the same error, perhaps in its own words.
    thrown: () => noted.get(c)?.errors ?? (c.error === undefined ? [] : [c.error]),
    areUnanswered: () => noted.get(c)?.isUnanswered ?? (isByHono && isPlainFailure(c.res)),
  };
}

/** Middleware may have put a page of its own in place of Hono's text. */
function isPlainFailure({ status, headers }: Response): boolean {
  return status === 500 && /^text\/plain/i.test(headers.get("content-type") ?? "");
}

/** The line of a stack that names where a function was called from, or a property read. */
function callerOf(called: (...args: never) => unknown): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 1;
  const place: { stack?: string } = {};
  Error.captureStackTrace(place, called);
  Error.stackTraceLimit = limit;
  return place.stack ?? "";
}
