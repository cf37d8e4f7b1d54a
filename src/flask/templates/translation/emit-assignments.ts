import type { Expression, Statement } from "../language/ast.ts";
import { flatNames } from "../language/parse-tags.ts";
import { ValueProblem } from "../errors.ts";
import { Namespace } from "../values/namespace.ts";
import type { BodyWriter } from "./body-writer.ts";
import { emitUnpacked } from "./emit-items.ts";
import { asText } from "./engine-text.ts";
import { isOfEngine, Scope, type EngineBinding } from "./scope.ts";

/** `{% set name = value %}`, also with several names. */
export function emitAssignment(node: Extract<Statement, { is: "set" }>, scope: Scope, writer: BodyWriter): string {
  const { state } = writer;
  const { target, value, line } = node;
  const tag = writer.tag(line);
  if (typeof target !== "string") {
    const unpacked = `u_${state.unique()}`;
    const list = emitUnpacked(value, target, line, scope, state);
    const parts = flatNames(target).map(
      (name, index) => `{% set ${writer.bindValue(name, scope)} = ${unpacked}[${index}] %}`,
    );
    return `${tag}set ${unpacked} = ${list} %}${parts.join("")}`;
  }
  const alias = macroOf(value, scope);
  if (alias !== undefined) {
    const emit = state.prefix + target;
    scope.bind(target, { ...alias, emit });
    return `${tag}set ${emit} = ${alias.emit} %}`;
  }
  const emitted = state.expressions.value(value, scope);
  return `${tag}set ${writer.bindValue(target, scope)} = ${emitted} %}`;
}

/** The macro, module or loop that a value is, if it is one. */
function macroOf(value: Expression, scope: Scope): EngineBinding | undefined {
  if (value.is === "name") {
    const binding = scope.find(value.name);
    return isOfEngine(binding) && binding.kind !== "value" ? binding : undefined;
  }
  if (value.is !== "attribute" || value.of.is !== "name") return undefined;
  const module = scope.find(value.of.name);
  const signature = module?.kind === "module" ? module.exports?.get(value.name) : undefined;
  if (module?.kind !== "module" || signature === undefined || signature === "value") return undefined;
  return { kind: "macro", emit: `${module.emit}.${module.prefix}${value.name}`, signature };
}

/** `{% set namespace.name = value %}`. */
export function emitMember(
  node: Extract<Statement, { is: "set-attribute" }>,
  scope: Scope,
  writer: BodyWriter,
): string {
  const { of, name, value, line } = node;
  const tag = writer.tag(line);
  const both: Expression = { is: "tuple", items: [{ is: "name", name: of, line }, value], line };
  const assign = writer.state.expressions.code("__text", both, scope, (_, values) => {
    const [target, item] = values as [unknown, unknown];
    if (!(target instanceof Namespace))
      throw new ValueProblem("cannot assign attribute on non-namespace object. Fix: {% set ns = namespace() %} first.");
    target.assign(name, item);
    return "";
  });
  return `${tag}do ${assign} %}`;
}

/** `{% set name %} … {% endset %}`. */
export function emitSetBlock(node: Extract<Statement, { is: "set-block" }>, scope: Scope, writer: BodyWriter): string {
  const { state } = writer;
  const captured = `c_${state.unique()}`;
  const head = `${writer.tag(node.line)}set ${captured} %}`;
  const inner = writer.body(node.body, new Scope(scope));
  const text = asText(captured, state.escape);
  const value = node.filter === undefined ? text : state.expressions.value(node.filter, scope, text);
  return `${head}{% with %}${inner}{% endwith %}{% endset %}{% set ${writer.bindValue(node.target, scope)} = ${value} %}`;
}

/** `{% with %}`: in `{% with a = 1, b = a %}`, `a` on the right side is the one outside. */
export function emitWith(node: Extract<Statement, { is: "with" }>, scope: Scope, writer: BodyWriter): string {
  const { state } = writer;
  const inner = writer.innerScope(node.body, scope);
  const tag = writer.tag(node.line);
  const outside: string[] = [];
  const inside: string[] = [];
  for (const [target, value] of node.values) {
    const name = `w_${state.unique()}`;
    const isOne = typeof target === "string";
    outside.push(
      `${name} = ${isOne ? state.expressions.value(value, scope) : emitUnpacked(value, target, node.line, scope, state)}`,
    );
    for (const [index, item] of flatNames(target).entries())
      inside.push(`${writer.bindValue(item, inner)} = ${isOne ? name : `${name}[${index}]`}`);
  }
  const body = writer.body(node.body, inner);
  return `${tag}with ${outside.join(", ")} %}{% with ${inside.join(", ")} %}${body}{% endwith %}{% endwith %}`;
}
