/*
 * Remembers how numbers were spelled when they were read. `JSON.parse` makes 1.0 and 1 the same
 * number, and writing it back would change its type for a Python reader. The spellings are stored
 * beside the values, so values stay plain numbers. A spelling is used as long as the same number is
 * at the same key of the same object.
 */

interface Spelling {
  readonly value: number;
  readonly text: string;
}

const spellings = new WeakMap<object, Map<string, Spelling>>();
/** Most applications never read such a number. Then no object needs to be looked up. */
let isEmpty = true;

/** Remembers the spelling of the number at this key of the container. */
export function rememberNumber(container: object, key: string, value: number, text: string): void {
  isEmpty = false;
  let numbers = spellings.get(container);
  if (numbers === undefined) spellings.set(container, (numbers = new Map()));
  numbers.set(key, { value, text });
}

/** A function from key and number to its spelling. Undefined if this container has none. */
export function numberSources(
  container: object,
): ((key: string | number, value: number) => string | undefined) | undefined {
  const numbers = isEmpty ? undefined : spellings.get(container);
  if (numbers === undefined) return undefined;
  return (key, value) => {
    const spelling = numbers.get(String(key));
    return spelling !== undefined && Object.is(spelling.value, value) ? spelling.text : undefined;
  };
}

/**
 * Copies the spellings of one container to another that took its members. `rename` maps the keys.
 */
export function moveNumberSources(from: object, to: object, rename: (key: string) => string = (key) => key): void {
  const numbers = spellings.get(from);
  if (numbers !== undefined) spellings.set(to, new Map([...numbers].map(([key, spelling]) => [rename(key), spelling])));
}

/**
 * Copies the spellings to a value that was made from another, such as a schema's result. It applies
 * wherever both hold the same number at the same place, also in nested objects.
 */
export function copyNumberSources(from: unknown, to: unknown): void {
  if (isEmpty || from === to || !isContainer(from) || !isContainer(to)) return;
  const numbers = spellings.get(from);
  if (numbers !== undefined && !spellings.has(to)) spellings.set(to, new Map(numbers));
  for (const key of Object.keys(from)) {
    if (Object.hasOwn(to, key)) copyNumberSources(from[key as keyof object], to[key as keyof object]);
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
