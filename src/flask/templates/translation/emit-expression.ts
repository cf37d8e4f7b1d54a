import type { Expression } from "../language/ast.ts";
import { isTrue } from "../values/compare.ts";
import { mustExist } from "../values/kinds.ts";
import { MARK } from "../values/handles.ts";
import { print, toHtml } from "../values/print.ts";
import { ValueProblem } from "../errors.ts";
import type { CallName, Running } from "./code.ts";
import { compileExpression } from "./compile-expression.ts";
import { emitEngine } from "./emit-engine.ts";
import { emitMacroCall } from "./emit-macro-call.ts";
import { isLoopFlag, isLoopNumber } from "./emit-loop-value.ts";
import { literal } from "./engine-text.ts";
import type { Scope } from "./scope.ts";
import type { TranslationState } from "./translation-state.ts";
import { usesEngine } from "./uses-engine.ts";

/** An expression in the engine's language. Its value is one that `Handles` has encoded. */
export function emitValue(node: Expression, scope: Scope, state: TranslationState, captured?: string): string {
  const own = emitEngine(node, scope, state) ?? emitConstant(node);
  if (own !== undefined) return own;
  return emitCode("__text", node, scope, state, (running, value) => running.handles.encode(value), { captured });
}

/**
 * A call of the compiled expression.
 *
 * @param finish makes what the engine gets: what follows `__` in the name of the call.
 */
export function emitCode(
  call: CallName,
  node: Expression,
  scope: Scope,
  state: TranslationState,
  finish: (running: Running, value: unknown) => unknown,
  { line = node.line, captured }: { readonly line?: number; readonly captured?: string | undefined } = {},
): string {
  const { run, inputs } = compileExpression(node, scope, state, captured);
  return state.call(
    call,
    line,
    (running, given) => {
      const value = run(running, given);
      running.line = line;
      return finish(running, value);
    },
    inputs,
  );
}

/** An expression as a condition: a boolean of the engine. */
export function emitCondition(node: Expression, scope: Scope, state: TranslationState): string {
  if (isLoopFlag(node, scope)) return emitValue(node, scope, state);
  if (node.is === "not" && (isLoopFlag(node.of, scope) || usesEngine(node.of, scope, state)))
    return `(not ${emitCondition(node.of, scope, state)})`;
  if ((node.is === "and" || node.is === "or") && usesEngine(node, scope, state))
    return `(${emitCondition(node.left, scope, state)} ${node.is} ${emitCondition(node.right, scope, state)})`;
  if (node.is === "test") {
    const own = emitEngine(node, scope, state);
    if (own !== undefined) return own;
  }
  if (node.is === "name") {
    const binding = scope.find(node.name);
    if (node.name === "caller" && binding !== undefined) return `(${binding.emit} is defined)`;
    if (binding !== undefined && binding.kind !== "value") return "true";
  }
  return emitCode("__text", node, scope, state, (_, value) => isTrue(value));
}

/** What stands in `{{ … }}`: an expression whose value is printed as Jinja prints it. */
export function emitOutput(node: Expression, scope: Scope, state: TranslationState, captured?: string): string {
  if (node.is === "call") {
    const macro = emitMacroCall(node, scope, state);
    if (macro !== undefined) return macro;
  }
  if (isLoopNumber(node, scope)) return emitValue(node, scope, state);
  const toText = state.escape ? toHtml : print;
  const printed = (running: Running, value: unknown): string => {
    if (running.facades.has(value))
      throw new ValueProblem("request, session, g and config have no printed form. Fix: print one of their members.");
    if (value instanceof Promise) mustExist(value);
    return toText(value);
  };
  return emitCode("__text", node, scope, state, printed, { captured });
}

/** Constants that the engine has too. */
function emitConstant(node: Expression): string | undefined {
  if (node.is !== "constant") return undefined;
  const { value } = node;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value.isWellFormed() && !value.startsWith(MARK) ? literal(value) : undefined;
}
