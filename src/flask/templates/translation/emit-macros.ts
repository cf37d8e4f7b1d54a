import type { Expression, Parameter, Statement } from "../language/ast.ts";
import { mentions, signatureOf } from "../language/exports.ts";
import { Undefined } from "../values/kinds.ts";
import type { BodyWriter } from "./body-writer.ts";
import { emitMacroCall } from "./emit-macro-call.ts";
import { isOfEngine, Scope } from "./scope.ts";
import type { TranslationState } from "./translation-state.ts";

/** `{% macro %}`. */
export function emitMacro(node: Extract<Statement, { is: "macro" }>, scope: Scope, writer: BodyWriter): string {
  const { state } = writer;
  const { line, body } = node;
  const signature = signatureOf(node);
  const emit = state.prefix + node.name;
  scope.bind(node.name, { kind: "macro", emit, signature });
  const inner = new Scope(scope);
  const tag = writer.tag(line);
  const { names, defaults } = emitParameters(node.parameters, line, inner, state);
  const more: [name: string, isUsed: boolean, empty: Expression][] = [
    ["varargs", signature.varargs, { is: "tuple", items: [], line }],
    ["kwargs", signature.kwargs, { is: "dict", pairs: [], line }],
  ];
  for (const [name, isUsed, empty] of more) {
    if (!isUsed) continue;
    names.push(`v_${name}=${state.expressions.value(empty, scope)}`);
    inner.bind(name, { kind: "value", emit: `v_${name}`, isSet: true });
  }
  if (mentions(body, "caller")) inner.bind("caller", { kind: "macro", emit: "caller", signature: undefined });
  return `${tag}macro ${emit}(${names.join(", ")}) %}${defaults}${writer.body(body, inner)}{% endmacro %}`;
}

/** `{% call %}`. */
export function emitCallBlock(node: Extract<Statement, { is: "call" }>, scope: Scope, writer: BodyWriter): string {
  const { state } = writer;
  const { call, line, body } = node;
  const name = call.of.is === "name" ? call.of.name : undefined;
  if (name !== undefined && state.around.isGlobal(name) && scope.find(name) === undefined)
    state.fail(line, `{% call %} takes a macro, and '${name}' is a function. Fix: {{ ${name}() }}.`);
  if (scope.find("caller") !== undefined && mentions(body, "caller"))
    state.fail(
      line,
      "No caller defined: inside of {% call %}, caller() is not that of the macro. Fix: {% set outer = caller %} before it, and outer() in it.",
    );
  const tag = writer.tag(line);
  const macro =
    emitMacroCall(call, scope, state) ??
    (name === undefined ? undefined : emitUnknownCall(call, name, scope, state)) ??
    state.fail(line, "{% call %} takes a macro. Fix: {% call name() %}.");
  const inner = new Scope(scope);
  const { names, defaults } = emitParameters(node.parameters, line, inner, state);
  const head = `call${names.length > 0 ? `(${names.join(", ")})` : ""} ${macro} %}`;
  return `${tag}${head}${defaults}${writer.body(body, inner)}{% endcall %}`;
}

/** A macro that a parameter holds, or a template that includes this one. */
function emitUnknownCall(
  call: Extract<Expression, { is: "call" }>,
  name: string,
  scope: Scope,
  state: TranslationState,
): string {
  const as = new Scope(scope);
  const binding = scope.find(name);
  const emit = isOfEngine(binding) ? binding.emit : state.prefix + name;
  as.bind(name, { kind: "macro", emit, signature: undefined });
  return emitMacroCall(call, as, state)!;
}

/** The parameters, and tags for the begin of the body. */
function emitParameters(
  parameters: readonly Parameter[],
  line: number,
  scope: Scope,
  state: TranslationState,
): { names: string[]; defaults: string } {
  const names: string[] = [];
  let defaults = "";
  // A default may use the parameters before it, and the engine's own defaults cannot.
  const areOwn = parameters.every(({ fallback }) => fallback === undefined || fallback.is === "constant");
  for (const { name, fallback } of parameters) {
    const emit = `v_${name}`;
    const missing = new Undefined(`parameter '${name}' was not provided`);
    const value =
      fallback === undefined
        ? state.call("__text", line, ({ handles }) => handles.encode(missing))
        : state.expressions.value(fallback, scope);
    scope.bind(name, { kind: "value", emit, isSet: true });
    names.push(areOwn ? `${emit}=${value}` : emit);
    if (!areOwn) defaults += `{% if ${emit} is undefined %}{% set ${emit} = ${value} %}{% endif %}`;
  }
  return { names, defaults };
}
