import { isTrue } from "./values/compare.ts";
import { runFilter, type Filter, type FilterContext, type JsonWriting } from "./values/filter.ts";

/** What filters and tests see where values are escaped, and where they are not. */
export interface FilterContexts {
  readonly escaping: FilterContext;
  readonly plain: FilterContext;
}

/** Makes both for one application. The maps may change later. */
export function createFilterContexts(
  filters: ReadonlyMap<string, Filter>,
  tests: ReadonlyMap<string, Filter>,
  json: () => JsonWriting,
): FilterContexts {
  const make = (escape: boolean): FilterContext => {
    const context: FilterContext = {
      escape,
      random: Math.random,
      json,
      hasFilter: (name) => filters.has(name),
      hasTest: (name) => tests.has(name),
      filter: (name, value, args, keywords) => runFilter(filters.get(name)!, name, context, value, args, keywords),
      test: (name, value, args, keywords) => isTrue(runFilter(tests.get(name)!, name, context, value, args, keywords)),
    };
    return context;
  };
  return { escaping: make(true), plain: make(false) };
}
