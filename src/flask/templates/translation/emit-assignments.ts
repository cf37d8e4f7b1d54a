import type { Expression, Statement } from "../language/ast.ts";
import { flatNames } from "../language/parse-tags.ts";
import { ValueProblem } from "../errors.ts";
import { Namespace } from "../values/namespace.ts";
import type { BodyEmitter } from "./emit-body.ts";
import { emitCode, emitValue } from "./emit-expression.ts";
import { emitUnpacked } from "./emit-items.ts";
import { asText } from "./engine-text.ts";
import { Scope, type Binding } from "./scope.ts";

/** `{% set name = value %}`, also with several names. */
export function emitAssignment(node: Extract<Statement, { is: "set" }>, scope: Scope, emitter: BodyEmitter): string {
  const { state } = emitter;
  const { target, value, line } = node;
  const tag = emitter.tag(line);
  if (typeof target !== "string") {
    const unpacked = `u_${state.unique()}`;
    const list = emitUnpacked(value, target, line, scope, state);
    const parts = flatNames(target).map(
      (name, index) => `{% set ${emitter.bindValue(name, scope)} = ${unpacked}[${index}] %}`,
    );
    return `${tag}set ${unpacked} = ${list} %}${parts.join("")}`;
  }
  const alias = macroOf(value, scope);
  if (alias !== undefined) {
    const emit = state.prefix + target;
    scope.bind(target, { ...alias, emit });
    return `${tag}set ${emit} = ${alias.emit} %}`;
  }
  const emitted = emitValue(value, scope, state);
  return `${tag}set ${emitter.bindValue(target, scope)} = ${emitted} %}`;
}

/** The macro, module or loop that a value is, if it is one. */
function macroOf(value: Expression, scope: Scope): Binding | undefined {
  if (value.is === "name") {
    const binding = scope.find(value.name);
    return binding?.kind === "value" ? undefined : binding;
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
  emitter: BodyEmitter,
): string {
  const { of, name, value, line } = node;
  const tag = emitter.tag(line);
  const both: Expression = { is: "tuple", items: [{ is: "name", name: of, line }, value], line };
  const assign = emitCode("__text", both, scope, emitter.state, (_, values) => {
    const [target, item] = values as [unknown, unknown];
    if (!(target instanceof Namespace))
      throw new ValueProblem("cannot assign attribute on non-namespace object. Fix: {% set ns = namespace() %} first.");
    target.assign(name, item);
    return "";
  });
  return `${tag}do ${assign} %}`;
}

/** `{% set name %} … {% endset %}`. */
export function emitSetBlock(
  node: Extract<Statement, { is: "set-block" }>,
  scope: Scope,
  emitter: BodyEmitter,
): string {
  const { state } = emitter;
  const captured = `c_${state.unique()}`;
  const head = `${emitter.tag(node.line)}set ${captured} %}`;
  const inner = emitter.body(node.body, new Scope(scope));
  const text = asText(captured, state.escape);
  const value = node.filter === undefined ? text : emitValue(node.filter, scope, state, text);
  return `${head}{% with %}${inner}{% endwith %}{% endset %}{% set ${emitter.bindValue(node.target, scope)} = ${value} %}`;
}

/** `{% with %}`: in `{% with a = 1, b = a %}`, `a` on the right side is the one outside. */
export function emitWith(node: Extract<Statement, { is: "with" }>, scope: Scope, emitter: BodyEmitter): string {
  const { state } = emitter;
  const inner = emitter.innerScope(node.body, scope);
  const tag = emitter.tag(node.line);
  const outside: string[] = [];
  const inside: string[] = [];
  for (const [target, value] of node.values) {
    const name = `w_${state.unique()}`;
    const isOne = typeof target === "string";
    outside.push(
      `${name} = ${isOne ? emitValue(value, scope, state) : emitUnpacked(value, target, node.line, scope, state)}`,
    );
    for (const [index, item] of flatNames(target).entries())
      inside.push(`${emitter.bindValue(item, inner)} = ${isOne ? name : `${name}[${index}]`}`);
  }
  const body = emitter.body(node.body, inner);
  return `${tag}with ${outside.join(", ")} %}{% with ${inside.join(", ")} %}${body}{% endwith %}{% endwith %}`;
}
