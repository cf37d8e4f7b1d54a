import type { Handles } from "./values/handles.ts";
import { Undefined } from "./values/kinds.ts";
import { TemplateError } from "./errors.ts";

/** Names that imported templates see without `with context`, as in Flask. */
const EVERYWHERE = ["request", "session", "g", "config"];

/** A variable that a template has to be given. */
export interface Variable {
  readonly name: string;
  /** The engine's name of it. */
  readonly key: string;
  /** Whether the context of the rendering may hold it. */
  readonly isOfContext: boolean;
  /** Whether Flask's own context may hold it: imported templates see only some of that. */
  readonly isShared: boolean;
  /** Its value if nothing holds it. */
  readonly missing: Undefined;
}

/** The variables of templates by their names: `v_` for those with the context, `n_` for others. */
export function variableOf(prefix: string, name: string): Variable {
  const isOfContext = prefix === "v_";
  return {
    name,
    key: prefix + name,
    isOfContext,
    isShared: isOfContext || EVERYWHERE.includes(name),
    missing: new Undefined(`'${name}' is undefined`),
  };
}

/** Where the values of variables come from, the first one first. */
export interface Sources {
  readonly given: Readonly<Record<string, unknown>>;
  /** Flask's own context. It is asked once in a rendering, if at all. */
  readonly shared: () => Readonly<Record<string, unknown>>;
  readonly globals: ReadonlyMap<string, unknown>;
}

/**
 * Binds the variables that the templates have, and no others: so a session that no one names stays
 * closed.
 *
 * @returns what the engine is given, and Flask's own objects, which have no printed form.
 * @throws TemplateError for a Promise.
 */
export function bindContext(
  variables: readonly Variable[],
  { given, shared, globals }: Sources,
  handles: Handles,
): { bound: Record<string, unknown>; facades: Set<unknown> } {
  const bound: Record<string, unknown> = {};
  const facades = new Set<unknown>();
  let own: Readonly<Record<string, unknown>> | undefined;
  const sharedValue = (name: string): unknown => {
    if (own === undefined) {
      own = shared();
      for (const facade of EVERYWHERE) if (typeof own[facade] === "object") facades.add(own[facade]);
    }
    return Object.hasOwn(own, name) ? own[name] : undefined;
  };
  for (const { name, key, isOfContext, isShared, missing } of variables) {
    const value =
      isOfContext && Object.hasOwn(given, name)
        ? given[name]
        : ((isShared ? sharedValue(name) : undefined) ?? globals.get(name));
    if (value instanceof Promise)
      throw new TemplateError("runtime", `The variable '${name}' is a Promise. Fix: await it before rendering.`, {
        template: "",
        line: 0,
      });
    bound[key] = handles.encode(value === undefined ? missing : value);
  }
  return { bound, facades };
}
