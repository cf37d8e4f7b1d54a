import { SessionError } from "../../errors.ts";
import type { SessionData } from "./session-record.ts";

/** The error for a change that would be lost. */
export function sessionClosed(
  why: string = "the headers have left, so this change would be lost. Make it before the answer begins, and await what it needs.",
): SessionError {
  return new SessionError("session_closed", `The session is closed: ${why}`);
}

/**
 * What an application gets of its session's data: the data as it is, until it is closed. From then
 * on every change throws, also through references that were taken before, and all can still be
 * read.
 *
 * It is a proxy whose handler has no traps until then. Freezing would throw too, but not in sloppy
 * code, and with a message that says nothing of sessions; accessors in the place of the members
 * make a slow object of the data, and cost a request more than all the rest.
 */
export class ClosedView {
  /** What is handed out. */
  readonly view: SessionData;
  readonly #handler: ProxyHandler<SessionData> = {};

  constructor(data: SessionData) {
    this.view = new Proxy(data, this.#handler);
  }

  /** @param refusal makes another error than the usual one. */
  close(refusal?: () => SessionError): void {
    Object.assign(this.#handler, refusal === undefined ? CLOSED : refusing(refusal));
  }
}

function refusing(refusal: () => SessionError): ProxyHandler<object> {
  const refuse = (): never => {
    throw refusal();
  };
  /**
   * Objects inside may be the application's own: they are not touched, and shown through a view
   * that refuses changes.
   */
  const views = new WeakMap<object, object>();
  const readOnly = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null || !(Array.isArray(value) || isPlain(value))) return value;
    let view = views.get(value);
    if (view === undefined) views.set(value, (view = new Proxy(value, handler)));
    return view;
  };
  const handler: ProxyHandler<object> = {
    set: refuse,
    deleteProperty: refuse,
    defineProperty: refuse,
    setPrototypeOf: refuse,
    get: (target, key, receiver) => {
      const member: unknown = Reflect.get(target, key, receiver);
      // A proxy must show members that cannot change as they are.
      return Object.getOwnPropertyDescriptor(target, key)?.configurable === false ? member : readOnly(member);
    },
  };
  return handler;
}

const CLOSED = refusing(() => sessionClosed());

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
