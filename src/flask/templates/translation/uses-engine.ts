import type { Expression } from "../language/ast.ts";
import type { Scope } from "./scope.ts";
import type { TranslationState } from "./translation-state.ts";

/** Tests that a name passes also if it stands for a macro, which only the engine can see. */
export const TESTS_OF_NAMES: readonly string[] = ["defined", "undefined", "callable"];

/**
 * Whether a part of this expression is a macro, or calls one, or perhaps does: macros belong to the
 * engine. Plain variables and members of loops do not count: to evaluate them too early does no
 * harm.
 */
export function usesEngine(node: unknown, scope: Scope, state: TranslationState): boolean {
  if (Array.isArray(node)) return node.some((item) => usesEngine(item, scope, state));
  if (typeof node !== "object" || node === null) return false;
  return decide(node as Expression, scope, state) ?? Object.values(node).some((item) => usesEngine(item, scope, state));
}

/** Undefined if that depends on the parts of the expression. */
function decide(node: Expression, scope: Scope, state: TranslationState): boolean | undefined {
  if (node.is === "name") return isMacro(node.name, scope);
  if (node.is === "attribute") {
    if (node.of.is !== "name" || !isMacro(node.of.name, scope)) return undefined;
    // An import inside of a condition may not have run.
    return scope.find(node.of.name)?.kind === "module";
  }
  if (node.is === "call") {
    const { of } = node;
    if (of.is === "name") return mayBeMacro(of.name, scope, state) ? true : undefined;
    if (of.is !== "attribute" || of.of.is !== "name" || !isMacro(of.of.name, scope)) return undefined;
    return isLocalCycle(node, scope) ? usesEngine(node.args, scope, state) : true;
  }
  if (node.is !== "test" || node.of.is !== "name" || !TESTS_OF_NAMES.includes(node.name)) return undefined;
  const binding = scope.find(node.of.name);
  return binding !== undefined && binding.kind !== "local" ? true : undefined;
}

/** Whether this is `loop.cycle()` in a compiled loop. */
export function isLocalCycle({ of }: Extract<Expression, { is: "call" }>, scope: Scope): boolean {
  if (of.is !== "attribute" || of.name !== "cycle" || of.of.is !== "name") return false;
  return scope.find(of.of.name)?.kind === "local-loop";
}

/**
 * Whether a name that is called can be that of a macro: a parameter, and also a variable of a
 * template that includes this one, may hold one.
 */
export function mayBeMacro(name: string, scope: Scope, state: TranslationState): boolean {
  const binding = scope.find(name);
  return binding === undefined ? !state.around.isGlobal(name) : binding.kind !== "local";
}

/** Whether a name stands for a macro, an imported template or a loop, and for no value. */
function isMacro(name: string, scope: Scope): boolean {
  const binding = scope.find(name);
  return binding === undefined ? name === "self" || name === "super" : !["value", "local"].includes(binding.kind);
}
