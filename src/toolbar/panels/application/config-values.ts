import { isProxy } from "node:util/types";

const MASKED = "••••••••";
/** In settings, more names hide their value than elsewhere: whatever is called a key may be one. */
const MASKED_NAME = /key|salt|dsn|seed|private|webhook|licen[cs]e/i;
/** One less than is recorded of an object, because the rest of them is a member too. */
const LIMITS = { members: 99, depth: 5 };

/**
 * Settings as plain data. Only plain objects and lists are opened. Anything else is named by its
 * class: a store of sessions holds a client, and that holds a password.
 */
export function configValues(settings: object): Readonly<Record<string, unknown>> {
  return members(settings, 0);
}

function members(settings: object, depth: number): Record<string, unknown> {
  const copy = Object.create(null) as Record<string, unknown>;
  const names = Object.keys(settings);
  for (const name of names.slice(0, LIMITS.members)) {
    const descriptor = Object.getOwnPropertyDescriptor(settings, name);
    const value: unknown = descriptor !== undefined && "value" in descriptor ? descriptor.value : "[getter]";
    const isPlain = value === null || value === undefined || typeof value === "boolean";
    copy[name] = MASKED_NAME.test(name) && !isPlain ? MASKED : plain(value, depth + 1);
  }
  if (names.length > LIMITS.members) copy["…"] = `${names.length - LIMITS.members} more`;
  return copy;
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value === "function") return `[function${value.name === "" ? "" : ` ${value.name}`}]`;
  if (typeof value !== "object" || value === null) return value;
  if (isProxy(value)) return "[proxy]";
  if (ArrayBuffer.isView(value) || value instanceof Date || value instanceof Error) return value;
  if (value instanceof RegExp || value instanceof URL) return String(value);
  if (depth >= LIMITS.depth) return "[object]";
  if (Array.isArray(value)) return value.slice(0, LIMITS.members).map((item) => plain(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return members(value, depth);
  const { name } = (prototype as { readonly constructor?: { readonly name?: unknown } }).constructor ?? {};
  return `[${typeof name === "string" && name !== "" ? name : "object"}]`;
}
