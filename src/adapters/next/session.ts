import type { SessionManager } from "../../sessions/manager.ts";
import type { Session } from "../../sessions/session.ts";
import { checkManager } from "../check-mounted.ts";
import { checkedFetchOptions } from "../web/fetch-options.ts";
import { action } from "./action.ts";
import { watchConnections } from "./connection.ts";
import { getSession } from "./get-session.ts";
import { proxy } from "./proxy.ts";
import type { NextSessionOptions } from "./session-options.ts";
import { withSession } from "./with-session.ts";

/** The session in each part of an application on Next.js; made by `session`. */
export interface NextSession<Data extends object = Record<string, unknown>> {
  /**
   * The session for pages, layouts and other server components, and for the code that they call. It
   * can only be read, because Next.js sends no cookies there: a change throws `session_read_only`.
   * All calls in one request give the same session. A page sees what a proxy or a server action of
   * the same request has changed. A page that calls it is made anew for each request.
   *
   * @throws what `manager.load` throws.
   */
  getSession(): Promise<Session<Data>>;
  /**
   * Makes a route handler. The session is saved, and its headers are added to a copy of the answer,
   * before the answer is handed on. If the handler throws, the session is saved too. `redirect()`
   * and `notFound()` take its cookie along. For any other error, see the option `onError`.
   *
   * @param handler is given the request, the session, and the context with `params`.
   * @throws InvalidOptionError for anything but a function.
   */
  withSession<R extends Request = Request, Context = unknown>(
    handler: (request: R, session: Session<Data>, context: Context) => Response | Promise<Response>,
  ): (request: R, context: Context) => Promise<Response>;
  /**
   * Makes a server action. The session is saved, and its cookie set, before what the action returns
   * or throws goes on. So `redirect()` and `notFound()` work, and so do errors.
   *
   * @param handler is given the session, and then what the action is called with: the form's data,
   *   or with `useActionState` the state before it.
   * @throws InvalidOptionError for anything but a function. The action throws what `manager.load`
   *   and `manager.commit` throw.
   */
  action<Args extends readonly unknown[], Result>(
    handler: (session: Session<Data>, ...args: Args) => Result | Promise<Result>,
  ): (...args: Args) => Promise<Result>;
  /**
   * Makes the function that `proxy.ts` exports. It may change the session. The page or route
   * handler of the same request sees the change, and the browser gets the cookie. An answer with a
   * cookie is never stored by a cache.
   *
   * @param handler returns nothing or `NextResponse.next(…)` where the request goes on, or any
   *   other answer.
   * @throws InvalidOptionError for anything but a function.
   */
  proxy<R extends Request = Request, Event = unknown>(
    handler: (
      request: R,
      session: Session<Data>,
      event: Event,
    ) => Response | undefined | void | Promise<Response | undefined | void>,
  ): (request: R, event: Event) => Promise<Response | undefined>;
}

/**
 * Gives the parts of an application on Next.js their session: pages, route handlers, server actions
 * and the proxy. Call it once, in a module such as `lib/session.ts` that the parts import. With
 * keys as a function, `next build` needs no key.
 *
 * @param options `trustProxy` and `onError`.
 * @throws InvalidOptionError for anything but a SessionManager, and for wrong options.
 * @example
 * ```ts
 * export const { getSession, withSession, action, proxy } = session(manager);
 * ```
 */
export function session<Data extends object>(
  manager: SessionManager<Data>,
  options: NextSessionOptions = {},
): NextSession<Data> {
  checkManager("session", manager);
  const settings = { manager, ...checkedFetchOptions(options) };
  watchConnections();
  return {
    getSession: getSession(settings),
    withSession: (handler) => withSession(settings, handler),
    action: (handler) => action(settings, handler),
    proxy: (handler) => proxy(settings, handler),
  };
}
