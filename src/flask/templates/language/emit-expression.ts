import type { Arguments, Expression } from "./ast.ts";
import { asText, literal, NONE, type EmitState } from "./emit-state.ts";
import type { Signature } from "./exports.ts";
import type { Binding, Scope } from "./scope.ts";
import { nearest } from "./nearest.ts";
import { MARK } from "../values/handles.ts";

const LOOP_VALUES = ["index", "index0", "revindex", "revindex0", "first", "last", "length", "depth", "depth0"];

/**
 * An expression in the engine's language.
 *
 * Values are Python's, and the engine does not know them. So each operation is a call of a function
 * of ours, and the engine holds strings that stand for the values.
 */
export function emitValue(node: Expression, scope: Scope, state: EmitState): string {
  const value = (inner: Expression): string => emitValue(inner, scope, state);
  const place = (): number => state.place(node.line);
  switch (node.is) {
    case "constant":
      return emitConstant(node.value, node.line, state);
    case "float":
      return literal(`${MARK}F${node.value}`);
    case "name":
      return emitName(node.name, node.line, scope, state);
    case "list":
    case "tuple":
      return `${node.is === "list" ? "__list" : "__tuple"}(${[place(), ...node.items.map(value)].join(", ")})`;
    case "dict":
      return `__dict(${[place(), ...node.pairs.flatMap(([key, item]) => [value(key), value(item)])].join(", ")})`;
    case "attribute":
      return emitAttribute(node, scope, state);
    case "item":
      return `__item(${place()}, ${value(node.of)}, ${value(node.key)})`;
    case "slice":
      return `__slice(${[place(), value(node.of), ...[0, 1, 2].map((part) => (node.parts[part] ? value(node.parts[part]) : NONE))].join(", ")})`;
    case "call":
      return emitCall(node, scope, state);
    case "filter":
      return emitFilter(node, node.of === undefined ? NONE : value(node.of), scope, state);
    case "test":
      return emitTest(node, scope, state);
    case "not":
      return `(not ${emitCondition(node.of, scope, state)})`;
    case "unary":
      return `__unary(${place()}, ${literal(node.operator)}, ${value(node.of)})`;
    case "binary":
      return `__binary(${place()}, ${literal(node.operator)}, ${value(node.left)}, ${value(node.right)})`;
    case "concat":
      // Jinja joins constants before rendering, and then safe HTML is no longer known as such.
      if (node.items.every(isConstant)) return `__join(${[place(), ...node.items.map(value)].join(", ")})`;
      return `__concat(${[place(), ...node.items.map(value)].join(", ")})`;
    case "compare":
      return `__compare(${[place(), value(node.first), ...node.rest.flatMap(([sign, item]) => [literal(sign), value(item)])].join(", ")})`;
    // The left side is evaluated once, and put aside while the right side is.
    case "or":
      return `(__pop() if __push(${place()}, ${value(node.left)}) else __drop(${value(node.right)}))`;
    case "and":
      return `(__drop(${value(node.right)}) if __push(${place()}, ${value(node.left)}) else __pop())`;
    case "if": {
      const otherwise =
        node.otherwise === undefined
          ? literal(
              `${MARK}Uthe inline if-expression on line ${node.line} evaluated to false and no else section was defined.`,
            )
          : value(node.otherwise);
      return `(${value(node.value)} if ${emitCondition(node.test, scope, state)} else ${otherwise})`;
    }
  }
}

/** An expression as a condition: a boolean of the engine. */
export function emitCondition(node: Expression, scope: Scope, state: EmitState): string {
  if (node.is === "not") return `(not ${emitCondition(node.of, scope, state)})`;
  if (node.is === "and" || node.is === "or")
    return `(${emitCondition(node.left, scope, state)} ${node.is} ${emitCondition(node.right, scope, state)})`;
  if (node.is === "compare" || node.is === "test") return emitValue(node, scope, state);
  if (node.is === "name") {
    const binding = scope.find(node.name);
    if (node.name === "caller" && binding !== undefined) return `(${binding.emit} is defined)`;
    if (binding !== undefined && binding.kind !== "value") return "true";
  }
  if (isLoopFlag(node, scope)) return emitValue(node, scope, state);
  return `__truth(${state.place(node.line)}, ${emitPath(node, scope, state)})`;
}

function isConstant(node: Expression): boolean {
  if (node.is === "constant" || node.is === "float") return true;
  return node.is === "filter" && node.of !== undefined && isConstant(node.of) && node.args.positional.every(isConstant);
}

function emitConstant(value: string | number | bigint | boolean | null, line: number, state: EmitState): string {
  if (value === null) return NONE;
  if (typeof value === "bigint") return literal(`${MARK}I${value}`);
  if (typeof value !== "string") return String(value);
  if (value.startsWith(MARK)) return literal(`${MARK}S${value}`);
  if (!value.isWellFormed()) state.fail(line, "A string has an unpaired surrogate. Fix: write the character itself.");
  return literal(value);
}

function emitName(name: string, line: number, scope: Scope, state: EmitState): string {
  const binding = scope.find(name);
  if (binding === undefined && (name === "self" || name === "super"))
    return state.fail(
      line,
      `'${name}' cannot be a value here. Fix: call it: ${name === "self" ? "self.block()" : "super()"}.`,
    );
  if (binding === undefined || binding.kind === "value") {
    state.names.add(name);
    return binding?.emit ?? state.prefix + name;
  }
  if (binding.kind === "loop")
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

function emitAttribute(node: Extract<Expression, { is: "attribute" }>, scope: Scope, state: EmitState): string {
  if (node.of.is === "name") {
    const binding = scope.find(node.of.name);
    if (binding?.kind === "loop") return emitLoopValue(binding, node.name, node.line, state);
    if (binding?.kind === "module") {
      if (binding.exports?.get(node.name) !== "value" && binding.exports !== undefined)
        state.fail(node.line, `'${node.of.name}' has no variable '${node.name}'. Fix: call it, if it is a macro.`);
      return `${binding.emit}.${binding.prefix}${node.name}`;
    }
    if (binding?.kind === "macro") {
      if (node.name === "name" && binding.signature !== undefined) return literal(binding.signature.name);
      return state.fail(node.line, `A macro has no '${node.name}' here. Fix: call '${node.of.name}'.`);
    }
  }
  return `__attribute(${state.place(node.line)}, ${path(node, scope, state)})`;
}

/** `loop.first` and `loop.last` are booleans of the engine. */
function isLoopFlag(node: Expression, scope: Scope): boolean {
  if (node.is !== "attribute" || node.of.is !== "name" || !["first", "last"].includes(node.name)) return false;
  return scope.find(node.of.name)?.kind === "loop";
}

/**
 * A value, and the names of the attributes to follow from it, if it has some. A function that takes
 * them saves a call, and calls take most of the time of a rendering.
 */
export function emitPath(node: Expression, scope: Scope, state: EmitState): string {
  if (node.is !== "attribute") return emitValue(node, scope, state);
  const known = node.of.is === "name" ? scope.find(node.of.name) : undefined;
  return known === undefined || known.kind === "value" ? path(node, scope, state) : emitValue(node, scope, state);
}

/** `a.b.c` is one call of the engine. */
function path(node: Extract<Expression, { is: "attribute" }>, scope: Scope, state: EmitState): string {
  const { of } = node;
  if (of.is === "name" && of.name === "loop" && state.extending && scope.find("loop") === undefined)
    state.fail(
      node.line,
      "The loop of the extended template is not seen here. Fix: pass what you need: {% set index = loop.index %} in its loop.",
    );
  const known = of.is === "attribute" && of.of.is === "name" ? scope.find(of.of.name) : undefined;
  const inner =
    of.is === "attribute" && (known === undefined || known.kind === "value")
      ? path(of, scope, state)
      : emitValue(of, scope, state);
  return `${inner}, ${literal(node.name)}`;
}

function emitLoopValue(loop: Extract<Binding, { kind: "loop" }>, name: string, line: number, state: EmitState): string {
  if (LOOP_VALUES.includes(name)) return `${loop.emit}.${name}`;
  if (name === "previtem" || name === "nextitem")
    return loop.pattern === "" ? `${loop.emit}.${name}` : `__packed(${literal(loop.pattern)}, ${loop.emit}.${name})`;
  if (name === "cycle" || name === "changed")
    return state.fail(line, `loop.${name} has to be called. Fix: loop.${name}(…).`);
  return state.fail(
    line,
    `A loop has no '${name}'. It has ${LOOP_VALUES.join(", ")}, previtem, nextitem, cycle() and changed().`,
  );
}

/** The arguments of a call one after the other, as `unpackArguments` reads them. */
function pack(args: Arguments, scope: Scope, state: EmitState, before: readonly string[] = []): string {
  const positional = args.positional.map((arg) => emitValue(arg, scope, state));
  const named = args.named.flatMap(([name, arg]) => [literal(name), emitValue(arg, scope, state)]);
  // Each argument of a call costs time in the engine, and most calls have no * and no **.
  const hasMore = args.list !== undefined || args.dict !== undefined;
  const more = hasMore
    ? [args.list, args.dict].map((arg) => (arg === undefined ? NONE : emitValue(arg, scope, state)))
    : [];
  const code = 2 * args.named.length + (hasMore ? 1 : 0);
  const list = [String(code), ...before, ...positional, ...named, ...more];
  return list.join(", ");
}

/**
 * A call as the engine's own one, if the callee is a macro; undefined if it is not known to be one.
 */
export function emitNativeCall(
  node: Extract<Expression, { is: "call" }>,
  scope: Scope,
  state: EmitState,
): string | undefined {
  const { of, line } = node;
  if (of.is === "name") {
    const binding = scope.find(of.name);
    if (of.name === "super" && binding === undefined) {
      if (node.args.positional.length > 0) state.fail(line, "super() takes no arguments.");
      return "super()";
    }
    if (binding?.kind === "loop") {
      if (!binding.recursive) state.fail(line, "This loop is not recursive. Fix: {% for … recursive %}.");
      if (node.args.positional.length !== 1) state.fail(line, "loop() takes one argument: what to loop over.");
      const items = emitValue(node.args.positional[0]!, scope, state);
      return `${binding.emit}(__iterate(${state.place(line)}, ${literal(binding.pattern)}, ${items}))`;
    }
    if (binding?.kind === "macro")
      return `${binding.emit}(${macroArguments(of.name, binding.signature, node, scope, state)})`;
  }
  if (of.is === "attribute" && of.of.is === "name") {
    const binding = scope.find(of.of.name);
    if (of.of.name === "self" && binding === undefined) return `self.b_${of.name}()`;
    if (binding?.kind === "module") {
      const signature = binding.exports?.get(of.name);
      if (binding.exports !== undefined && signature === undefined)
        state.fail(
          line,
          `'${of.of.name}' has no macro '${of.name}'. It has ${[...binding.exports.keys()].join(", ") || "none"}.`,
        );
      if (signature !== "value")
        return `${binding.emit}.${binding.prefix}${of.name}(${macroArguments(of.name, signature, node, scope, state)})`;
    }
  }
  return undefined;
}

function emitCall(node: Extract<Expression, { is: "call" }>, scope: Scope, state: EmitState): string {
  const native = emitNativeCall(node, scope, state);
  if (native !== undefined) return asText(native, state.escape);
  const { of } = node;
  const place = state.place(node.line);
  if (of.is === "attribute") {
    const loop = of.of.is === "name" ? scope.find(of.of.name) : undefined;
    if (loop?.kind === "loop") {
      if (of.name !== "cycle" && of.name !== "changed")
        return state.fail(node.line, `loop.${of.name} cannot be called. Fix: write it without parentheses.`);
      if (of.name === "cycle" && node.args.positional.length === 0)
        return state.fail(node.line, "no items for cycling given. Fix: loop.cycle('a', 'b').");
      return `${loop.emit}.${of.name}(${node.args.positional.map((arg) => emitValue(arg, scope, state)).join(", ")})`;
    }
    return `__method(${place}, ${literal(of.name)}, ${pack(node.args, scope, state, [emitValue(of.of, scope, state)])})`;
  }
  const call = `__call(${place}, ${pack(node.args, scope, state, [emitValue(of, scope, state)])})`;
  if (of.is !== "name" || (scope.find(of.name) === undefined && state.around.isGlobal(of.name))) return call;
  // A parameter, or a variable of a template that includes this one, may hold a macro.
  const name = emitName(of.name, of.line, scope, state);
  const macro = asText(`${name}(${macroArguments(of.name, undefined, node, scope, state)})`, state.escape);
  return `(${call} if ${name} is string or ${name} is number or ${name} is undefined or ${name} is boolean else ${macro})`;
}

/** The arguments of a macro, in which the engine's own names stand. */
function macroArguments(
  name: string,
  signature: Signature | undefined,
  node: Extract<Expression, { is: "call" }>,
  scope: Scope,
  state: EmitState,
): string {
  const { positional, named, list, dict } = node.args;
  const argument = (arg: Expression): string => {
    const binding = arg.is === "name" ? scope.find(arg.name) : undefined;
    return binding?.kind === "macro" ? binding.emit : emitValue(arg, scope, state);
  };
  const given = positional.map(argument);
  const emitted: string[] = [];
  const place = state.place(node.line);
  if (signature === undefined) emitted.push(...given);
  else {
    const room = signature.parameters.length;
    emitted.push(...given.slice(0, room));
    const more = given.slice(room);
    if (more.length > 0 && !signature.varargs)
      state.fail(node.line, `macro '${name}' takes not more than ${room} argument(s)`);
    if (signature.varargs && list === undefined && more.length > 0)
      emitted.push(`v_varargs=__tuple(${[place, ...more].join(", ")})`);
  }
  const extra: string[] = [];
  for (const [key, arg] of named) {
    const known = signature === undefined || signature.parameters.includes(key) || key === "caller";
    if (
      known &&
      signature !== undefined &&
      signature.parameters.indexOf(key) < positional.length &&
      signature.parameters.includes(key)
    )
      state.fail(node.line, `macro '${name}' got multiple values for argument '${key}'`);
    if (key === "caller") emitted.push(`caller=${argument(arg)}`);
    else if (known) emitted.push(`v_${key}=${argument(arg)}`);
    else if (signature.kwargs) extra.push(literal(key), argument(arg));
    else state.fail(node.line, `macro '${name}' takes no keyword argument '${key}'`);
  }
  if (extra.length > 0 && dict === undefined) emitted.push(`v_kwargs=__dict(${[place, ...extra].join(", ")})`);
  if (list !== undefined || dict !== undefined) {
    if (signature === undefined || named.length > 0)
      state.fail(
        node.line,
        `The macro '${name}' cannot be called with * or ** here. Fix: write the arguments one by one.`,
      );
    // The names of the parameters are known, so the values are given by name.
    const values = [list, dict].map((arg) => (arg === undefined ? NONE : emitValue(arg, scope, state)));
    const shape = [signature.parameters.join(","), signature.varargs ? "1" : "", signature.kwargs ? "1" : "", name].map(
      literal,
    );
    return [...emitted, `**__spread(${[place, given.length, ...shape, ...values].join(", ")})`].join(", ");
  }
  return emitted.join(", ");
}

/** A filter on a value that is emitted already. */
export function emitFilter(
  node: Extract<Expression, { is: "filter" }>,
  value: string,
  scope: Scope,
  state: EmitState,
): string {
  if (!state.around.hasFilter(node.name))
    state.fail(node.line, `No filter named '${node.name}'. ${nearest(node.name, state.around.filterNames())}`);
  return `__filter(${state.place(node.line)}, ${literal(node.name)}, ${pack(node.args, scope, state, [value])})`;
}

/** A chain of filters on a captured text, as in `{% filter a|b %}`. */
export function emitFilterChain(node: Expression, text: string, scope: Scope, state: EmitState): string {
  if (node.is !== "filter") return text;
  return emitFilter(node, node.of === undefined ? text : emitFilterChain(node.of, text, scope, state), scope, state);
}

function emitTest(node: Extract<Expression, { is: "test" }>, scope: Scope, state: EmitState): string {
  if (!state.around.hasTest(node.name))
    state.fail(node.line, `No test named '${node.name}'. ${nearest(node.name, state.around.testNames())}`);
  if (node.of.is === "name") {
    const binding = scope.find(node.of.name);
    const defined = node.name === "defined" || node.name === "undefined" || node.name === "callable";
    if (binding !== undefined && binding.kind !== "value" && defined)
      return `(${binding.emit} is ${node.name === "undefined" ? "undefined" : "defined"})`;
    // Whether a parameter holds a macro, only the engine can say.
    if (defined && binding !== undefined) {
      const name = emitName(node.of.name, node.line, scope, state);
      const ours = `__test(${state.place(node.line)}, ${literal(node.name)}, ${pack(node.args, scope, state, [name])})`;
      return `(${ours} if ${name} is string or ${name} is number or ${name} is undefined or ${name} is boolean else ${node.name === "undefined" ? "false" : "true"})`;
    }
  }
  return `__test(${state.place(node.line)}, ${literal(node.name)}, ${pack(node.args, scope, state, [emitValue(node.of, scope, state)])})`;
}
