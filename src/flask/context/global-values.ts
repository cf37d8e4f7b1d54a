/** The values that `g` has, by their names. */
export type Store = Record<string, unknown>;

/** The members of `g` beside its values. A value of such a name hides the member. */
export interface GlobalMembers {
  /** A value, or the default. */
  get(name: string, defaultValue?: unknown): unknown;
  /**
   * Takes a value out.
   *
   * @throws TypeError for a missing value without a default.
   */
  pop(name: string, defaultValue?: unknown): unknown;
  /** A value. A missing one is set to the given one first. */
  setdefault(name: string, value?: unknown): unknown;
}

/** Makes the object `g` of the current values. */
export function globalValues(current: () => Store): GlobalMembers & Record<string, unknown> {
  const members: GlobalMembers & Record<string, unknown> = {
    get: (name: string, defaultValue?: unknown) => (Object.hasOwn(current(), name) ? current()[name] : defaultValue),
    pop(name: string, ...rest: readonly unknown[]) {
      const values = current();
      if (!Object.hasOwn(values, name)) {
        if (rest.length > 0) return rest[0];
        throw new TypeError(`g.pop("${name}"): there is no such value. Fix: g.pop("${name}", undefined).`);
      }
      const value = values[name];
      delete values[name];
      return value;
    },
    setdefault(name: string, value?: unknown) {
      const values = current();
      return Object.hasOwn(values, name) ? values[name] : (values[name] = value);
    },
  };
  return new Proxy(members, {
    get: (target, name) => {
      const values = current();
      if (typeof name === "string" && Object.hasOwn(values, name)) return values[name];
      return Object.hasOwn(members, name) || typeof name === "symbol"
        ? (Reflect.get(target, name) as unknown)
        : undefined;
    },
    set: (_, name, value) => Reflect.set(current(), name, value),
    has: (_, name) => Object.hasOwn(current(), name),
    deleteProperty: (_, name) => Reflect.deleteProperty(current(), name),
    ownKeys: () => Reflect.ownKeys(current()),
    getOwnPropertyDescriptor: (_, name) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(current(), name);
      // The proxy's own target has other members, so JavaScript only allows it to report
      // configurable ones.
      return descriptor && { ...descriptor, configurable: true };
    },
  });
}
