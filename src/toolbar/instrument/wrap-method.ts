import type { Method, Shape } from "./instrumentation.ts";

/** Marks a method that was replaced. Two copies of this package in one process share it. */
const WRAPPED = Symbol.for("latchkey.instrumented");

/**
 * Replaces a method of one object, and never that of its class. The new method has the name and the
 * length of the old one, and is not listed among the object's keys unless the old one was.
 *
 * @returns whether it was replaced. It is not if there is no such method, or if it was replaced
 *   before.
 */
export function wrapMethod(target: Shape, name: string, wrap: (original: Method) => Method): boolean {
  const descriptor = wrappedMethod(target, name, wrap);
  if (descriptor === undefined) return false;
  Object.defineProperty(target, name, descriptor);
  return true;
}

/** What `wrapMethod` defines, for objects of one class that share their new methods. */
export function wrappedMethod(
  target: Shape,
  name: string,
  wrap: (original: Method) => Method,
): PropertyDescriptor | undefined {
  const original = target[name];
  if (typeof original !== "function" || Object.hasOwn(original, WRAPPED)) return undefined;
  const method = wrap(original as Method);
  Object.defineProperties(method, {
    name: { value: original.name, configurable: true },
    length: { value: original.length, configurable: true },
    [WRAPPED]: { value: true },
  });
  const enumerable = Object.getOwnPropertyDescriptor(target, name)?.enumerable ?? false;
  return { value: method, writable: true, configurable: true, enumerable };
}
