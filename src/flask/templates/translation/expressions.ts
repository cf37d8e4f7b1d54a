import type { Expression } from "../language/ast.ts";
import type { CallName, Code, Running } from "./code.ts";
import type { Scope } from "./scope.ts";

/** An expression as a function, and what the engine has to pass to it. */
export interface Compiled {
  readonly run: Code;
  /** Expressions in the engine's language: variables, and calls of macros. */
  readonly inputs: readonly string[];
}

/**
 * The translation of expressions. Its parts need each other, and reach each other by this. Texts
 * are in the engine's language.
 */
export interface Expressions {
  /**
   * An expression, with a value that `Handles` has encoded.
   *
   * @param captured what a filter without a value is applied to, in the engine's language.
   */
  value(node: Expression, scope: Scope, captured?: string): string;
  /** An expression as a condition: a boolean of the engine. */
  condition(node: Expression, scope: Scope): string;
  /** What stands in `{{ … }}`: an expression whose value is printed as Jinja prints it. */
  output(node: Expression, scope: Scope, captured?: string): string;
  /**
   * A call of the compiled expression.
   *
   * @param finish makes what the engine gets: what follows `__` in the name of the call.
   */
  code(
    call: CallName,
    node: Expression,
    scope: Scope,
    finish: (running: Running, value: unknown) => unknown,
    options?: { readonly line?: number; readonly captured?: string | undefined },
  ): string;
  /** What the engine evaluates itself: see `emitEngine`. */
  engine(node: Expression, scope: Scope): string | undefined;
  /** Compiles an expression that may also be the engine's, as if it were not. */
  operation(node: Expression, scope: Scope): Compiled;
}
