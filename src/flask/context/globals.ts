import type { Session } from "../../index.ts";
import type { FlaskRequest } from "../request/request.ts";
import { sessionFacade, type FlaskSession } from "../session/session-facade.ts";
import { currentAppContext, currentContext, type ContextApplication } from "./context.ts";
import { globalValues, type GlobalMembers } from "./global-values.ts";

/** The request that is being answered. It can be imported anywhere, as in Flask. */
export const request: FlaskRequest = forwarding(() => currentContext().request);

/**
 * Holds any data that several functions of one request share. Each request starts with none, and so
 * does each `app.appContext()`.
 */
export const g: GlobalMembers & Record<string, unknown> = globalValues(() => currentAppContext().g);

/**
 * The application that answers the request, or that runs the command or the test. A module of
 * blueprints uses it without an import of the application.
 */
export const currentApp: ContextApplication = forwarding(() => currentAppContext().app);

/**
 * The visitor's session, as in Flask: `session["visits"] = 1`, `"visits" in session`, `delete
 * session["visits"]`.
 *
 * Nested changes are saved too, without `session.modified = True`. Without a secret key, using it
 * throws Flask's message.
 */
export const session: FlaskSession = sessionFacade({
  current: (): Session | undefined => currentContext().session,
  use: () => currentContext().sessionUse,
});

/** Makes a proxy that forwards everything to the current object. */
function forwarding<Target extends object>(current: () => Target): Target {
  return new Proxy({} as Target, {
    get: (_, name) => {
      const target = current();
      const value = Reflect.get(target, name) as unknown;
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
    set: (_, name, value) => Reflect.set(current(), name, value),
    has: (_, name) => Reflect.has(current(), name),
    deleteProperty: (_, name) => Reflect.deleteProperty(current(), name),
    ownKeys: () => Reflect.ownKeys(current()),
    getOwnPropertyDescriptor: (_, name) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(current(), name);
      // The proxy's own target is empty, so JavaScript only allows it to report configurable ones.
      return descriptor && { ...descriptor, configurable: true };
    },
  });
}
