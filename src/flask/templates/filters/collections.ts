import { Markup, Tuple } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { attributeOf } from "../values/attributes.ts";
import { integer, text } from "../values/bind.ts";
import { areEqual, isTrue, iterate, lengthOf, order } from "../values/compare.ts";
import { isText, Lazy, mappingOf, Member, mustExist, textOf, typeName, Undefined } from "../values/kinds.ts";
import { binary, joinTexts } from "../values/operators.ts";
import { print, repr } from "../values/print.ts";
import { sorted } from "../values/sorted.ts";
import { filter, type Filter, type FilterContext } from "../values/filter.ts";
import { choose, prepareMap } from "./choosing.ts";
import { follow } from "./follow.ts";

/** Jinja compares texts without their case, unless asked not to. */
const ignoreCase = (value: unknown): unknown => (isText(value) ? textOf(value).toLowerCase() : value);
const cased = (caseSensitive: unknown): ((value: unknown) => unknown) =>
  isTrue(caseSensitive ?? false) ? (value) => value : ignoreCase;

const keyOf =
  (attribute: unknown, after: (value: unknown) => unknown) =>
  (item: unknown): unknown =>
    after(follow(item, attribute));

/** `sort(attribute="a,b")` has a list of keys, also for one attribute. */
function sortKey(attribute: unknown, after: (value: unknown) => unknown): (item: unknown) => unknown {
  if (attribute === undefined || attribute === null) return after;
  const paths = isText(attribute) ? textOf(attribute).split(",") : [attribute];
  return (item) => paths.map((path) => after(follow(item, path)));
}

function least(values: unknown, caseSensitive: unknown, attribute: unknown, sign: number, name: string): unknown {
  const key = keyOf(attribute, cased(caseSensitive));
  const all = iterate(values);
  const [first, ...rest] = all;
  if (all.length === 0) return new Undefined("No aggregated item, sequence was empty.");
  return rest.reduce(
    (best, item) => (order(key(item), key(best), name === "max" ? ">" : "<") * sign < 0 ? item : best),
    first,
  );
}

/** A group of `groupby`: a pair that also has names. */
class Group extends Tuple {
  get grouper(): unknown {
    return this[0];
  }
  get list(): unknown {
    return this[1];
  }
}

function unique(items: readonly unknown[], key: (item: unknown) => unknown): unknown[] {
  const seen: unknown[] = [];
  const quick = new Set<unknown>();
  return items.filter((item) => {
    const value = key(item);
    if (typeof value === "string") return quick.size < quick.add(value).size;
    if (seen.some((other) => areEqual(other, value))) return false;
    seen.push(value);
    return true;
  });
}

/** The entries of a dict as pairs. */
export const pairsOf = (value: unknown): Tuple[] => {
  if (value === undefined || value instanceof Undefined) return [];
  const mapping = mappingOf(value);
  if (mapping === undefined) throw new ValueProblem("Can only get item pairs from a mapping.");
  return mapping.keys().map((key) => Tuple.of<unknown>(key, mapping.get(key)) as unknown as Tuple);
};

export const COLLECTION_FILTERS: Readonly<Record<string, Filter>> = {
  attr: filter(["name!"], (_, value, name) => {
    mustExist(value);
    return mappingOf(value) === undefined || value instanceof Member
      ? attributeOf(value, text(name, "name"))
      : new Undefined(`'dict object' has no attribute '${text(name, "name")}'`);
  }),
  batch: filter(["linecount!", "fill_with"], (_, value, count, fill) => {
    const items = iterate(value);
    const size = integer(count);
    if (size < 1) throw new ValueProblem("batch takes a number above 0");
    const rows: unknown[][] = [];
    for (let at = 0; at < items.length; at += size) rows.push(items.slice(at, at + size));
    const last = rows.at(-1);
    if (fill !== undefined && fill !== null && last !== undefined) while (last.length < size) last.push(fill);
    return new Lazy(rows);
  }),
  slice: filter(["slices!", "fill_with"], (_, value, slices, fill) => {
    const items = iterate(value);
    const count = integer(slices);
    if (count < 1) throw new ValueProblem("slice takes a number above 0");
    const size = Math.floor(items.length / count);
    const longer = items.length % count;
    let at = 0;
    const columns = Array.from({ length: count }, (_unused, index) => {
      const part = items.slice(at, (at += size + (index < longer ? 1 : 0)));
      if (fill !== undefined && fill !== null && index >= longer) part.push(fill);
      return part;
    });
    return new Lazy(columns);
  }),
  count: filter([], (_, value) => lengthOf(value)),
  length: filter([], (_, value) => lengthOf(value)),
  d: filter(["default_value", "boolean"], fallback),
  default: filter(["default_value", "boolean"], fallback),
  dictsort: filter(["case_sensitive", "by", "reverse"], (_, value, caseSensitive, by, reverse) => {
    const part = by === undefined ? "key" : text(by, "by");
    if (part !== "key" && part !== "value") throw new ValueProblem('You can only sort by either "key" or "value"');
    mustExist(value);
    const adapt = cased(caseSensitive);
    return sorted(pairsOf(value), (pair) => adapt((pair as Tuple)[part === "key" ? 0 : 1]), isTrue(reverse ?? false));
  }),
  first: filter([], (_, value) => {
    const items = iterate(value);
    return items.length === 0 ? new Undefined("No first item, sequence was empty.") : items[0];
  }),
  last: filter([], (_, value) => {
    const items = iterate(value);
    return items.length === 0 ? new Undefined("No last item, sequence was empty.") : items.at(-1);
  }),
  groupby: filter(["attribute!", "default", "case_sensitive"], (_, value, attribute, otherwise, caseSensitive) => {
    const exact = (item: unknown): unknown => follow(item, attribute, otherwise);
    const key = (item: unknown): unknown => cased(caseSensitive)(exact(item));
    const groups: Group[] = [];
    let current: unknown[] | undefined;
    let before: unknown;
    for (const item of sorted(iterate(value), key, false)) {
      const name = key(item);
      if (current === undefined || !areEqual(name, before)) groups.push(new Group(exact(item), (current = [])));
      before = name;
      current.push(item);
    }
    return groups;
  }),
  items: filter([], (_, value) => new Lazy(pairsOf(value))),
  join: filter(["d", "attribute"], (context, value, by, attribute) => {
    const items = iterate(value).map((item) => follow(item, attribute));
    const separator = by === undefined ? "" : by;
    if (!context.escape) return items.map((item) => print(item)).join(print(separator));
    const texts = items.map((item) => (isText(item) ? item : print(item)));
    const safe = separator instanceof Markup || texts.some((item) => item instanceof Markup);
    const between = isText(separator) ? separator : print(separator);
    if (!safe) return texts.map((item) => textOf(item)).join(textOf(between));
    return joinTexts([new Markup(""), ...texts.flatMap((item, index) => (index === 0 ? [item] : [between, item]))]);
  }),
  list: filter([], (_, value) => [...iterate(value)]),
  map: {
    parameters: "*",
    run: (context, value, args, keywords) => {
      // Like Python's generator, nothing is looked at if there is nothing to map.
      const items = isTrue(value) ? iterate(value) : [];
      return new Lazy(items.length === 0 ? [] : items.map(prepareMap(context, args, keywords)));
    },
  },
  max: filter(["case_sensitive", "attribute"], (_, value, sensitive, attribute) =>
    least(value, sensitive, attribute, -1, "max"),
  ),
  min: filter(["case_sensitive", "attribute"], (_, value, sensitive, attribute) =>
    least(value, sensitive, attribute, 1, "min"),
  ),
  random: filter([], ({ random }, value) => {
    const items = isText(value) ? iterate(value) : value;
    if (!Array.isArray(items)) throw new ValueProblem(`random takes a list, and got ${typeName(value)}`);
    return items.length === 0
      ? new Undefined("No random item, sequence was empty.")
      : (items[Math.floor(random() * items.length)] as unknown);
  }),
  reverse: filter([], (_, value) => {
    if (isText(value)) {
      const reversed = iterate(value).reverse().join("");
      return typeof value === "string" ? reversed : new Markup(reversed);
    }
    return new Lazy([...iterate(value)].reverse());
  }),
  select: choose(true, false),
  reject: choose(false, false),
  selectattr: choose(true, true),
  rejectattr: choose(false, true),
  sort: filter(["reverse", "case_sensitive", "attribute"], (_, value, reverse, caseSensitive, attribute) =>
    sorted(iterate(value), sortKey(attribute, cased(caseSensitive)), isTrue(reverse ?? false)),
  ),
  sum: filter(["attribute", "start"], (_, value, attribute, start = 0) =>
    iterate(value).reduce((total, item) => binary("+", total, follow(item, attribute)), start),
  ),
  unique: filter(
    ["case_sensitive", "attribute"],
    (_, value, caseSensitive, attribute) => new Lazy(unique(iterate(value), keyOf(attribute, cased(caseSensitive)))),
  ),
  pprint: filter([], (_, value) => {
    const shown = repr(sortKeys(value));
    if (shown.length > 80)
      throw new ValueProblem("pprint of more than 80 characters is not possible here. Fix: use |tojson(indent=2).");
    return shown;
  }),
};

function fallback(_: FilterContext, value: unknown, otherwise: unknown = "", boolean: unknown = false): unknown {
  const missing = value === undefined || value instanceof Undefined;
  return missing || (isTrue(boolean) && !isTrue(value)) ? otherwise : value;
}

function sortKeys(value: unknown): unknown {
  if (value instanceof Tuple) return Tuple.of(...value.map(sortKeys));
  if (Array.isArray(value)) return value.map(sortKeys);
  const mapping = mappingOf(value);
  if (mapping === undefined) return value;
  return new Map(sorted(mapping.keys(), (key) => key, false).map((key) => [key, sortKeys(mapping.get(key))]));
}
