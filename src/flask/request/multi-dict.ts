import { HTTPException } from "../errors/http-exception.ts";

/** How a text becomes another value. A throw, or NaN, means that it does not fit. */
export type TextType<Value> = (text: string) => Value;

/** Values by their names, as in a form or a query: a name may be there several times. */
export interface MultiDictMembers<Item> extends Iterable<readonly [name: string, value: Item]> {
  /**
   * The first value of a name.
   *
   * @param defaultValue if the name is missing, or its text does not fit `type`. Default: null.
   * @param options `type` converts the text: `Number`, `int`, `float`, or a function.
   */
  get(name: string): Item | null;
  get<Default>(name: string, defaultValue: Default): Item | Default;
  get<Value, Default>(
    name: string,
    defaultValue: Default,
    options: { readonly type: (text: Item) => Value },
  ): Value | Default;
  /** All values of a name, in their order. Those that do not fit `type` are left out. */
  getlist(name: string): readonly Item[];
  getlist<Value>(name: string, options: { readonly type: (text: Item) => Value }): readonly Value[];
  /** The same as `getlist`, as `URLSearchParams` calls it. */
  getAll(name: string): readonly Item[];
  has(name: string): boolean;
  /** The names, each once. */
  keys(): IterableIterator<string>;
  /** The first value of each name. */
  values(): IterableIterator<Item>;
  /**
   * Each name with its first value; with `{ multi: true }` every pair, those of one name together.
   */
  items(options?: { readonly multi?: boolean }): readonly (readonly [name: string, value: Item])[];
  /** Each name with all its values. */
  lists(): readonly (readonly [name: string, values: readonly Item[]])[];
  forEach(run: (value: Item, name: string) => void): void;
  /** A plain object: the first value of each name, or with `{ flat: false }` all of them. */
  toDict(): Record<string, Item>;
  toDict(options: { readonly flat: false }): Record<string, readonly Item[]>;
  toJSON(): Record<string, Item>;
}

/**
 * Flask's MultiDict, for reading. `form["name"]` is the first value, and answers the request with
 * status 400 if the name is missing. `"name" in form` asks whether it is there.
 */
export type MultiDict<Item = string> = MultiDictMembers<Item> & Readonly<Record<string, Item>>;

/** Names that JavaScript itself asks any object for. They are never fields that are missing. */
const ASKED_BY_LANGUAGE = new Set([
  "then",
  "constructor",
  "valueOf",
  "toString",
  "toLocaleString",
  "inspect",
  "nodeType",
]);

/**
 * Makes a MultiDict of several lists of pairs.
 *
 * @param place how messages call it: "form".
 */
export function multiDict<Item>(
  place: string,
  ...sources: readonly (readonly (readonly [string, Item])[])[]
): MultiDict<Item> {
  const pairs = sources.flat();
  const lists = new Map<string, Item[]>();
  for (const [name, value] of pairs) {
    const known = lists.get(name);
    if (known === undefined) lists.set(name, [value]);
    else known.push(value);
  }
  const members = membersOf(pairs, lists, sources);
  return new Proxy(members, {
    get: (target, name) => {
      if (typeof name === "symbol" || Object.hasOwn(members, name)) return Reflect.get(target, name) as unknown;
      const [value] = lists.get(name) ?? [];
      if (value !== undefined || lists.has(name)) return value;
      if (ASKED_BY_LANGUAGE.has(name)) return Reflect.get(Object.prototype, name) as unknown;
      throw new HTTPException(400, `The request has no "${name}" in request.${place}.`, {}, { isMissingKey: true });
    },
    has: (_, name) => lists.has(String(name)),
    set: () => false,
    deleteProperty: () => false,
    ownKeys: () => [...lists.keys()],
    getOwnPropertyDescriptor: (_, name) =>
      lists.has(String(name))
        ? { value: lists.get(String(name))![0], enumerable: true, configurable: true, writable: false }
        : undefined,
  }) as MultiDict<Item>;
}

function membersOf<Item>(
  pairs: readonly (readonly [string, Item])[],
  lists: ReadonlyMap<string, readonly Item[]>,
  sources: readonly (readonly (readonly [string, Item])[])[],
): MultiDictMembers<Item> {
  const firsts = (): (readonly [string, Item])[] => [...lists].map(([name, [value]]) => [name, value as Item]);
  const members = {
    get: (name: string, defaultValue: unknown = null, options?: { readonly type?: TextType<unknown> | undefined }) => {
      const list = lists.get(name);
      return list === undefined ? defaultValue : converted(list[0] as Item, defaultValue, options?.type);
    },
    getlist: (name: string, options?: { readonly type?: TextType<unknown> | undefined }) => {
      const none = Symbol("none");
      return (lists.get(name) ?? [])
        .map((value) => converted(value, none, options?.type))
        .filter((value) => value !== none);
    },
    getAll: (name: string) => [...(lists.get(name) ?? [])],
    has: (name: string) => lists.has(name),
    keys: () => lists.keys(),
    values: () =>
      firsts()
        .map(([, value]) => value)
        .values(),
    items: ({ multi = false }: { readonly multi?: boolean } = {}) => (multi ? sources.flatMap(grouped) : firsts()),
    lists: () => [...lists].map(([name, list]) => [name, [...list]] as const),
    forEach: (run: (value: Item, name: string) => void) => {
      for (const [name, value] of pairs) run(value, name);
    },
    toDict: ({ flat = true }: { readonly flat?: boolean } = {}) =>
      Object.fromEntries<unknown>(flat ? firsts() : [...lists].map(([name, list]) => [name, [...list]])),
    toJSON: () => Object.fromEntries(firsts()),
    [Symbol.iterator]: () => pairs.values(),
  };
  return members as unknown as MultiDictMembers<Item>;
}

/** The pairs with those of one name together, where the first of them is. */
function grouped<Item>(pairs: readonly (readonly [string, Item])[]): readonly (readonly [string, Item])[] {
  return [...Map.groupBy(pairs, ([name]) => name).values()].flat();
}

/** As in Flask, a text that the type refuses counts as missing. */
function converted(value: unknown, defaultValue: unknown, type: TextType<unknown> | undefined): unknown {
  if (type === undefined) return value;
  if (typeof value === "string" && value.trim() === "" && (type as unknown) === Number) return defaultValue;
  try {
    const result = type(value as string);
    // "nan" is a number for `float`, as it is in Python.
    return typeof result === "number" && Number.isNaN(result) && (type as unknown) !== float ? defaultValue : result;
  } catch {
    return defaultValue;
  }
}

/**
 * A whole number, for `request.args.get("page", 1, { type: int })`. As in Python, `1_000` and
 * digits of other scripts are numbers, and "1.5" is not.
 *
 * @throws RangeError for anything else, and for a number that JavaScript cannot express exactly.
 */
export function int(text: string): number {
  const digits = inAscii(text);
  const value = /^[+-]?\d+(?:_\d+)*$/.test(digits) ? Number(digits.replaceAll("_", "")) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new RangeError("int(text): the text must be a whole number.");
  return value;
}

/** Python's `float`, with underscores between digits. */
const DECIMAL = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/;

/**
 * A number, for `request.form.get("price", 0, { type: float })`. As in Python, "inf" and "nan" are
 * numbers: check with `Number.isFinite` where they would do harm.
 *
 * @throws RangeError for a text that is no number.
 */
export function float(text: string): number {
  const digits = inAscii(text).toLowerCase();
  if (/^[+-]?nan$/.test(digits)) return Number.NaN;
  const [, sign, isInfinite] = /^([+-]?)(infinity|inf)?/.exec(digits)!;
  if (isInfinite !== undefined && digits.length === sign!.length + isInfinite.length)
    return sign === "-" ? -Infinity : Infinity;
  if (!DECIMAL.test(digits)) throw new RangeError("float(text): the text must be a number.");
  return Number(digits.replaceAll("_", ""));
}

/** Digits of other scripts are digits for Python, too. */
function inAscii(text: string): string {
  if (typeof text !== "string") return "";
  return text.trim().replace(/[^\P{Nd}0-9]/gu, (digit) => String(valueOfDigit(digit.codePointAt(0)!)));
}

/** Decimal digits stand in tens, the zero first (The Unicode Standard, 4.6). */
function valueOfDigit(code: number): number {
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return code - zero;
}
