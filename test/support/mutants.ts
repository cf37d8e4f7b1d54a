/** What one character may be changed to, and still travel in a header. */
const CHARACTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/~!%*'\"<>&"];

/**
 * A value with one letter changed near its end, where signatures and tags stand. Not the last ones:
 * some of their bits say nothing, or they may be the same by chance.
 */
export function forge(value: string): string {
  return value.slice(0, -6) + (value.at(-6) === "A" ? "B" : "A") + value.slice(-5);
}

/**
 * Different texts, each one change away from a value: a character replaced, inserted, removed,
 * swapped with its neighbour, or all after a place cut off. Spread over the whole value, and always
 * the same for the same value.
 */
export function* oneChangeMutants(value: string, count: number): Generator<string> {
  const seen = new Set([value]);
  let made = 0;
  for (const mutant of allMutants(value)) {
    if (seen.has(mutant)) continue;
    seen.add(mutant);
    yield mutant;
    if (++made === count) return;
  }
  throw new Error(`A value of ${value.length} characters has only ${made} mutants.`);
}

function* allMutants(value: string): Generator<string> {
  for (let at = 0; at < value.length; at++) {
    yield value.slice(0, at) + value.slice(at + 1);
    yield value.slice(0, at);
    if (at > 0) yield value.slice(at);
    yield value.slice(0, at) + value.charAt(at + 1) + value.charAt(at) + value.slice(at + 2);
  }
  for (const character of CHARACTERS) {
    for (let at = 0; at <= value.length; at++) {
      if (at < value.length) yield value.slice(0, at) + character + value.slice(at + 1);
      yield value.slice(0, at) + character + value.slice(at);
    }
  }
  // A value too short for that many: two characters inserted are still one place changed.
  for (const first of CHARACTERS)
    for (const second of CHARACTERS)
      for (let at = 0; at <= value.length; at++) yield value.slice(0, at) + first + second + value.slice(at);
}
