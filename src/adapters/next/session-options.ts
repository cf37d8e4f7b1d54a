import { InvalidOptionError } from "../../errors.ts";
import { kindOf } from "../../options.ts";
import type { SessionManager } from "../../sessions/manager.ts";
import type { FetchOptions } from "../web/fetch-options.ts";

/** Options of `session` for Next.js. */
export interface NextSessionOptions extends FetchOptions {
  /**
   * Whether a proxy in front is believed: X-Forwarded-Proto says whether the visitor came over
   * HTTPS, and X-Forwarded-Host under which host. Default: false. Set it only if the proxy sets
   * both headers itself, whatever the visitor has sent, and if nobody reaches the server past it.
   */
  readonly trustProxy?: boolean | undefined;
  /**
   * Answers what a route handler or the proxy throws, and a session that cannot be opened or saved
   * there. The session's headers are added to its answer, if the session was saved. It is not
   * called for what `redirect()`, `notFound()` and the like throw. Default: the error goes on to
   * Next.js, which answers 500, and a new cookie is not sent.
   */
  readonly onError?: ((error: unknown, request: Request) => Response | Promise<Response>) | undefined;
}

/** What all parts of an application share. */
export interface NextSettings<Data extends object> {
  readonly manager: SessionManager<Data>;
  readonly trustProxy: boolean;
  readonly onError: NextSessionOptions["onError"];
}

/**
 * Refuses what is not a function where a part of the application is made.
 *
 * @param place the function that the reader has called: "action".
 * @param fix what to write.
 */
export function checkHandler(place: string, handler: unknown, fix: string): void {
  if (typeof handler === "function") return;
  throw new InvalidOptionError(`${place} needs a function. It got ${kindOf(handler)}. Fix: ${fix}.`);
}
