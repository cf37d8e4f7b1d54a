import type { FilterContext } from "../values/filter.ts";
import type { Handles } from "../values/handles.ts";

/** How a template is looked up that another one names. */
export interface Lookup {
  readonly ignoreMissing: boolean;
  /** Whether it sees the context of the rendering. */
  readonly context: boolean;
}

/** The rendering that code runs in. */
export interface Running {
  readonly handles: Handles;
  /** Values that the engine's `and` and `or` have put aside. */
  readonly aside: unknown[];
  /** What filters see where values are escaped, and where they are not. */
  readonly escaping: FilterContext;
  readonly plain: FilterContext;
  /** Flask's own objects, which have no printed form here. */
  readonly facades: ReadonlySet<unknown>;
  /** The engine's name of a template, which is loaded. */
  readonly find: (name: unknown, lookup: Lookup) => string;
  /** Variables of compiled loops, by their slots. */
  readonly locals: unknown[];
  /** The line of the operation that runs, for an error of it. */
  line: number;
}

/**
 * A part of a template as a function.
 *
 * @param given what the engine passed: the number of the code, and then the values of its inputs,
 *   which `running.handles` decodes.
 */
export type Code = (running: Running, given: readonly unknown[]) => unknown;

/** Code that the engine calls by a number, and where it stands in which template. */
export interface NumberedCode {
  readonly template: string;
  readonly line: number;
  readonly run: Code;
}

/** The functions of ours that the engine calls, and what they return after an error. */
export const CALLS = {
  __text: "",
  __list: [],
  __record: {},
  /** The name of a template, here of an empty one. */
  __template: "empty.txt",
} as const;

export type CallName = keyof typeof CALLS;
