import type { Arguments, Expression } from "../language/ast.ts";
import { joinArguments } from "../values/arguments.ts";
import type { Keywords } from "../values/kinds.ts";

/** The arguments of a call, one after the other, and how their values are read. */
export interface CompiledArguments {
  readonly nodes: readonly Expression[];
  readonly read: (values: readonly unknown[]) => { readonly args: readonly unknown[]; readonly keywords: Keywords };
}

const NO_KEYWORDS: Keywords = Object.freeze({});
const NOTHING: Expression = { is: "constant", value: null, line: 0 };

/** Compiles `(a, b=1, *list, **dict)`: positional values, then named ones, then `*` and `**`. */
export function compileArguments({ positional, named, list, dict }: Arguments): CompiledArguments {
  const nodes = [...positional, ...named.map(([, value]) => value)];
  const split = positional.length;
  if (list === undefined && dict === undefined) {
    if (named.length === 0) return { nodes, read: (args) => ({ args, keywords: NO_KEYWORDS }) };
    return { nodes, read: (values) => ({ args: values.slice(0, split), keywords: keywordsOf(values) }) };
  }
  return {
    nodes: [...nodes, list ?? NOTHING, dict ?? NOTHING],
    read: (values) => {
      const [items, entries] = values.slice(-2);
      return joinArguments(values.slice(0, split), keywordsOf(values), items, entries);
    },
  };

  function keywordsOf(values: readonly unknown[]): Keywords {
    const keywords: Record<string, unknown> = {};
    for (const [at, [name]] of named.entries()) keywords[name] = values[split + at];
    return keywords;
  }
}
