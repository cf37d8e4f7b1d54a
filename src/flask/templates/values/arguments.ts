import { Tuple } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { keywordsOf } from "./call.ts";
import { iterate } from "./compare.ts";
import { mustExist, type Keywords } from "./kinds.ts";

/** The arguments of a call with `*list` and `**dict`, if it has them; null stands for none. */
export function joinArguments(
  positional: readonly unknown[],
  named: Keywords,
  list: unknown,
  dict: unknown,
): { args: readonly unknown[]; keywords: Keywords } {
  const args = list === null ? positional : [...positional, ...iterate(list)];
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

/** How a macro may be called. */
interface Parameters {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly varargs: boolean;
  readonly kwargs: boolean;
}

/**
 * `*` and `**` of a macro's call: the values by the names of the parameters.
 *
 * @param given how many parameters have a positional argument already.
 */
export function spread(
  given: number,
  { name, parameters, varargs, kwargs }: Parameters,
  list: unknown,
  dict: unknown,
): Record<string, unknown> {
  const items = list === null ? [] : iterate(list);
  const result: Record<string, unknown> = {};
  const free = parameters.slice(given);
  for (const [index, item] of items.slice(0, free.length).entries()) result[free[index]!] = item;
  const more = items.slice(free.length);
  if (more.length > 0) {
    if (!varargs) throw new ValueProblem(`macro '${name}' takes not more than ${parameters.length} argument(s)`);
    result["varargs"] = Tuple.of(...more);
  }
  const extra: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(keywordsOf(dict))) {
    if (Object.hasOwn(result, key) || (parameters.indexOf(key) >= 0 && parameters.indexOf(key) < given))
      throw new ValueProblem(`macro '${name}' got multiple values for argument '${key}'`);
    if (parameters.includes(key)) result[key] = value;
    else if (kwargs) extra[key] = value;
    else throw new ValueProblem(`macro '${name}' takes no keyword argument '${key}'`);
  }
  if (Object.keys(extra).length > 0) result["kwargs"] = extra;
  return result;
}
