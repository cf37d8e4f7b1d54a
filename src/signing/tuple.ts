/**
 * An array that Flask's sessions save as a Python tuple, such as the flashed message `("message",
 * "hello")`.
 *
 * It behaves like an array. `map`, `filter` and `slice` return a plain array.
 *
 * @example
 * ```ts
 * const flashes = [new Tuple("message", "hello")]; // Tuple<[string, string]>[]
 * ```
 */
export class Tuple<Items extends readonly unknown[] = unknown[]> extends Array<Items[number]> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  // Array's constructor would take a single number as a length.
  constructor(...items: Items) {
    super();
    this.push(...items);
  }
}
