/*
 * How numbers were spelled where they were read. `JSON.parse` makes 1.0 and 1 the same number, and
 * a writer of the number would change its type for the Python on the other side. The memory
 * is beside the values, so values stay plain; it holds for as long as the same number stands in the
 * same place of the same object.
 */

interface Source {
  readonly value: number;
  readonly text: string;
}

const sources = new WeakMap<object, Map<string, Source>>();
/** Most applications never read such a number: then no object needs to be looked up. */
let isEmpty = true;

/** Notes how the number at this key of the container was spelled. */
export function rememberNumber(container: object, key: string, value: number, text: string): void {
  isEmpty = false;
  let numbers = sources.get(container);
  if (numbers === undefined) sources.set(container, (numbers = new Map()));
  numbers.set(key, { value, text });
}

/**
 * A function from key and number to its spelling; undefined if nothing is known of this container.
 */
export function numberSources(container: object): ((key: string | number, value: number) => string | undefined) | undefined {
  const numbers = isEmpty ? undefined : sources.get(container);
  if (numbers === undefined) return undefined;
  return (key, value) => {
    const source = numbers.get(String(key));
    return source !== undefined && Object.is(source.value, value) ? source.text : undefined;
  };
}

/**
 * Carries what is known of one container over to another that has taken its members, whose keys
 * `rename` may change.
 */
export function moveNumberSources(from: object, to: object, rename: (key: string) => string = (key) => key): void {
  const numbers = sources.get(from);
  if (numbers !== undefined) sources.set(to, new Map([...numbers].map(([key, source]) => [rename(key), source])));
}

/**
 * Carries what is known over to a value that was made out of another, such as a schema's result:
 * wherever both hold the same number at the same place, deep inside too.
 */
export function copyNumberSources(from: unknown, to: unknown): void {
  if (isEmpty || from === to || !isContainer(from) || !isContainer(to)) return;
  const numbers = sources.get(from);
  if (numbers !== undefined && !sources.has(to)) sources.set(to, new Map(numbers));
  for (const key of Object.keys(from)) {
    if (Object.hasOwn(to, key)) copyNumberSources(from[key as keyof object], to[key as keyof object]);
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
