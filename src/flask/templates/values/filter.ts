import { bind } from "./bind.ts";
import type { Keywords } from "./kinds.ts";

/**
 * The application's own way to write JSON. Where a member is undefined, it is written as Flask
 * does.
 */
export interface JsonWriting {
  /** What to write for a value that JSON does not have. */
  readonly convert?: ((value: unknown) => unknown) | undefined;
  /** Writes a whole value. */
  readonly write?: ((value: unknown) => string) | undefined;
}

/** What a filter or a test may ask about the place where it is used. */
export interface FilterContext {
  /** Whether values are escaped there. */
  readonly escape: boolean;
  /** Calls another filter by its name, as `map("upper")` does. */
  readonly filter: (name: string, value: unknown, args: readonly unknown[], keywords: Keywords) => unknown;
  /** Asks another test by its name, as `select("odd")` does. */
  readonly test: (name: string, value: unknown, args: readonly unknown[], keywords: Keywords) => boolean;
  readonly hasFilter: (name: string) => boolean;
  readonly hasTest: (name: string) => boolean;
  /** Random numbers from 0 to 1. */
  readonly random: () => number;
  /** How the application writes JSON. */
  readonly json: () => JsonWriting;
}

/** A filter: its parameters after the value, and what it does. `*` takes any arguments. */
export interface Filter {
  readonly parameters: readonly string[] | "*";
  readonly run: (context: FilterContext, value: unknown, args: readonly unknown[], keywords: Keywords) => unknown;
}

/** Makes a filter of a function that gets its arguments in the order of the parameters. */
export function filter(
  parameters: readonly string[],
  run: (context: FilterContext, value: unknown, ...args: unknown[]) => unknown,
): Filter {
  return { parameters, run: (context, value, args) => run(context, value, ...args) };
}

/** Runs a filter or a test, with its arguments in the order of its parameters. */
export function runFilter(
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
