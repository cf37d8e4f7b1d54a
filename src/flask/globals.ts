import { currentContext } from "./context.ts";
import { sessionFacade, type FlaskSession } from "./session-facade.ts";
import type { FlaskRequest } from "./request.ts";

/** The request that is being answered, wherever the code stands that asks. */
export const request: FlaskRequest = forwarding(() => currentContext().request);

/** A place for anything that one request needs in several functions; empty again for the next. */
export const g: Record<string, unknown> = forwarding(() => currentContext().g);

/**
 * The visitor's session, as in Flask: `session["visits"] = 1`, `"visits" in session`, `delete
 * session["visits"]`.
 *
 * Nested changes count too; nothing has to be marked as modified. Without a secret key, touching it
 * throws Flask's message.
 */
export const session: FlaskSession = sessionFacade(() => currentContext().session);

/** An object that stands for the current object. */
function forwarding<Target extends object>(current: () => Target): Target {
  return new Proxy({} as Target, {
    get: (_, name) => Reflect.get(current(), name) as unknown,
    set: (_, name, value) => Reflect.set(current(), name, value),
    has: (_, name) => Reflect.has(current(), name),
    deleteProperty: (_, name) => Reflect.deleteProperty(current(), name),
    ownKeys: () => Reflect.ownKeys(current()),
    getOwnPropertyDescriptor: (_, name) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(current(), name);
      // A proxy may only report what its own (empty) target could have: configurable.
      return descriptor && { ...descriptor, configurable: true };
    },
  });
}
