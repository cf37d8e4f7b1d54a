import { Tuple } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { keywordsOf } from "./call.ts";
import { iterate } from "./compare.ts";
import { mustExist, type Keywords } from "./kinds.ts";

/**
 * The arguments of a call that the translation has written one after the other: values, then names
 * and values in turn, and then `*list` and `**dict`, if the call has one of them.
 *
 * @param code twice the number of names, and one more with `*list` and `**dict`.
 */
export function unpackArguments(code: unknown, given: readonly unknown[]): { args: unknown[]; keywords: Keywords } {
  const hasMore = (code as number) % 2 === 1;
  const values = hasMore ? given.slice(0, -2) : given;
  const [list, dict] = hasMore ? given.slice(-2) : [null, null];
  const split = values.length - (code as number) + (hasMore ? 1 : 0);
  const args = [...values.slice(0, split), ...(list === null ? [] : iterate(list))];
  const named: Record<string, unknown> = {};
  for (let at = split; at < values.length; at += 2) named[values[at] as string] = values[at + 1];
  if (dict === null) return { args, keywords: named };
  const more = keywordsOf(dict);
  for (const key of Object.keys(more))
    if (Object.hasOwn(named, key)) throw new ValueProblem(`got multiple values for keyword argument '${key}'`);
  return { args, keywords: { ...named, ...more } };
}

/** Takes a value apart as a target says: `(.(..))`. */
export function unpack(pattern: string, value: unknown): unknown[] {
  let at = 0;
  const walk = (current: unknown): unknown[] => {
    if (pattern[at] === ".") {
      at++;
      return [current];
    }
    at++;
    const items = iterate(current);
    mustExist(current);
    const found: unknown[] = [];
    let index = 0;
    while (pattern[at] !== ")") {
      if (index >= items.length) throw new ValueProblem(`not enough values to unpack (got ${items.length})`);
      found.push(...walk(items[index++]));
    }
    at++;
    if (index < items.length) throw new ValueProblem(`too many values to unpack (expected ${index})`);
    return found;
  };
  return walk(value);
}

/** The opposite: the engine's list as the tuples that were taken apart. */
export function packed(pattern: string, values: readonly unknown[]): unknown {
  let at = 0;
  let next = 0;
  const walk = (): unknown => {
    if (pattern[at++] === ".") return values[next++];
    const items: unknown[] = [];
    while (pattern[at] !== ")") items.push(walk());
    at++;
    return Tuple.of(...items);
  };
  return walk();
}

const names = (value: string): string[] => (value === "" ? [] : value.split(","));

/** `**` of a macro's call: the values by the names of the parameters. */
export function spread(
  given: number,
  shape: readonly [parameters: string, varargs: string, kwargs: string, name: string],
  list: unknown,
  dict: unknown,
): Record<string, unknown> {
  const [parameterText, varargs, kwargs, name] = shape;
  const parameters = names(parameterText);
  const items = list === null ? [] : iterate(list);
  const result: Record<string, unknown> = {};
  const free = parameters.slice(given);
  for (const [index, item] of items.slice(0, free.length).entries()) result[free[index]!] = item;
  const more = items.slice(free.length);
  if (more.length > 0) {
    if (varargs === "") throw new ValueProblem(`macro '${name}' takes not more than ${parameters.length} argument(s)`);
    result["varargs"] = Tuple.of(...more);
  }
  const extra: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(keywordsOf(dict))) {
    if (Object.hasOwn(result, key) || (parameters.indexOf(key) >= 0 && parameters.indexOf(key) < given))
      throw new ValueProblem(`macro '${name}' got multiple values for argument '${key}'`);
    if (parameters.includes(key)) result[key] = value;
    else if (kwargs !== "") extra[key] = value;
    else throw new ValueProblem(`macro '${name}' takes no keyword argument '${key}'`);
  }
  if (Object.keys(extra).length > 0) result["kwargs"] = extra;
  return result;
}
