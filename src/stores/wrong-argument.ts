import { InvalidOptionError } from "../errors.ts";

/**
 * The error for a constructor that did not get the open client that it needs.
 *
 * The message names the kind of the argument, never its text: an address may hold a password.
 *
 * @param needs the sentence that says what is needed.
 * @param fix correct code.
 */
export function wrongClient(needs: string, given: unknown, fix: string): InvalidOptionError {
  const hint = isPromise(given) ? "await the promise first: " : "";
  return new InvalidOptionError(`${needs} It got ${nameOf(given)}. Fix: ${hint}${fix}`);
}

/** Whether a value has all these methods. */
export function hasMethods(thing: unknown, ...names: readonly string[]): boolean {
  return names.every(
    (name) => typeof (thing as Readonly<Record<string, unknown>> | null | undefined)?.[name] === "function",
  );
}

/**
 * Refuses a count that is not a whole number of at least 1.
 *
 * @param place how the message names the number, such as "SqliteStore.deleteExpired(limit)".
 * @throws InvalidOptionError that names what was given.
 */
export function checkCount(place: string, count: unknown): void {
  if (Number.isSafeInteger(count) && (count as number) >= 1) return;
  const given = typeof count === "number" ? String(count) : nameOf(count);
  throw new InvalidOptionError(
    `${place} must be a whole number of at least 1. It is ${given}. Fix: pass a number such as 1000, or leave it out.`,
  );
}

/** The kind of a value, in words: "nothing", "a string", "an object of the class Pool". */
export function nameOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (isPromise(value)) return "a promise";
  if (typeof value === "function") return value.name === "" ? "a function" : `the function ${value.name}`;
  if (typeof value !== "object") return `a ${typeof value}`;
  const name = (value as { readonly constructor?: { readonly name?: unknown } }).constructor?.name;
  return typeof name === "string" && name !== "" && name !== "Object"
    ? `an object of the class ${name}`
    : "a plain object";
}

function isPromise(value: unknown): boolean {
  return typeof value === "object" && hasMethods(value, "then");
}
