import { InvalidOptionError } from "./errors.ts";

/** Names beyond this distance are not suggested: they have little in common. */
const NEAR = 3;

/**
 * Refuses an options argument that is no object, and names in it that are no options.
 *
 * TypeScript tells its users of a misspelled option; in JavaScript it would be ignored in silence,
 * and with it a limit or a check that somebody believes in.
 *
 * @param place how the message names the argument: "SessionManager", or "The option cookie".
 * @param known the names that are options.
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
    throw new InvalidOptionError(`${place} takes an object with options, such as { ${known[0] ?? ""}: … }; it got ${kindOf(options)}.`);
  }
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const fix = Object.hasOwn(instead, name) ? instead[name]! : suggestion(name, known);
    throw new InvalidOptionError(`${place} has no option ${JSON.stringify(name)}. ${fix}`);
  }
}

/**
 * Refuses an argument that is not text.
 *
 * @param place how the message names the argument: "writeKeyFile(path)".
 * @throws InvalidOptionError that names the argument and what it got, never the value: it may be a
 *   secret.
 */
export function checkText(place: string, value: unknown): void {
  if (typeof value !== "string") throw new InvalidOptionError(`${place} is a string. It got ${kindOf(value)}.`);
}

/**
 * Refuses an argument that is not bytes.
 *
 * @param place how the message names the argument.
 * @throws InvalidOptionError as `checkText` does.
 */
export function checkBytes(place: string, value: unknown): void {
  if (!(value instanceof Uint8Array)) throw new InvalidOptionError(`${place} is a Uint8Array or a Buffer. It got ${kindOf(value)}.`);
}

function suggestion(name: string, known: readonly string[]): string {
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: distanceOf(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.min(NEAR, name.length - 1))
    .sort((a, b) => a.distance - b.distance);
  return nearest === undefined ? `Its options: ${known.join(", ")}.` : `Did you mean ${JSON.stringify(nearest.candidate)}?`;
}

/** How many letters have to be changed, added or taken away (Levenshtein 1966). */
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
 * What a value is, in words that show nothing of it: "nothing", "null", "a list", "an object", "a
 * string".
 */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return value === undefined ? "nothing" : typeof value === "object" ? "an object" : `a ${typeof value}`;
}
