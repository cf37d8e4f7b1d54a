import { isProxy } from "node:util/types";

/** The most members of one object, and the most values in all, that are looked at. */
const MOST_KEYS = 100;
const MOST_VALUES = 1_000;
/** `inspect` shows as many items of a list, and does not look at the others. */
const MOST_ITEMS = 50;
const DEEPEST = 5;

/** The first keys of an object, and how many it has. */
interface Keys {
  readonly first: readonly string[];
  readonly count: number;
}

/**
 * The value itself if it is small, otherwise a copy of its beginning. `util.inspect` bounds lists
 * and texts, but neither the number of members nor the whole.
 *
 * JavaScript can list all keys of an object or none, so an object with 200,000 keys still costs one
 * such list, a fifth of what console takes to print it.
 */
export function boundedValue(value: unknown): unknown {
  return new BoundedValue().of(value);
}

class BoundedValue {
  /** Listing the keys of a large object takes long, so it is done once. */
  readonly #keys = new Map<object, Keys>();
  #left = MOST_VALUES;

  of(value: unknown): unknown {
    if (this.#isSmall(value, 0)) return value;
    this.#left = MOST_VALUES;
    return this.#beginning(value, 0);
  }

  #isSmall(value: unknown, depth: number): boolean {
    if (--this.#left < 0) return false;
    if (!isOpened(value) || depth > DEEPEST) return true;
    if (isList(value)) {
      for (const item of firstOf(value)) if (!this.#isSmall(item, depth + 1)) return false;
      return true;
    }
    const { first, count } = this.#keysOf(value);
    return count <= MOST_KEYS && first.every((key) => this.#isSmall(read(value, key), depth + 1));
  }

  #beginning(value: unknown, depth: number): unknown {
    this.#left--;
    if (!isOpened(value)) return value;
    if (depth > DEEPEST || this.#left <= 0) return isList(value) ? "[list]" : "[object]";
    if (value instanceof Error) return value.stack ?? value.message;
    if (isList(value)) {
      const items = [...firstOf(value)].map((item) => this.#beginning(item, depth + 1));
      const size = "size" in value ? value.size : value.length;
      return size > items.length ? [...items, `… ${size - items.length} more`] : items;
    }
    const { first, count } = this.#keysOf(value);
    const copy: Record<string, unknown> = {};
    let shown = 0;
    for (const key of first) {
      if (this.#left <= 0) break;
      shown++;
      // Not an assignment: a key may be `__proto__`.
      Object.defineProperty(copy, key, { value: this.#beginning(read(value, key), depth + 1), enumerable: true });
    }
    if (count > shown) copy["…"] = `${count - shown} more`;
    return copy;
  }

  #keysOf(value: object): Keys {
    const known = this.#keys.get(value);
    if (known !== undefined) return known;
    const all = Object.keys(value);
    const keys = { first: all.slice(0, MOST_KEYS), count: all.length };
    this.#keys.set(value, keys);
    return keys;
  }
}

/** Whether something is in it. A proxy is not opened, because that would call its traps. */
function isOpened(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    !isProxy(value) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof Date) &&
    !(value instanceof RegExp)
  );
}

type List = readonly unknown[] | ReadonlySet<unknown> | ReadonlyMap<unknown, unknown>;

function isList(value: object): value is List {
  return Array.isArray(value) || value instanceof Set || value instanceof Map;
}

function* firstOf(list: List): Iterable<unknown> {
  let count = 0;
  for (const item of list as Iterable<unknown>) {
    if (count++ === MOST_ITEMS) return;
    yield item;
  }
}

/** A member without calling its getter. */
function read(value: object, key: string): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(value, key);
  return descriptor !== undefined && "value" in descriptor ? (descriptor.value as unknown) : "[getter]";
}
