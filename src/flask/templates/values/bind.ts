import { ValueProblem } from "../errors.ts";
import { isInteger, isText, textOf, typeName, type Keywords } from "./kinds.ts";

/**
 * Puts the arguments of a call in the order of the parameters, as Python does. What was not given
 * is undefined. A parameter that ends with `!` must be given.
 */
export function bind(
  name: string,
  parameters: readonly string[],
  args: readonly unknown[],
  keywords: Keywords,
): unknown[] {
  if (args.length > parameters.length)
    throw new ValueProblem(
      `${name}() takes at most ${parameters.length} argument(s), and got ${args.length}. Fix: leave out the last.`,
    );
  const bound: unknown[] = [...args];
  for (const key of Object.keys(keywords)) bindKeyword(name, parameters, args.length, bound, key, keywords[key]);
  for (let at = 0; at < parameters.length; at++)
    if (bound[at] === undefined && parameters[at]!.endsWith("!"))
      throw new ValueProblem(`${name}() needs the argument '${bare(parameters[at]!)}'. Fix: pass it.`);
  return bound;
}

const bare = (parameter: string): string => parameter.replace("!", "");

function bindKeyword(
  name: string,
  parameters: readonly string[],
  positional: number,
  bound: unknown[],
  key: string,
  value: unknown,
): void {
  const names = parameters.map(bare);
  const at = names.indexOf(key);
  if (at === -1)
    throw new ValueProblem(
      `${name}() got an unexpected keyword argument '${key}'. Fix: it has ${names.join(", ") || "no arguments"}.`,
    );
  if (at < positional) throw new ValueProblem(`${name}() got multiple values for argument '${key}'`);
  bound[at] = value;
}

/** An argument that has to be a text. */
export function text(value: unknown, name: string): string {
  if (!isText(value)) throw new ValueProblem(`${name} must be str, not ${typeName(value)}`);
  return textOf(value);
}

/** An argument that has to be an integer; `otherwise` if it was not given. */
export function integer(value: unknown, otherwise?: number): number {
  if (value === undefined && otherwise !== undefined) return otherwise;
  if (!isInteger(value)) throw new ValueProblem(`'${typeName(value)}' object cannot be interpreted as an integer`);
  return Number(value);
}
