import type { Expression } from "../language/ast.ts";
import { attributeOf } from "../values/attributes.ts";
import { Undefined } from "../values/kinds.ts";
import type { Code } from "./code.ts";
import type { Operands } from "./operands.ts";
import { failLoopValue } from "./emit-loop-value.ts";

/** A compiled loop, while it runs. */
export interface LocalLoop {
  readonly items: readonly unknown[];
  /** The position of the item, from 0. */
  at: number;
}

const LOOP_VALUES: Readonly<Record<string, (loop: LocalLoop) => unknown>> = {
  index: ({ at }) => at + 1,
  index0: ({ at }) => at,
  revindex: ({ at, items }) => items.length - at,
  revindex0: ({ at, items }) => items.length - at - 1,
  first: ({ at }) => at === 0,
  last: ({ at, items }) => at === items.length - 1,
  length: ({ items }) => items.length,
  // Only recursive loops are deeper, and those are the engine's.
  depth: () => 1,
  depth0: () => 0,
  previtem: ({ at, items }) => (at === 0 ? NOTHING : items[at - 1]),
  nextitem: ({ at, items }) => (at === items.length - 1 ? NOTHING : items[at + 1]),
};
const NOTHING = new Undefined("the value is undefined");

/** `value.name`. */
export function compileAttribute(
  { of, name, line }: Extract<Expression, { is: "attribute" }>,
  compiler: Operands,
): Code {
  const { scope, state } = compiler;
  const binding = of.is === "name" ? scope.find(of.name) : undefined;
  if (binding?.kind === "macro") {
    const { signature } = binding;
    if (name === "name" && signature !== undefined) return () => signature.name;
    return state.fail(line, `A macro has no '${name}' here. Fix: call '${(of as { name: string }).name}'.`);
  }
  if (binding?.kind === "local-loop") {
    const read = Object.hasOwn(LOOP_VALUES, name) ? LOOP_VALUES[name]! : failLoopValue(name, line, state);
    return ({ locals }) => read(locals[binding.slot] as LocalLoop);
  }
  if (of.is === "name" && of.name === "loop" && state.extending && binding === undefined)
    state.fail(
      line,
      "The loop of the extended template is not seen here. Fix: pass what you need: {% set index = loop.index %} in its loop.",
    );
  return compiler.one(line, of, (value) => attributeOf(value, name));
}

/** `loop.cycle(…)`. */
export function compileCycle({ of, args, line }: Extract<Expression, { is: "call" }>, compiler: Operands): Code {
  const { positional } = args;
  if (positional.length === 0) compiler.state.fail(line, "no items for cycling given. Fix: loop.cycle('a', 'b').");
  const index: Expression = { ...(of as Extract<Expression, { is: "attribute" }>), name: "index0" };
  return compiler.many(line, [index, ...positional], ([at, ...values]) => values[(at as number) % values.length]);
}
