import { Tuple } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { bind, integer } from "./bind.ts";
import { areEqual, iterate } from "./compare.ts";
import { Builtin, mappingOf, Range, DictView, type Mapping } from "./kinds.ts";
import { sorted } from "./sorted.ts";

type ListMethod = (list: unknown[], args: readonly unknown[], keywords: Readonly<Record<string, unknown>>) => unknown;
const at = (list: readonly unknown[], item: unknown): number => list.findIndex((other) => areEqual(other, item));

export const LIST: Readonly<Record<string, ListMethod>> = {
  append: (list, args, keywords) => void list.push(bind("append", ["object!"], args, keywords)[0]),
  extend: (list, args, keywords) => void list.push(...iterate(bind("extend", ["iterable!"], args, keywords)[0])),
  insert: (list, args, keywords) => {
    const [index, item] = bind("insert", ["index!", "object"], args, keywords);
    list.splice(integer(index), 0, item);
  },
  pop: (list, args, keywords) => {
    const index = integer(bind("pop", ["index"], args, keywords)[0], -1);
    const from = index < 0 ? index + list.length : index;
    if (from < 0 || from >= list.length)
      throw new ValueProblem(list.length === 0 ? "pop from empty list" : "pop index out of range");
    return list.splice(from, 1)[0];
  },
  remove: (list, args, keywords) => {
    const from = at(list, bind("remove", ["value!"], args, keywords)[0]);
    if (from === -1) throw new ValueProblem("list.remove(x): x not in list");
    list.splice(from, 1);
  },
  index: (list, args, keywords) => {
    const found = at(list, bind("index", ["value!"], args, keywords)[0]);
    if (found === -1) throw new ValueProblem("the value is not in the list");
    return found;
  },
  count: (list, args, keywords) => {
    const [item] = bind("count", ["value!"], args, keywords);
    return list.filter((other) => areEqual(other, item)).length;
  },
  sort: (list, args, keywords) => {
    const [, reverse] = bind("sort", ["key", "reverse"], args, keywords);
    const items = sorted(list, (item) => item, reverse === true);
    list.splice(0, list.length, ...items);
  },
  reverse: (list) => void list.reverse(),
  clear: (list) => void list.splice(0),
  copy: (list) => [...list],
};

/** Python's methods of lists; they return None where JavaScript returns nothing. */
export function listMethod(list: readonly unknown[], name: string): Builtin | undefined {
  if (list instanceof DictView) return undefined;
  if ((list instanceof Tuple || list instanceof Range) && name !== "index" && name !== "count") return undefined;
  return new Builtin(name, (args, keywords) => LIST[name]!(list as unknown[], args, keywords) ?? null);
}

type DictMethod = (mapping: Mapping, args: readonly unknown[], keywords: Readonly<Record<string, unknown>>) => unknown;

export const DICT: Readonly<Record<string, DictMethod>> = {
  get: (mapping, args, keywords) => {
    const [key, otherwise = null] = bind("get", ["key!", "default", "type"], args, keywords);
    return mapping.has(key) ? mapping.get(key) : otherwise;
  },
  keys: (mapping) => new DictView("keys", mapping.keys()),
  values: (mapping) =>
    new DictView(
      "values",
      mapping.keys().map((key) => mapping.get(key)),
    ),
  items: (mapping) =>
    new DictView(
      "items",
      mapping.keys().map((key) => Tuple.of(key, mapping.get(key))),
    ),
  pop: (mapping, args, keywords) => {
    const [key, otherwise] = bind("pop", ["key!", "default"], args, keywords);
    if (!mapping.has(key)) {
      if (args.length > 1) return otherwise ?? null;
      throw new ValueProblem("the dict has no such key to pop");
    }
    const value = mapping.get(key);
    mapping.delete(key);
    return value;
  },
  setdefault: (mapping, args, keywords) => {
    const [key, otherwise = null] = bind("setdefault", ["key!", "default"], args, keywords);
    if (!mapping.has(key)) mapping.set(key, otherwise);
    return mapping.get(key);
  },
  update: (mapping, args, keywords) => {
    const other = mappingOf(args[0]);
    if (other !== undefined) for (const key of other.keys()) mapping.set(key, other.get(key));
    else if (args.length > 0)
      for (const pair of iterate(args[0])) {
        const [key, value, ...rest] = iterate(pair);
        if (key === undefined || rest.length > 0)
          throw new ValueProblem("update() takes a dict, or pairs of key and value");
        mapping.set(key, value);
      }
    for (const [key, value] of Object.entries(keywords)) mapping.set(key, value);
    return null;
  },
  clear: (mapping) => {
    for (const key of mapping.keys()) mapping.delete(key);
    return null;
  },
  copy: (mapping) => new Map(mapping.keys().map((key) => [key, mapping.get(key)])),
};
