import type { Expression } from "../language/ast.ts";
import type { Signature } from "../language/exports.ts";
import { spread } from "../values/arguments.ts";
import { emitItems } from "./emit-items.ts";
import type { Scope } from "./scope.ts";
import type { TranslationState } from "./translation-state.ts";

type Call = Extract<Expression, { is: "call" }>;

/**
 * A call of a macro, a block or a recursive loop, which are the engine's. Its value is a text of
 * the engine. Undefined if the callee is not known to be one of them.
 */
export function emitMacroCall(node: Call, scope: Scope, state: TranslationState): string | undefined {
  const { of } = node;
  if (of.is === "name") return emitNamed(of.name, node, scope, state);
  if (of.is !== "attribute" || of.of.is !== "name") return undefined;
  const binding = scope.find(of.of.name);
  if (of.of.name === "self" && binding === undefined) return `self.b_${of.name}()`;
  if (binding?.kind !== "module") return undefined;
  const signature = binding.exports?.get(of.name);
  if (binding.exports !== undefined && signature === undefined)
    state.fail(
      node.line,
      `'${of.of.name}' has no macro '${of.name}'. It has ${[...binding.exports.keys()].join(", ") || "none"}.`,
    );
  if (signature === "value") return undefined;
  return `${binding.emit}.${binding.prefix}${of.name}(${emitMacroArguments(of.name, signature, node, scope, state)})`;
}

function emitNamed(name: string, node: Call, scope: Scope, state: TranslationState): string | undefined {
  const { args, line } = node;
  const binding = scope.find(name);
  if (name === "super" && binding === undefined) {
    if (args.positional.length > 0) state.fail(line, "super() takes no arguments.");
    return "super()";
  }
  if (binding?.kind === "loop") {
    if (!binding.recursive) state.fail(line, "This loop is not recursive. Fix: {% for … recursive %}.");
    if (args.positional.length !== 1) state.fail(line, "loop() takes one argument: what to loop over.");
    return `${binding.emit}(${emitItems(args.positional[0]!, binding.pattern, line, scope, state)})`;
  }
  if (binding?.kind !== "macro") return undefined;
  return `${binding.emit}(${emitMacroArguments(name, binding.signature, node, scope, state)})`;
}

/**
 * The arguments of a macro. The engine has parameters under its own names, and no `*`. So further
 * ones are passed as `varargs` and `kwargs`.
 *
 * @param signature undefined if the macro is not known.
 */
export function emitMacroArguments(
  name: string,
  signature: Signature | undefined,
  node: Call,
  scope: Scope,
  state: TranslationState,
): string {
  const { line, args } = node;
  const { positional, named, list, dict } = args;
  const argument = (arg: Expression): string => {
    const binding = arg.is === "name" ? scope.find(arg.name) : undefined;
    return binding?.kind === "macro" ? binding.emit : state.expressions.value(arg, scope);
  };
  const room = signature?.parameters.length ?? positional.length;
  const emitted = positional.slice(0, room).map(argument);
  const more = positional.slice(room);
  if (more.length > 0 && signature?.varargs !== true)
    state.fail(line, `macro '${name}' takes not more than ${room} argument(s)`);
  if (more.length > 0 && list === undefined)
    emitted.push(`v_varargs=${state.expressions.value({ is: "tuple", items: more, line }, scope)}`);
  const extra: (readonly [Expression, Expression])[] = [];
  for (const [key, value] of named) {
    if (key === "caller") emitted.push(`caller=${argument(value)}`);
    else if (isParameter(key, name, signature, node, state)) emitted.push(`v_${key}=${argument(value)}`);
    else extra.push([{ is: "constant", value: key, line }, value]);
  }
  if (extra.length > 0 && dict === undefined)
    emitted.push(`v_kwargs=${state.expressions.value({ is: "dict", pairs: extra, line }, scope)}`);
  if (list === undefined && dict === undefined) return emitted.join(", ");
  if (signature === undefined || named.length > 0)
    return state.fail(
      line,
      `The macro '${name}' cannot be called with * or ** here. Fix: write the arguments one by one.`,
    );
  return [...emitted, `**${emitSpread(signature, node, scope, state)}`].join(", ");
}

/** Whether a keyword is a parameter, and not one for `kwargs`. */
function isParameter(
  key: string,
  name: string,
  signature: Signature | undefined,
  { line, args }: Call,
  state: TranslationState,
): boolean {
  if (signature === undefined) return true;
  const at = signature.parameters.indexOf(key);
  if (at !== -1 && at < args.positional.length)
    state.fail(line, `macro '${name}' got multiple values for argument '${key}'`);
  if (at === -1 && !signature.kwargs) state.fail(line, `macro '${name}' takes no keyword argument '${key}'`);
  return at !== -1;
}

/** `*list` and `**dict` as values by the names of the parameters. */
function emitSpread(signature: Signature, { args, line }: Call, scope: Scope, state: TranslationState): string {
  const none: Expression = { is: "constant", value: null, line };
  const both: Expression = { is: "tuple", items: [args.list ?? none, args.dict ?? none], line };
  return state.expressions.code("__record", both, scope, ({ handles }, value) => {
    const [list, dict] = value as [unknown, unknown];
    const found = spread(args.positional.length, signature, list, dict);
    return Object.fromEntries(Object.entries(found).map(([key, item]) => [`v_${key}`, handles.encode(item)]));
  });
}
