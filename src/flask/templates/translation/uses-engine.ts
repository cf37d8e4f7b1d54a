import type { Expression } from "../language/ast.ts";
import type { Scope } from "./scope.ts";
import type { TranslationState } from "./translation-state.ts";

/** Tests that a name passes also if it stands for a macro, which only the engine can see. */
export const TESTS_OF_NAMES = ["defined", "undefined", "callable"];

/**
 * Whether a part of this expression is a macro, or calls one, or perhaps does: macros belong to the
 * engine. Plain variables do not count.
 */
export function usesEngine(node: unknown, scope: Scope, state: TranslationState): boolean {
  if (Array.isArray(node)) return node.some((item) => usesEngine(item, scope, state));
  if (typeof node !== "object" || node === null) return false;
  return (
    isOfEngine(node as Expression, scope, state) ?? Object.values(node).some((item) => usesEngine(item, scope, state))
  );
}

/** Undefined if that depends on the parts of the expression. */
function isOfEngine(node: Expression, scope: Scope, state: TranslationState): boolean | undefined {
  if (node.is === "name") return isMacro(node.name, scope);
  if (node.is === "attribute") return node.of.is === "name" && isMacro(node.of.name, scope) ? false : undefined;
  if (node.is === "call") {
    if (node.of.is === "name")
      return scope.find(node.of.name) !== undefined || !state.around.isGlobal(node.of.name) ? true : undefined;
    return node.of.is === "attribute" && node.of.of.is === "name" && isMacro(node.of.of.name, scope) ? true : undefined;
  }
  if (node.is === "test" && node.of.is === "name" && scope.find(node.of.name) !== undefined)
    return TESTS_OF_NAMES.includes(node.name) ? true : undefined;
  return undefined;
}

/** Whether a name stands for a macro, an imported template or a loop, and for no value. */
function isMacro(name: string, scope: Scope): boolean {
  const binding = scope.find(name);
  return binding === undefined ? name === "self" || name === "super" : binding.kind !== "value";
}
