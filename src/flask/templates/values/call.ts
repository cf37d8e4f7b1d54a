import { Markup } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { Builtin, Float, mappingOf, mustExist, typeName, Undefined, type Keywords } from "./kinds.ts";

/**
 * Calls a function of a template or of the application.
 *
 * One of the application gets the positional arguments, and after them the keyword arguments as one
 * plain object, if there are any.
 */
export function callValue(value: unknown, args: readonly unknown[], keywords: Keywords): unknown {
  mustExist(value);
  if (value instanceof Builtin) return value.call(args, keywords);
  if (typeof value !== "function") throw new ValueProblem(`'${typeName(value)}' object is not callable`);
  return callForeign(value as (...given: unknown[]) => unknown, args, keywords);
}

export function callForeign(
  run: (...given: unknown[]) => unknown,
  args: readonly unknown[],
  keywords: Keywords,
): unknown {
  const given = args.map(handOver);
  const named = Object.entries(keywords).map(([key, item]) => [key, handOver(item)] as const);
  return run(...given, ...(named.length > 0 ? [Object.fromEntries(named)] : []));
}

/** A value as a function of the application expects it: JavaScript's kinds, and no others. */
export function handOver(value: unknown): unknown {
  if (value instanceof Float) return value.value;
  if (value instanceof Undefined) return undefined;
  if (value instanceof Markup) return value.html;
  if (value instanceof Builtin) return (...args: unknown[]) => value.call(args, {});
  return value;
}

/** `**dict` of a call. */
export function keywordsOf(value: unknown): Record<string, unknown> {
  if (value === null) return {};
  mustExist(value);
  const mapping = mappingOf(value);
  if (mapping === undefined) throw new ValueProblem(`argument after ** must be a mapping, not ${typeName(value)}`);
  return Object.fromEntries(
    mapping.keys().map((key) => {
      if (typeof key !== "string") throw new ValueProblem("keywords must be strings");
      return [key, mapping.get(key)];
    }),
  );
}
