import { currentContext } from "./context.ts";
import { sessionFacade, type FlaskSession } from "./session-facade.ts";
import type { FlaskRequest } from "./request.ts";

/** The request that is being answered. It can be imported anywhere, as in Flask. */
export const request: FlaskRequest = forwarding(() => currentContext().request);

/** Holds any data that several functions of one request share. Each request starts with none. */
export const g: Record<string, unknown> = forwarding(() => currentContext().g);

/**
 * The visitor's session, as in Flask: `session["visits"] = 1`, `"visits" in session`, `delete
 * session["visits"]`.
 *
 * Nested changes are saved too, without `session.modified = True`. Without a secret key, using it
 * throws Flask's message.
 */
export const session: FlaskSession = sessionFacade(() => currentContext().session);

/** Makes a proxy that forwards everything to the current object. */
function forwarding<Target extends object>(current: () => Target): Target {
  return new Proxy({} as Target, {
    get: (_, name) => Reflect.get(current(), name) as unknown,
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
