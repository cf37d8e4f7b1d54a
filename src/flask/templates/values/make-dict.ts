import { Tuple } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { isPlain } from "./kinds.ts";

/** The dict of `{key: value}`, from keys and values in turn. */
export function makeDict(items: readonly unknown[]): unknown {
  const entries = Array.from(
    { length: items.length / 2 },
    (_unused, index) => [items[2 * index], items[2 * index + 1]] as const,
  );
  for (const [key] of entries)
    if (typeof key === "object" && key !== null && (isPlain(key) || (Array.isArray(key) && !(key instanceof Tuple))))
      throw new ValueProblem("unhashable type: a dict's key is a text or a number");
  // JavaScript moves keys that look like numbers to the front, and __proto__ is no entry.
  const plain = entries.every(([key]) => typeof key === "string" && !/^\d+$/.test(key) && key !== "__proto__");
  return plain ? Object.fromEntries(entries as [string, unknown][]) : new Map(entries);
}
