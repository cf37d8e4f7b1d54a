import type { Expression, Target } from "../language/ast.ts";
import { unpack } from "../values/arguments.ts";
import { iterate } from "../values/compare.ts";
import type { Handles } from "../values/handles.ts";
import type { Scope } from "./scope.ts";
import type { TranslationState } from "./translation-state.ts";

/** What the engine loops over: a list, with each item taken apart for the names of the loop. */
export function emitItems(
  node: Expression,
  pattern: string,
  line: number,
  scope: Scope,
  state: TranslationState,
): string {
  return state.expressions.code(
    "__list",
    node,
    scope,
    ({ handles }, value) => {
      const items = iterate(value);
      return pattern === ""
        ? items.map((item) => handles.encode(item))
        : items.map((item) => partsOf(handles, pattern, item));
    },
    { line },
  );
}

/** A value that is taken apart for several names, as a list of the engine. */
export function emitUnpacked(
  node: Expression,
  target: Target,
  line: number,
  scope: Scope,
  state: TranslationState,
): string {
  const pattern = patternOf(target);
  return state.expressions.code(
    "__list",
    node,
    scope,
    ({ handles }, value) => unpack(pattern, value).map((part) => handles.encode(part)),
    { line },
  );
}

/** `.` for a name, `(..)` for two names in a tuple; empty for one name alone. */
export function patternOf(target: Target): string {
  const shape = (part: Target): string => (typeof part === "string" ? "." : `(${part.map(shape).join("")})`);
  return typeof target === "string" ? "" : shape(target);
}

function partsOf(handles: Handles, pattern: string, item: unknown): unknown {
  const parts = unpack(pattern, item).map((part) => handles.encode(part));
  // The engine has no target of one name in parentheses.
  return parts.length === 1 ? parts[0] : parts;
}
