/**
 * An array that Flask's sessions keep as a Python tuple, such as the flashed message `("message",
 * "hello")`.
 *
 * It is an array in every way; what `map`, `filter` and `slice` make of it is a plain array.
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

  // Not Array's constructor, which takes a lone number for a length.
  constructor(...items: Items) {
    super();
    this.push(...items);
  }
}
