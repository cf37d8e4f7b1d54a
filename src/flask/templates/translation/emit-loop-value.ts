import type { Expression } from "../language/ast.ts";
import { packed } from "../values/arguments.ts";
import type { Binding, Scope } from "./scope.ts";
import type { TranslationState } from "./translation-state.ts";

const NUMBERS = ["index", "index0", "revindex", "revindex0", "length", "depth", "depth0"];
const FLAGS = ["first", "last"];

/** `loop.name`. */
export function emitLoopValue(
  loop: Extract<Binding, { kind: "loop" }>,
  name: string,
  line: number,
  state: TranslationState,
): string {
  if (NUMBERS.includes(name) || FLAGS.includes(name)) return `${loop.emit}.${name}`;
  if (name === "previtem" || name === "nextitem") return emitNeighbour(loop, name, line, state);
  return failLoopValue(name, line, state);
}

/** Refuses a name that is no member of `loop`. */
export function failLoopValue(name: string, line: number, state: TranslationState): never {
  if (name === "cycle" || name === "changed")
    return state.fail(line, `loop.${name} has to be called. Fix: loop.${name}(…).`);
  return state.fail(
    line,
    `A loop has no '${name}'. It has ${[...NUMBERS, ...FLAGS].join(", ")}, previtem, nextitem, cycle() and changed().`,
  );
}

/**
 * The item before or after this one. The engine has it taken apart, if the loop has several names.
 */
function emitNeighbour(
  { emit, pattern }: Extract<Binding, { kind: "loop" }>,
  name: string,
  line: number,
  state: TranslationState,
): string {
  const item = `${emit}.${name}`;
  if (pattern === "") return item;
  return state.call(
    "__text",
    line,
    ({ handles }, [, parts]) =>
      handles.encode(
        Array.isArray(parts)
          ? packed(
              pattern,
              parts.map((part) => handles.decode(part)),
            )
          : undefined,
      ),
    [item],
  );
}

/** Whether this is `loop.first` or `loop.last`, which are booleans of the engine. */
export function isLoopFlag(node: Expression, scope: Scope): boolean {
  return isMember(node, scope, FLAGS);
}

/** Whether this is `loop.index` or another number, which the engine prints as Jinja does. */
export function isLoopNumber(node: Expression, scope: Scope): boolean {
  return isMember(node, scope, NUMBERS);
}

function isMember(node: Expression, scope: Scope, names: readonly string[]): boolean {
  if (node.is !== "attribute" || node.of.is !== "name" || !names.includes(node.name)) return false;
  return scope.find(node.of.name)?.kind === "loop";
}
