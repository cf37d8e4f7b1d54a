/** Python's methods of a dictionary that a session of Flask has. */
export interface DictMethods {
  /** Sets several entries. */
  update(entries: Readonly<Record<string, unknown>> | Iterable<readonly [string, unknown]>): void;
  /** The value of an entry. A missing entry is saved with the given value first. */
  setdefault(key: string, value?: unknown): unknown;
  items(): readonly (readonly [key: string, value: unknown])[];
  keys(): readonly string[];
  values(): readonly unknown[];
  /**
   * Removes the newest entry and returns it with its name.
   *
   * @throws RangeError for an empty session.
   */
  popitem(): readonly [key: string, value: unknown];
}

/** Makes the methods on the current entries. */
export function dictMethods(
  data: () => Record<string, unknown>,
  changed: () => Record<string, unknown>,
  put: (data: Record<string, unknown>, key: string, value: unknown) => void,
): DictMethods {
  return {
    update(entries) {
      const pairs = Symbol.iterator in entries ? [...entries] : Object.entries(entries);
      const target = changed();
      for (const [key, value] of pairs as readonly (readonly [string, unknown])[]) put(target, key, value);
    },
    setdefault(key, value = null) {
      if (Object.hasOwn(data(), key)) return data()[key];
      put(changed(), key, value);
      return value;
    },
    items: () => Object.entries(data()),
    keys: () => Object.keys(data()),
    values: () => Object.values(data()),
    popitem() {
      const last = Object.entries(data()).at(-1);
      if (last === undefined)
        throw new RangeError("session.popitem(): the session is empty. Fix: look with session.keys() first.");
      delete changed()[last[0]];
      return last;
    },
  };
}
