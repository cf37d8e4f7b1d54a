import { ValueProblem } from "../errors.ts";
import { text } from "../values/bind.ts";
import { isTrue, iterate } from "../values/compare.ts";
import type { Filter, FilterContext } from "../values/filter.ts";
import { Lazy, type Keywords } from "../values/kinds.ts";
import { follow } from "./follow.ts";

/** What `map` does with each item: another filter, or an attribute of it. */
export function prepareMap(
  context: FilterContext,
  args: readonly unknown[],
  keywords: Keywords,
): (item: unknown) => unknown {
  if (args.length === 0 && Object.hasOwn(keywords, "attribute")) {
    const { attribute, default: otherwise, ...rest } = keywords;
    const [unexpected] = Object.keys(rest);
    if (unexpected !== undefined) throw new ValueProblem(`Unexpected keyword argument '${unexpected}'`);
    return (item) => follow(item, attribute, otherwise);
  }
  if (args.length === 0)
    throw new ValueProblem("map requires a filter argument. Fix: map('upper') or map(attribute='name').");
  const name = text(args[0], "the filter's name");
  if (!context.hasFilter(name)) throw new ValueProblem(`No filter named '${name}'.`);
  return (item) => context.filter(name, item, args.slice(1), keywords);
}

/** `select` and its three relatives. */
export function choose(wanted: boolean, byAttribute: boolean): Filter {
  return {
    parameters: "*",
    run: (context, value, args, keywords) => {
      const rest = byAttribute ? args.slice(1) : args;
      if (byAttribute && args.length === 0) throw new ValueProblem("Missing parameter for attribute name");
      const read = (item: unknown): unknown => (byAttribute ? follow(item, args[0]) : item);
      // Jinja asks for the truth first, so None and False are like an empty list.
      const items = isTrue(value) ? iterate(value) : [];
      if (rest.length === 0) return new Lazy(items.filter((item) => isTrue(read(item)) === wanted));
      const name = text(rest[0], "the test's name");
      if (!context.hasTest(name)) throw new ValueProblem(`No test named '${name}'.`);
      return new Lazy(items.filter((item) => context.test(name, read(item), rest.slice(1), keywords) === wanted));
    },
  };
}
