import type { Expression } from "../language/ast.ts";
import { isTrue } from "../values/compare.ts";
import { emitLoopValue } from "./emit-loop-value.ts";
import { emitMacroArguments, emitMacroCall } from "./emit-macro-call.ts";
import { asText } from "./engine-text.ts";
import { isOfEngine, type Scope } from "./scope.ts";
import type { TranslationState } from "./translation-state.ts";
import { missingElse } from "./missing-else.ts";
import { mayBeMacro, TESTS_OF_NAMES, usesEngine } from "./uses-engine.ts";

/**
 * What the engine evaluates itself: variables, members of loops, calls of macros, and operators
 * that decide whether a macro is called. Undefined for anything else, which is compiled.
 */
export function emitEngine(node: Expression, scope: Scope, state: TranslationState): string | undefined {
  switch (node.is) {
    case "name":
      return emitName(node.name, node.line, scope, state);
    case "attribute":
      return emitAttribute(node, scope, state);
    case "call":
      return emitCall(node, scope, state);
    case "test":
      return emitTest(node, scope, state);
    case "not":
      return usesEngine(node.of, scope, state) ? `(not ${state.expressions.condition(node.of, scope)})` : undefined;
    case "and":
    case "or":
      return usesEngine(node.right, scope, state) ? emitEither(node, scope, state) : undefined;
    case "if":
      return usesEngine(node, scope, state) ? emitIf(node, scope, state) : undefined;
    default:
      return undefined;
  }
}

/** The engine's variable of a name. */
export function emitName(name: string, line: number, scope: Scope, state: TranslationState): string {
  const binding = scope.find(name);
  if (binding === undefined && (name === "self" || name === "super"))
    return state.fail(
      line,
      `'${name}' cannot be a value here. Fix: call it: ${name === "self" ? "self.block()" : "super()"}.`,
    );
  if (binding === undefined || binding.kind === "value") {
    if (binding?.isSet !== true) state.names.add(name);
    return binding?.emit ?? state.prefix + name;
  }
  if (binding.kind === "loop" || binding.kind === "local-loop")
    return state.fail(line, `'${name}' cannot be a value here. Fix: use its parts, such as ${name}.index.`);
  if (binding.kind === "module")
    return state.fail(
      line,
      `The imported template '${name}' cannot be a value here. Fix: call its macros: ${name}.macro().`,
    );
  return state.fail(
    line,
    `The macro '${name}' cannot be a value here. Fix: call it, or pass it to another macro as an argument.`,
  );
}

function emitAttribute(
  { of, name, line }: Extract<Expression, { is: "attribute" }>,
  scope: Scope,
  state: TranslationState,
): string | undefined {
  const binding = of.is === "name" ? scope.find(of.name) : undefined;
  if (binding?.kind === "loop") return emitLoopValue(binding, name, line, state);
  if (binding?.kind !== "module") return undefined;
  if (binding.exports?.get(name) !== "value" && binding.exports !== undefined)
    state.fail(line, `'${(of as { name: string }).name}' has no variable '${name}'. Fix: call it, if it is a macro.`);
  return `${binding.emit}.${binding.prefix}${name}`;
}

function emitCall(
  node: Extract<Expression, { is: "call" }>,
  scope: Scope,
  state: TranslationState,
): string | undefined {
  const macro = emitMacroCall(node, scope, state);
  if (macro !== undefined) return asText(macro, state.escape);
  const { of } = node;
  if (of.is === "attribute" && of.of.is === "name") {
    const loop = scope.find(of.of.name);
    if (loop?.kind === "loop") return emitLoopCall(loop.emit, of.name, node, scope, state);
  }
  if (of.is !== "name" || !mayBeMacro(of.name, scope, state)) return undefined;
  const { run, inputs } = state.expressions.operation(node, scope);
  const call = state.call("__text", node.line, (running, given) => running.handles.encode(run(running, given)), inputs);
  const name = emitName(of.name, of.line, scope, state);
  const asMacro = asText(`${name}(${emitMacroArguments(of.name, undefined, node, scope, state)})`, state.escape);
  return `(${call} if ${isValue(name)} else ${asMacro})`;
}

/** Whether a variable of the engine holds a value, and no macro. */
const isValue = (name: string): string =>
  `${name} is number or ${name} is string or ${name} is undefined or ${name} is boolean`;

/** `loop.cycle()` and `loop.changed()`. */
function emitLoopCall(
  loop: string,
  name: string,
  { args, line }: Extract<Expression, { is: "call" }>,
  scope: Scope,
  state: TranslationState,
): string {
  if (name !== "cycle" && name !== "changed")
    return state.fail(line, `loop.${name} cannot be called. Fix: write it without parentheses.`);
  if (name === "cycle" && args.positional.length === 0)
    return state.fail(line, "no items for cycling given. Fix: loop.cycle('a', 'b').");
  const emitted = args.positional.map((arg) =>
    name === "cycle"
      ? state.expressions.value(arg, scope)
      : state.expressions.code("__text", arg, scope, ({ handles }, value) => handles.encodeEqual(value)),
  );
  return `${loop}.${name}(${emitted.join(", ")})`;
}

/** Whether a name is defined. Of a macro, or a parameter that holds one, only the engine knows. */
function emitTest(
  node: Extract<Expression, { is: "test" }>,
  scope: Scope,
  state: TranslationState,
): string | undefined {
  const binding = node.of.is === "name" ? scope.find(node.of.name) : undefined;
  if (node.of.is !== "name" || !isOfEngine(binding) || !TESTS_OF_NAMES.includes(node.name)) return undefined;
  if (binding.kind !== "value") return `(${binding.emit} is ${node.name === "undefined" ? "undefined" : "defined"})`;
  const name = emitName(node.of.name, node.line, scope, state);
  const { run, inputs } = state.expressions.operation(node, scope);
  const ours = state.call("__text", node.line, run, inputs);
  return `(${ours} if ${isValue(name)} else ${node.name === "undefined" ? "false" : "true"})`;
}

/** The left side is evaluated once, and put aside while the right side is. */
function emitEither(node: Extract<Expression, { is: "and" | "or" }>, scope: Scope, state: TranslationState): string {
  const { line } = node;
  const left = state.expressions.code(
    "__text",
    node.left,
    scope,
    (running, value) => {
      running.aside.push(value);
      return isTrue(value);
    },
    { line },
  );
  const right = state.call(
    "__text",
    line,
    ({ aside, handles }, [, value]) => {
      aside.pop();
      return handles.encode(handles.decode(value));
    },
    [state.expressions.value(node.right, scope)],
  );
  const again = state.call("__text", line, ({ aside, handles }) => handles.encode(aside.pop()));
  return node.is === "or" ? `(${again} if ${left} else ${right})` : `(${right} if ${left} else ${again})`;
}

function emitIf(node: Extract<Expression, { is: "if" }>, scope: Scope, state: TranslationState): string {
  const missing = missingElse(node.line);
  const otherwise =
    node.otherwise === undefined
      ? state.call("__text", node.line, (running, given) => running.handles.encode(missing(running, given)))
      : state.expressions.value(node.otherwise, scope);
  return `(${state.expressions.value(node.value, scope)} if ${state.expressions.condition(node.test, scope)} else ${otherwise})`;
}
