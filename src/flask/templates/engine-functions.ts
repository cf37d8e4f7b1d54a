import { Tuple } from "../../index.ts";
import { ValueProblem } from "./errors.ts";
import type { Filter, FilterContext } from "./filters/filter.ts";
import { Namespace } from "./filters/globals.ts";
import type { Place } from "./language/emit-state.ts";
import { attributeOf, itemOf } from "./values/attributes.ts";
import { unpack, unpackArguments } from "./values/arguments.ts";
import { bind } from "./values/bind.ts";
import { callValue } from "./values/call.ts";
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
  /** Flask's own objects, which have no printed form here. */
  readonly facades: ReadonlySet<unknown>;
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

const follow = (start: unknown, path: readonly unknown[]): unknown =>
  path.reduce((value, name) => attributeOf(value, name as string), start);

/** By its name in the engine's templates. */
export const ENGINE_FUNCTIONS: Readonly<Record<string, Registered>> = {
  __output: raw(({ facades }, { escape }, start, ...path) => {
    const value = follow(start, path);
    if (facades.has(value))
      throw new ValueProblem("request, session, g and config have no printed form. Fix: print one of their members.");
    if (value instanceof Promise) mustExist(value);
    return escape ? toHtml(value) : print(value);
  }),
  __truth: raw((_, _place, start, ...path) => isTrue(follow(start, path))),
  __attribute: values((_, _place, start, ...path) => follow(start, path)),
  __item: values((_, _place, value, key) => itemOf(value, key)),
  __slice: values((_, _place, value, ...parts) => slice(value, parts)),
  __list: values((_, _place, ...items) => items),
  __tuple: values((_, _place, ...items) => Tuple.of(...items)),
  __dict: values((_, _place, ...items) => {
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
  __iterate: {
    run: (_, _place, pattern, value) => {
      const items = iterate(value);
      return pattern === "" ? items : items.map((item) => unpack(pattern as string, item));
    },
    raw: false,
  },
  __unpack: { run: (_, _place, pattern, value) => unpack(pattern as string, value), raw: false },
  __assign: values((_, _place, target, name, value) => {
    if (!(target instanceof Namespace))
      throw new ValueProblem("cannot assign attribute on non-namespace object. Fix: {% set ns = namespace() %} first.");
    target.assign(name as string, value);
    return "";
  }),
  __call: values((_, _place, code, callee, ...rest) => {
    const { args, keywords } = unpackArguments(code, rest);
    return callValue(callee, args, keywords);
  }),
  __method: values((_, _place, name, code, owner, ...rest) => {
    const { args, keywords } = unpackArguments(code, rest);
    return callValue(attributeOf(owner, name as string), args, keywords);
  }),
  __filter: values((rendering, { escape }, name, code, value, ...rest) => {
    const { args, keywords } = unpackArguments(code, rest);
    return runFilter(
      rendering.filters.get(name as string)!,
      name as string,
      contextOf(rendering, escape),
      value,
      args,
      keywords,
    );
  }),
  __test: values((rendering, { escape }, name, code, value, ...rest) => {
    const { args, keywords } = unpackArguments(code, rest);
    return isTrue(
      runFilter(
        rendering.tests.get(name as string)!,
        name as string,
        contextOf(rendering, escape),
        value,
        args,
        keywords,
      ),
    );
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
    throw new ValueProblem(
      `Required block '${name as string}' not found. Fix: define it in the template that extends this one.`,
    );
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

function values(run: EngineFunction): Registered {
  return { run, raw: false };
}

function raw(run: EngineFunction): Registered {
  return { run, raw: true };
}
