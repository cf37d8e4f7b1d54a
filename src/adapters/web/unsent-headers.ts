import { InvalidOptionError } from "../../errors.ts";
import { kindOf } from "../../options.ts";
import type { HeaderPair } from "../../sessions/data/header-pair.ts";

const UNSENT: unique symbol = Symbol("latchkey unsent headers");
type Carrier = { [UNSENT]?: readonly HeaderPair[] };

/** Notes headers that no answer has taken along, because the handler threw. */
export function noteUnsent(request: Request, headers: readonly HeaderPair[]): void {
  const carrier = request as Carrier;
  carrier[UNSENT] = [...(carrier[UNSENT] ?? []), ...headers];
}

/** Takes these headers out, for an answer that takes them along. */
export function takeUnsent(request: Request): readonly HeaderPair[] {
  const headers = (request as Carrier)[UNSENT] ?? [];
  (request as Carrier)[UNSENT] = [];
  return headers;
}

/**
 * The headers that the session of a request has to send, where the handler threw an error and
 * `withSession` threw it on. Append them to the answer that is given to the error: what the session
 * held was saved, and without its cookie the visitor may lose it.
 *
 * @param request the one that `withSession` was given.
 * @returns none where the handler did not throw, or where the session has nothing to send.
 * @throws InvalidOptionError for anything but a Request.
 * @example
 * ```ts
 * const answer = new Response("Something went wrong", { status: 500 });
 * for (const [name, value] of unsentHeaders(request)) answer.headers.append(name, value);
 * ```
 */
export function unsentHeaders(request: Request): readonly HeaderPair[] {
  if (typeof request !== "object" || (request as unknown) === null || typeof request.url !== "string")
    throw new InvalidOptionError(
      `unsentHeaders(request) needs the Request that withSession was given. It got ${kindOf(request)}. ` +
        "Fix: give it that request.",
    );
  return (request as Carrier)[UNSENT] ?? [];
}
