import type { Expression } from "../language/ast.ts";
import { nearest } from "../language/nearest.ts";
import { attributeOf } from "../values/attributes.ts";
import { callValue } from "../values/call.ts";
import { isTrue } from "../values/compare.ts";
import { runFilter, type Filter } from "../values/filter.ts";
import type { Code } from "./code.ts";
import { compileArguments } from "./compile-arguments.ts";
import { compileCycle } from "./compile-attribute.ts";
import type { Many, Operands } from "./operands.ts";
import { isLocalCycle } from "./uses-engine.ts";

/** A call of a function or a method. Macros are called by the engine. */
export function compileCall(node: Extract<Expression, { is: "call" }>, compiler: Operands): Code {
  if (isLocalCycle(node, compiler.scope)) return compileCycle(node, compiler);
  const { of, args, line } = node;
  const { nodes, read } = compileArguments(args);
  const method = of.is === "attribute" ? of : undefined;
  return compiler.many(line, [method === undefined ? of : method.of, ...nodes], ([callee, ...values]) => {
    const found = method === undefined ? callee : attributeOf(callee, method.name);
    const { args: positional, keywords } = read(values);
    return callValue(found, positional, keywords);
  });
}

/**
 * `value|name(…)` and `value is name(…)`.
 *
 * @param captured what a filter without a value is applied to, in the engine's language.
 */
export function compileFilter(
  node: Extract<Expression, { is: "filter" | "test" }>,
  known: ReadonlyMap<string, Filter>,
  compiler: Operands,
  captured?: string,
): Code {
  const { is, name, args, line } = node;
  const { state } = compiler;
  const found = known.get(name) ?? state.fail(line, `No ${is} named '${name}'. ${nearest(name, [...known.keys()])}`);
  const { nodes, read } = compileArguments(args);
  const { escape } = state;
  const run: Many = ([value, ...values], running) => {
    const { args: positional, keywords } = read(values);
    const context = escape ? running.escaping : running.plain;
    const result = runFilter(found, name, context, value, positional, keywords);
    return is === "test" ? isTrue(result) : result;
  };
  if (node.of !== undefined) return compiler.many(line, [node.of, ...nodes], run);
  const text = compiler.input(captured!);
  const operands = compiler.many(line, nodes, (values) => values);
  return (running, given) => run([text(running, given), ...(operands(running, given) as unknown[])], running);
}
