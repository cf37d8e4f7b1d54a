import { order } from "./compare.ts";

/** The items in order of a key. Equal ones stay in their order, also from the end. */
export function sorted(items: readonly unknown[], key: (item: unknown) => unknown, reverse: boolean): unknown[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  keyed.sort((one, other) => (reverse ? order(other.key, one.key) : order(one.key, other.key)));
  return keyed.map(({ item }) => item);
}
