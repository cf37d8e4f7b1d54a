import { InvalidOptionError } from "./errors.ts";

/** A name at a greater distance than this is not suggested, because it has little in common. */
const NEAR = 3;

/**
 * Refuses an options argument that is not an object, and names in it that are not options.
 *
 * TypeScript reports a misspelled option. JavaScript would silently ignore it, and with it a limit
 * or a check that the user relies on.
 *
 * @param place how the message names the argument: "SessionManager", or "The option cookie".
 * @param known the names of the options.
 * @param instead what to write in place of names that people know from other libraries.
 * @throws InvalidOptionError that names what was written, and the nearest right name.
 */
export function checkOptions(
  place: string,
  options: unknown,
  known: readonly string[],
  instead: Readonly<Record<string, string>> = {},
): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new InvalidOptionError(
      `${place} takes an object with options. It got ${kindOf(options)}. Fix: write { ${known[0] ?? ""}: … }.`,
    );
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const fix = Object.hasOwn(instead, name) ? instead[name]! : suggestion(name, known);
    throw new InvalidOptionError(`${place} has no option ${JSON.stringify(name)}. ${fix}`);
  }
}

/**
 * Refuses an argument that is not a string.
 *
 * @param place how the message names the argument: "writeKeyFile(path)".
 * @throws InvalidOptionError that names the argument and the kind of what it got. It never shows
 *   the value, which may be a secret.
 */
export function checkText(place: string, value: unknown): void {
  if (typeof value !== "string")
    throw new InvalidOptionError(`${place} must be a string. It got ${kindOf(value)}. Fix: pass a string.`);
}

/**
 * Refuses an argument that is not bytes.
 *
 * @param place how the message names the argument.
 * @throws InvalidOptionError as `checkText` does.
 */
export function checkBytes(place: string, value: unknown): void {
  if (value instanceof Uint8Array) return;
  throw new InvalidOptionError(
    `${place} must be a Uint8Array, such as a Buffer. It got ${kindOf(value)}. Fix: Buffer.from(text).`,
  );
}

/**
 * Refuses a key that is neither a string nor bytes.
 *
 * @param place how the message names the argument.
 * @throws InvalidOptionError as `checkText` does.
 */
export function checkTextOrBytes(place: string, value: unknown): void {
  if (typeof value === "string" || value instanceof Uint8Array) return;
  throw new InvalidOptionError(
    `${place} must be a string or a Uint8Array. It got ${kindOf(value)}. Fix: pass one of the two.`,
  );
}

function suggestion(name: string, known: readonly string[]): string {
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: distanceOf(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.min(NEAR, name.length - 1))
    .sort((a, b) => a.distance - b.distance);
  return nearest === undefined
    ? `Its options: ${known.join(", ")}.`
    : `Did you mean ${JSON.stringify(nearest.candidate)}?`;
}

/** The number of letters to change, add or remove (Levenshtein 1966). */
function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}

/**
 * The kind of a value, in words that never show the value: "nothing", "null", "a list", "an
 * object", "a string".
 */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return value === undefined ? "nothing" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A number as it is written, and the kind of any other value. */
export function numberOrKind(value: unknown): string {
  return typeof value === "number" ? String(value) : kindOf(value);
}

/** A name as it is written, in quotes, and the kind of any other value. */
export function nameOrKind(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : kindOf(value);
}
