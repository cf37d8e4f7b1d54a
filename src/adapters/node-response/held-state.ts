import type { ServerResponse } from "node:http";

/** What a response shows while its answer is held, in place of its own state. */
export interface HeldState {
  hasEnded: boolean;
  needsDrain: boolean;
}

const STATE: unique symbol = Symbol("latchkey held answer");
type Response = ServerResponse & { [STATE]?: HeldState | undefined; _header?: string | null };

/**
 * The same getters for all responses, and never taken away again: properties that come and go, or
 * have another getter each time, make V8 give up on the shape of a response, and then every request
 * of the server is slower, also those that hold nothing.
 */
const GETTERS = Object.entries({
  headersSent: getter((state) => state !== undefined, "headersSent"),
  writableEnded: getter((state) => state?.hasEnded, "writableEnded"),
  writableNeedDrain: getter((state) => state?.needsDrain === true && !state.hasEnded, "writableNeedDrain"),
});

/**
 * What a response of HTTP/1 has at `_header` once its headers were written. Middleware asks for it
 * in place of `headersSent`.
 */
const WRITTEN = "held by latchkey\r\n\r\n";

/** Makes a response look as if its headers had left, and as `state` says. */
export function showHeld(response: ServerResponse, state: HeldState): void {
  if (!Object.hasOwn(response, STATE))
    for (const [name, property] of GETTERS)
      if (!Object.hasOwn(response, name)) Object.defineProperty(response, name, property);
  (response as Response)[STATE] = state;
  // A response of HTTP/2 has a getter for it, which asks headersSent.
  if (Object.hasOwn(response, "_header")) (response as Response)._header = WRITTEN;
}

/** Makes a response show its own state again. */
export function showOwn(response: ServerResponse): void {
  (response as Response)[STATE] = undefined;
  if ((response as Response)._header === WRITTEN) (response as Response)._header = null;
}

function getter(held: (state: HeldState | undefined) => boolean | undefined, name: string): PropertyDescriptor {
  return {
    configurable: true,
    get(this: Response): unknown {
      const state = this[STATE];
      if (state !== undefined) return held(state);
      return Reflect.get(Object.getPrototypeOf(this) as object, name, this) as unknown;
    },
  };
}
