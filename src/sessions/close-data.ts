import { inspect } from "node:util";
import { SessionError } from "../errors.ts";

type Data = Record<string, unknown>;
type Refuse = () => never;

/** The error for a change that would be lost. */
export function sessionClosed(
  why: string = "the headers have left, so this change would be lost. Make it before the answer begins, and await what it needs.",
): SessionError {
  return new SessionError("session_closed", `The session is closed: ${why}`);
}

/**
 * Makes every later change of the data throw, also through references that were taken before; it can still be read.
 *
 * Freezing would throw too, but with a message that says nothing of sessions. Objects inside are not touched, since they may
 * be the application's own: they are shown through a view that refuses changes.
 */
export function closeData(data: Data, why?: string): void {
  const refuse = why === undefined ? refuseChange : refuseBecause(why);
  let views: WeakMap<object, object> | undefined;
  for (const key of Object.keys(data)) {
    const value = data[key];
    const view = typeof value === "object" && value !== null ? readOnly(value, refuse, (views ??= new WeakMap())) : value;
    Object.defineProperty(data, key, { get: () => view, set: refuse, enumerable: true, configurable: false });
  }
  Object.setPrototypeOf(data, why === undefined ? CLOSED : closedPrototype(refuse));
}

function refuseChange(): never {
  throw sessionClosed();
}

function refuseBecause(why: string): Refuse {
  return () => {
    throw sessionClosed(why);
  };
}

/** Assigning a new member asks the prototype first. */
function closedPrototype(refuse: Refuse): object {
  return new Proxy(Object.prototype, {
    set: refuse,
    get: (target, key, receiver) => (key === inspect.custom ? inspectClosed : (Reflect.get(target, key, receiver) as unknown)),
  });
}

/** One for nearly all sessions: each request closes one. */
const CLOSED = closedPrototype(refuseChange);

function readOnly(value: unknown, refuse: Refuse, views: WeakMap<object, object>): unknown {
  if (typeof value !== "object" || value === null || !(Array.isArray(value) || isPlain(value))) return value;
  let view = views.get(value);
  if (view === undefined) {
    view = new Proxy(value, {
      set: refuse,
      deleteProperty: refuse,
      defineProperty: refuse,
      get(target, key, receiver) {
        const member: unknown = Reflect.get(target, key, receiver);
        // A proxy must show members that cannot change as they are.
        return Object.getOwnPropertyDescriptor(target, key)?.configurable === false ? member : readOnly(member, refuse, views);
      },
    });
    views.set(value, view);
  }
  return view;
}

function inspectClosed(this: Data): unknown {
  return Object.fromEntries(Object.entries(this));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
