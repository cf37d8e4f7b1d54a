import type { Expression } from "../language/ast.ts";
import { isTrue } from "../values/compare.ts";
import { MARK } from "../values/handles.ts";
import type { CallName, Running } from "./code.ts";
import { ExpressionCompiler } from "./compile-expression.ts";
import { emitEngine } from "./emit-engine.ts";
import { isLoopFlag, isLoopNumber } from "./emit-loop-value.ts";
import { emitMacroCall } from "./emit-macro-call.ts";
import { literal } from "./engine-text.ts";
import type { Compiled, Expressions } from "./expressions.ts";
import { printerOf } from "./printer.ts";
import { isOfEngine, type Scope } from "./scope.ts";
import type { TranslationState } from "./translation-state.ts";
import { usesEngine } from "./uses-engine.ts";

/** Translates the expressions of one template. */
export class ExpressionTranslator implements Expressions {
  readonly #state: TranslationState;

  constructor(state: TranslationState) {
    this.#state = state;
  }

  value(node: Expression, scope: Scope, captured?: string): string {
    const own = this.engine(node, scope) ?? emitConstant(node);
    if (own !== undefined) return own;
    return this.code("__text", node, scope, ({ handles }, value) => handles.encode(value), { captured });
  }

  condition(node: Expression, scope: Scope): string {
    if (isLoopFlag(node, scope)) return this.value(node, scope);
    const { is } = node;
    const usesMacros = usesEngine(node, scope, this.#state);
    if (is === "not" && (isLoopFlag(node.of, scope) || usesMacros)) return `(not ${this.condition(node.of, scope)})`;
    if ((is === "and" || is === "or") && usesMacros)
      return `(${this.condition(node.left, scope)} ${is} ${this.condition(node.right, scope)})`;
    const own = is === "test" ? this.engine(node, scope) : undefined;
    if (own !== undefined) return own;
    const binding = is === "name" ? scope.find(node.name) : undefined;
    if (isOfEngine(binding) && binding.kind !== "value")
      return binding.emit === "caller" ? "(caller is defined)" : "true";
    return this.code("__text", node, scope, (_, value) => isTrue(value));
  }

  output(node: Expression, scope: Scope, captured?: string): string {
    const macro = node.is === "call" ? emitMacroCall(node, scope, this.#state) : undefined;
    if (macro !== undefined) return macro;
    if (isLoopNumber(node, scope)) return this.value(node, scope);
    return this.code("__text", node, scope, printerOf(this.#state), { captured });
  }

  code(
    call: CallName,
    node: Expression,
    scope: Scope,
    finish: (running: Running, value: unknown) => unknown,
    { line = node.line, captured }: { readonly line?: number; readonly captured?: string | undefined } = {},
  ): string {
    const compiler = new ExpressionCompiler(scope, this.#state, [], captured);
    const run = compiler.compile(node);
    return this.#state.call(
      call,
      line,
      (running, given) => {
        const value = run(running, given);
        running.line = line;
        return finish(running, value);
      },
      compiler.inputs,
    );
  }

  engine(node: Expression, scope: Scope): string | undefined {
    return emitEngine(node, scope, this.#state);
  }

  operation(node: Expression, scope: Scope): Compiled {
    const compiler = new ExpressionCompiler(scope, this.#state);
    const run = compiler.operation(node);
    return { run, inputs: compiler.inputs };
  }
}

/** Constants that the engine has too. */
function emitConstant(node: Expression): string | undefined {
  if (node.is !== "constant") return undefined;
  const { value } = node;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value.isWellFormed() && !value.startsWith(MARK) ? literal(value) : undefined;
}
