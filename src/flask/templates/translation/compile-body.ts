import type { Body, Statement } from "../language/ast.ts";
import { isTrue } from "../values/compare.ts";
import type { Code } from "./code.ts";
import { ExpressionCompiler } from "./compile-expression.ts";
import { compileFor, localScope } from "./compile-for.ts";
import { checkText } from "./engine-text.ts";
import type { Compiled } from "./expressions.ts";
import { checkOutput, printerOf } from "./printer.ts";
import type { Scope } from "./scope.ts";
import type { TranslationState } from "./translation-state.ts";
import { usesEngine } from "./uses-engine.ts";

/**
 * Where the statements end that need nothing of the engine: text, output, conditions and loops
 * without macros, assignments, blocks and other templates. It is the start if the first statement
 * is text, which the engine prints for less, or needs the engine.
 */
export function endOfCompilable(body: Body, start: number, scope: Scope, state: TranslationState): number {
  if (body[start]!.is === "text") return start;
  let end = start;
  while (end < body.length && isCompilable(body[end]!, scope, state)) end++;
  // The engine prints text at the end for less.
  while (end > start && body[end - 1]!.is === "text") end--;
  return end;
}

/**
 * Compiles statements that `endOfCompilable` has found, to one function that returns their text.
 */
export function compileBody(
  body: Body,
  scope: Scope,
  state: TranslationState,
  inputs: string[] = [],
): Compiled & { readonly run: (...given: Parameters<Code>) => string } {
  const parts = body.map((node) => compileStatement(node, scope, state, inputs));
  const run = (...[running, given]: Parameters<Code>): string => {
    let text = "";
    for (const part of parts) text += typeof part === "string" ? part : (part(running, given) as string);
    return text;
  };
  return { run, inputs };
}

function isCompilable(node: Statement, scope: Scope, state: TranslationState): boolean {
  const all = (body: Body | undefined, inner: Scope): boolean =>
    body?.every((item) => isCompilable(item, inner, state)) ?? true;
  switch (node.is) {
    case "text":
      return true;
    case "output":
      return !usesEngine(node.value, scope, state);
    case "if":
      return (
        node.branches.every(({ test, body }) => !usesEngine(test, scope, state) && all(body, scope)) &&
        all(node.otherwise, scope)
      );
    case "for": {
      if (node.recursive || usesEngine(node.of, scope, state)) return false;
      const { inner, filterScope } = localScope(node, scope, () => 0);
      return !usesEngine(node.filter, filterScope, state) && all(node.body, inner) && all(node.otherwise, scope);
    }
    default:
      return false;
  }
}

function compileStatement(node: Statement, scope: Scope, state: TranslationState, inputs: string[]): string | Code {
  const compiler = new ExpressionCompiler(scope, state, inputs);
  const inside = (body: Body, inner: Scope): Code => compileBody(body, inner, state, inputs).run;
  switch (node.is) {
    case "text":
      checkText(node.text, node.line, state);
      return node.text;
    case "output": {
      checkOutput(node.value, node.line, state);
      const { line } = node.value;
      const value = compiler.compile(node.value);
      const printer = printerOf(state);
      return (running, given) => {
        const found = value(running, given);
        running.line = line;
        return printer(running, found);
      };
    }
    case "if": {
      const branches = node.branches.map(({ test, body }) => ({
        line: test.line,
        test: compiler.compile(test),
        body: inside(body, scope),
      }));
      const otherwise = inside(node.otherwise ?? [], scope);
      return (running, given) => {
        for (const { line, test, body } of branches) {
          const found = test(running, given);
          running.line = line;
          if (isTrue(found)) return body(running, given);
        }
        return otherwise(running, given);
      };
    }
    case "for":
      return compileFor(node, compiler, inside);
    default:
      throw new TypeError(`{% ${node.is} %} is the engine's`);
  }
}
