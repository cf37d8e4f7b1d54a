import { itemOf } from "../values/attributes.ts";
import { text } from "../values/bind.ts";
import { isInteger, Undefined } from "../values/kinds.ts";

/** Follows `a.b.0` into a value. */
export function follow(value: unknown, path: unknown, otherwise?: unknown): unknown {
  if (path === undefined || path === null) return value;
  const steps: unknown[] = isInteger(path)
    ? [Number(path)]
    : text(path, "attribute")
        .split(".")
        .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  return steps.reduce((current: unknown, step) => {
    const next = itemOf(current, step);
    return next instanceof Undefined && otherwise !== undefined && otherwise !== null ? otherwise : next;
  }, value);
}
