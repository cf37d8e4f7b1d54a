import { Tuple } from "../../index.ts";
import { ValueProblem } from "./errors.ts";
import type { Filter, FilterContext } from "./filters/filter.ts";
import { Namespace } from "./filters/globals.ts";
import type { Place } from "./language/emit-state.ts";
import { attributeOf, itemOf } from "./values/attributes.ts";
import { bind } from "./values/bind.ts";
import { callValue, keywordsOf } from "./values/call.ts";
import { areEqual, contains, isTrue, iterate, order } from "./values/compare.ts";
import { isPlain, isText, mustExist, type Keywords } from "./values/kinds.ts";
import { binary, joinTexts, slice, unary } from "./values/operators.ts";
import { print, toHtml } from "./values/print.ts";

/** What a function of the engine can reach: the rendering that calls it. */
export interface Rendering {
  /** Values that `and` and `or` have put aside. */
  readonly aside: unknown[];
  readonly filters: ReadonlyMap<string, Filter>;
  readonly tests: ReadonlyMap<string, Filter>;
  readonly random: () => number;
  /** The engine's name of a template, which is loaded. */
  readonly find: (name: unknown, options: { readonly ignoreMissing: boolean; readonly context: boolean }) => string;
}

/** A function of the engine. Values are decoded before, and encoded after it. */
type EngineFunction = (rendering: Rendering, place: Place, ...values: unknown[]) => unknown;

/** A function that returns what the engine itself understands: a boolean, a text, a list. */
export interface Registered {
  readonly run: EngineFunction;
  readonly raw: boolean;
}

/** The arguments that `pack` has written: counts of names, `*list`, `**dict`, and then the values. */
function unpackArguments(
  names: unknown,
  list: unknown,
  dict: unknown,
  values: readonly unknown[],
): { args: unknown[]; keywords: Keywords } {
  const count = names as number;
  const split = values.length - 2 * count;
  const args = [...values.slice(0, split), ...(list === null ? [] : iterate(list))];
  const named: Record<string, unknown> = {};
  for (let at = split; at < values.length; at += 2) named[values[at] as string] = values[at + 1];
  if (dict === null) return { args, keywords: named };
  const more = keywordsOf(dict);
  for (const key of Object.keys(more))
    if (Object.hasOwn(named, key)) throw new ValueProblem(`got multiple values for keyword argument '${key}'`);
  return { args, keywords: { ...named, ...more } };
}

/** Runs a filter or a test with its arguments in order. */
function runFilter(
  found: Filter,
  name: string,
  context: FilterContext,
  value: unknown,
  args: readonly unknown[],
  keywords: Keywords,
): unknown {
  if (found.parameters === "*") return found.run(context, value, args, keywords);
  return found.run(context, value, bind(name, found.parameters, args, keywords), {});
}

function contextOf(rendering: Rendering, escape: boolean): FilterContext {
  const context: FilterContext = {
    escape,
    random: rendering.random,
    hasFilter: (name) => rendering.filters.has(name),
    hasTest: (name) => rendering.tests.has(name),
    filter: (name, value, args, keywords) =>
      runFilter(rendering.filters.get(name)!, name, context, value, args, keywords),
    test: (name, value, args, keywords) =>
      isTrue(runFilter(rendering.tests.get(name)!, name, context, value, args, keywords)),
  };
  return context;
}

function compare(sign: string, left: unknown, right: unknown): boolean {
  switch (sign) {
    case "==":
      return areEqual(left, right);
    case "!=":
      return !areEqual(left, right);
    case "in":
      return contains(right, left);
    case "not in":
      return !contains(right, left);
    case "<":
      return order(left, right, sign) < 0;
    case "<=":
      return order(left, right, sign) <= 0;
    case ">":
      return order(left, right, sign) > 0;
    default:
      return order(left, right, sign) >= 0;
  }
}

/** Takes a value apart as a target says: `(.(..))`. */
function unpack(pattern: string, value: unknown): unknown[] {
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
      if (index >= items.length)
        throw new ValueProblem(`not enough values to unpack (got ${items.length})`);
      found.push(...walk(items[index++]));
    }
    at++;
    if (index < items.length) throw new ValueProblem(`too many values to unpack (expected ${index})`);
    return found;
  };
  return walk(value);
}

/** The opposite: the engine's list as the tuples that were taken apart. */
function packed(pattern: string, values: readonly unknown[]): unknown {
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

/** By its name in the engine's templates. */
export const ENGINE_FUNCTIONS: Readonly<Record<string, Registered>> = {
  __output: raw((_, { escape }, value) => {
    if (value instanceof Promise) mustExist(value);
    return escape ? toHtml(value) : print(value);
  }),
  __truth: raw((_, _place, value) => isTrue(value)),
  __attribute: values((_, _place, value, name) => attributeOf(value, name as string)),
  __item: values((_, _place, value, key) => itemOf(value, key)),
  __slice: values((_, _place, value, ...parts) => slice(value, parts)),
  __list: values((_, _place, ...items) => items),
  __tuple: values((_, _place, ...items) => Tuple.of(...items)),
  __dict: values((_, _place, ...items) => {
    const entries = Array.from({ length: items.length / 2 }, (_unused, index) => [items[2 * index], items[2 * index + 1]] as const);
    for (const [key] of entries)
      if (typeof key === "object" && key !== null && (isPlain(key) || (Array.isArray(key) && !(key instanceof Tuple))))
        throw new ValueProblem("unhashable type: a dict's key is a text or a number");
    // JavaScript moves keys that look like numbers to the front, and __proto__ is no entry.
    const plain = entries.every(([key]) => typeof key === "string" && !/^\d+$/.test(key) && key !== "__proto__");
    return plain ? Object.fromEntries(entries as [string, unknown][]) : new Map(entries);
  }),
  __unary: values((_, _place, operator, value) => unary(operator as "+" | "-", value)),
  __binary: values((_, _place, operator, left, right) => binary(operator as string, left, right)),
  __concat: values((_, { escape }, ...items) => {
    const texts = items.map((item) => (isText(item) ? item : print(item)));
    return escape ? joinTexts(texts) : texts.map((text) => print(text)).join("");
  }),
  __join: values((_, _place, ...items) => items.map((item) => print(item)).join("")),
  __compare: values((_, _place, first, ...rest) => {
    let left = first;
    for (let at = 0; at < rest.length; at += 2) {
      if (!compare(rest[at] as string, left, rest[at + 1])) return false;
      left = rest[at + 1];
    }
    return true;
  }),
  __push: raw((rendering, _place, value) => {
    rendering.aside.push(value);
    return isTrue(value);
  }),
  __iterate: { run: (_, _place, pattern, value) => {
    const items = iterate(value);
    return pattern === "" ? items : items.map((item) => unpack(pattern as string, item));
  }, raw: false },
  __unpack: { run: (_, _place, pattern, value) => unpack(pattern as string, value), raw: false },
  __assign: values((_, _place, target, name, value) => {
    if (!(target instanceof Namespace)) throw new ValueProblem("cannot assign attribute on non-namespace object. Fix: {% set ns = namespace() %} first.");
    target.assign(name as string, value);
    return "";
  }),
  __call: values((_, _place, count, list, dict, callee, ...rest) => {
    const { args, keywords } = unpackArguments(count, list, dict, rest);
    return callValue(callee, args, keywords);
  }),
  __method: values((_, _place, name, count, list, dict, owner, ...rest) => {
    const { args, keywords } = unpackArguments(count, list, dict, rest);
    return callValue(attributeOf(owner, name as string), args, keywords);
  }),
  __filter: values((rendering, { escape }, name, count, list, dict, value, ...rest) => {
    const { args, keywords } = unpackArguments(count, list, dict, rest);
    return runFilter(rendering.filters.get(name as string)!, name as string, contextOf(rendering, escape), value, args, keywords);
  }),
  __test: values((rendering, { escape }, name, count, list, dict, value, ...rest) => {
    const { args, keywords } = unpackArguments(count, list, dict, rest);
    return isTrue(runFilter(rendering.tests.get(name as string)!, name as string, contextOf(rendering, escape), value, args, keywords));
  }),
  __include: raw((rendering, _place, name, ignoreMissing, context) =>
    rendering.find(name, { ignoreMissing: ignoreMissing === true, context: context === true }),
  ),
  __import: raw((rendering, _place, name, context) =>
    rendering.find(name, { ignoreMissing: false, context: context === true }),
  ),
  __extends: raw((rendering, _place, name, context) =>
    rendering.find(name, { ignoreMissing: false, context: context === true }),
  ),
  __required: raw((_, _place, name) => {
    throw new ValueProblem(`Required block '${name as string}' not found. Fix: define it in the template that extends this one.`);
  }),
};

/** Those without a place as their first argument. */
export const PLACELESS_FUNCTIONS: Readonly<Record<string, (rendering: Rendering, ...values: unknown[]) => unknown>> = {
  __pop: (rendering) => rendering.aside.pop(),
  __drop: (rendering, value) => {
    rendering.aside.pop();
    return value;
  },
};

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
    if (Object.hasOwn(result, key) || parameters.indexOf(key) >= 0 && parameters.indexOf(key) < given)
      throw new ValueProblem(`macro '${name}' got multiple values for argument '${key}'`);
    if (parameters.includes(key)) result[key] = value;
    else if (kwargs !== "") extra[key] = value;
    else throw new ValueProblem(`macro '${name}' takes no keyword argument '${key}'`);
  }
  if (Object.keys(extra).length > 0) result["kwargs"] = extra;
  return result;
}

export { packed };

function values(run: EngineFunction): Registered {
  return { run, raw: false };
}

function raw(run: EngineFunction): Registered {
  return { run, raw: true };
}
