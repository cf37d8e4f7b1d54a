import type { Body, Statement } from "../language/ast.ts";
import { flatNames } from "../language/parse-tags.ts";
import { unpack } from "../values/arguments.ts";
import { isTrue, iterate } from "../values/compare.ts";
import { normalize } from "../values/handles.ts";
import type { Code, Running } from "./code.ts";
import type { LocalLoop } from "./compile-attribute.ts";
import { ExpressionCompiler } from "./compile-expression.ts";
import { patternOf } from "./emit-items.ts";
import { Scope } from "./scope.ts";

type For = Extract<Statement, { is: "for" }>;

/** The names of a compiled loop, in slots of the rendering. */
export interface LocalScope {
  readonly inner: Scope;
  /** The scope of `if` in the tag, in which `loop` is not known yet. */
  readonly filterScope: Scope;
  readonly slots: readonly number[];
  readonly loopSlot: number;
}

/** Binds the names of a loop. */
export function localScope({ target }: For, scope: Scope, nextSlot: () => number): LocalScope {
  const filterScope = new Scope(scope);
  const slots = flatNames(target).map((name) => {
    const slot = nextSlot();
    filterScope.bind(name, { kind: "local", slot });
    return slot;
  });
  const inner = new Scope(filterScope);
  const loopSlot = nextSlot();
  inner.bind("loop", { kind: "local-loop", slot: loopSlot });
  return { inner, filterScope, slots, loopSlot };
}

/** Compiles a loop whose body needs nothing of the engine. */
export function compileFor(node: For, compiler: ExpressionCompiler, inside: (body: Body, scope: Scope) => Code): Code {
  const { scope, state, inputs } = compiler;
  const { line } = node;
  const names = localScope(node, scope, () => state.unique());
  const { slots, loopSlot } = names;
  const pattern = patternOf(node.target);
  const of = compiler.compile(node.of);
  const filter =
    node.filter === undefined
      ? undefined
      : new ExpressionCompiler(names.filterScope, state, inputs).compile(node.filter);
  const body = inside(node.body, names.inner);
  const otherwise = inside(node.otherwise ?? [], scope);

  const assign = ({ locals }: Running, values: readonly unknown[]): void => {
    for (let at = 0; at < slots.length; at++) locals[slots[at]!] = normalize(values[at]);
  };
  return (running, given) => {
    const list = of(running, given);
    running.line = line;
    // A list may change while it is looped over.
    let items = iterate(list).map(normalize);
    let parts = items.map((item) => (pattern === "" ? [item] : unpack(pattern, item)));
    if (filter !== undefined) {
      const isKept = parts.map((values) => {
        assign(running, values);
        return isTrue(filter(running, given));
      });
      items = items.filter((_, at) => isKept[at]);
      parts = parts.filter((_, at) => isKept[at]);
    }
    if (items.length === 0) return otherwise(running, given);
    const loop: LocalLoop = { items, at: 0 };
    running.locals[loopSlot] = loop;
    let text = "";
    for (; loop.at < items.length; loop.at++) {
      assign(running, parts[loop.at]!);
      text += body(running, given) as string;
    }
    return text;
  };
}
