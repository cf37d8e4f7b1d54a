import { Markup } from "../../../index.ts";
import { ValueProblem } from "../errors.ts";
import { formatValue } from "./format-spec.ts";
import { mappingOf, mustExist, type Keywords } from "./kinds.ts";
import { print, repr } from "./print.ts";

/** How `{0.name}` and `{0[key]}` are looked up. */
export interface Lookup {
  readonly attribute: (value: unknown, name: string) => unknown;
  readonly item: (value: unknown, key: unknown) => unknown;
}

/** Python's `text.format(…)`. */
export function formatBraces(
  format: string,
  args: readonly unknown[],
  keywords: Keywords,
  escape: (text: string) => string,
  look: Lookup,
): string {
  let automatic = 0;
  const run = (text: string, depth: number): string => {
    if (depth > 2) throw new ValueProblem("Max string recursion exceeded");
    let result = "";
    for (let at = 0; at < text.length; at++) {
      const character = text[at]!;
      if (character === "{" && text[at + 1] === "{") {
        result += "{";
        at++;
      } else if (character === "}") {
        if (text[at + 1] !== "}") throw new ValueProblem("Single '}' encountered in format string");
        result += "}";
        at++;
      } else if (character === "{") {
        const end = closing(text, at);
        result += field(text.slice(at + 1, end), depth);
        at = end;
      } else result += character;
    }
    return result;
  };
  const field = (inside: string, depth: number): string => {
    const [, path, conversion, spec = ""] =
      /^((?:\[[^\]]*\]|[^!:[])*)(?:!([\s\S]))?(?::([\s\S]*))?$/.exec(inside) ?? [];
    if (path === undefined) throw new ValueProblem("expected ':' after conversion specifier");
    const value = lookUp(path);
    const expanded = spec.includes("{") ? run(spec, depth + 1) : spec;
    if (conversion === "r" || conversion === "a") return escape(formatValue(repr(value), expanded));
    if (conversion === "s") return escape(formatValue(print(value), expanded));
    if (conversion !== undefined) throw new ValueProblem(`Unknown conversion specifier '${conversion}'`);
    return value instanceof Markup ? formatValue(value.html, expanded) : escape(formatValue(value, expanded));
  };
  const lookUp = (path: string): unknown => {
    const first = /^[^.[]*/.exec(path)![0];
    let value: unknown;
    if (/^\d*$/.test(first)) {
      const index = first === "" ? automatic++ : Number(first);
      if (index >= args.length)
        throw new ValueProblem(`Replacement index ${index} out of range for positional args tuple`);
      value = args[index];
    } else {
      const mapping = mappingOf(keywords);
      if (mapping === undefined || !mapping.has(first))
        throw new ValueProblem(`the format has no value for '${first}'`);
      value = mapping.get(first);
    }
    for (const [, name, key] of path.slice(first.length).matchAll(/\.([^.[]+)|\[([^\]]+)\]/g)) {
      value =
        name !== undefined ? look.attribute(value, name) : look.item(value, /^\d+$/.test(key!) ? Number(key) : key!);
      mustExist(value);
    }
    return value;
  };
  return run(format, 0);
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "{") depth++;
    if (text[at] === "}" && --depth === 0) return at;
  }
  throw new ValueProblem("expected '}' before end of string");
}
