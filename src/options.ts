import { InvalidOptionError } from "./errors.ts";

/** Names beyond this distance are not suggested: they have little in common. */
const NEAR = 3;

/**
 * Refuses an options argument that is no object, and names in it that are no options.
 *
 * TypeScript tells its users of a misspelled option; in JavaScript it would be ignored in silence, and with it a limit or a check
 * that somebody believes in.
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

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : value === undefined ? "nothing" : `a ${typeof value}`;
}
