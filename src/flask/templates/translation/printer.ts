import { ValueProblem } from "../errors.ts";
import type { Expression } from "../language/ast.ts";
import { mustExist } from "../values/kinds.ts";
import { print, toHtml } from "../values/print.ts";
import type { Running } from "./code.ts";
import type { TranslationState } from "./translation-state.ts";

/** Filters that return generators in Jinja, which prints their address. */
const GENERATORS = ["map", "select", "reject", "selectattr", "rejectattr", "batch", "slice", "unique", "items"];

/** How the value of `{{ … }}` is printed at this place. */
export function printerOf(state: TranslationState): (running: Running, value: unknown) => string {
  const toText = state.escape ? toHtml : print;
  return ({ facades }, value) => {
    if (facades.has(value))
      throw new ValueProblem("request, session, g and config have no printed form. Fix: print one of their members.");
    if (value instanceof Promise) mustExist(value);
    return toText(value);
  };
}

/** Refuses `{{ … }}` of a filter with a result that has no printed form. */
export function checkOutput(node: Expression, line: number, state: TranslationState): void {
  if (node.is === "filter" && GENERATORS.includes(node.name))
    state.fail(
      line,
      `The result of '${node.name}' is a generator, which has no printed form. Fix: add |list or |join.`,
    );
}
