import type { Parameter, Statement, Target } from "./ast.ts";
import { parseExpression } from "./parse-expression.ts";
import type { TokenStream } from "./token-stream.ts";

const CONSTANT_NAMES = ["true", "false", "none", "True", "False", "None"];

/** Tags of Jinja's extensions. Flask does not switch them on either. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  do: "Fix: {% set _ = … %}.",
  break: "Fix: filter in the loop: {% for x in y if … %}.",
  continue: "Fix: filter in the loop: {% for x in y if … %}.",
  trans: "Fix: put the text into the context.",
  pluralize: "Fix: put the text into the context.",
  debug: "Fix: print the values that you need.",
};

/** All names of a target. */
export function flatNames(target: Target): string[] {
  return typeof target === "string" ? [target] : target.flatMap(flatNames);
}

export function parseTarget(tokens: TokenStream, end: string): Target {
  const items: Target[] = [];
  let tuple = false;
  for (;;) {
    if (tokens.accept("(")) {
      const inner = parseTarget(tokens, ")");
      tokens.expect(")");
      items.push(inner);
    } else items.push(assignable(tokens));
    if (!tokens.accept(",")) break;
    tuple = true;
    if (tokens.looksAt(end)) break;
  }
  return tuple ? items : items[0]!;
}

export function assignable(tokens: TokenStream): string {
  const name = tokens.name();
  if (CONSTANT_NAMES.includes(name)) tokens.fail(`can't assign to '${name}'. Fix: use another name.`);
  return name;
}

export function parseParameters(tokens: TokenStream): Parameter[] {
  const parameters: Parameter[] = [];
  tokens.expect("(");
  while (!tokens.accept(")")) {
    if (parameters.length > 0) tokens.expect(",");
    if (tokens.accept(")")) break;
    const name = assignable(tokens);
    if (parameters.some((other) => other.name === name)) tokens.fail(`duplicate parameter '${name}'`);
    const fallback = tokens.accept("=") ? parseExpression(tokens) : undefined;
    if (fallback === undefined && parameters.at(-1)?.fallback !== undefined)
      tokens.fail("non-default argument follows default argument. Fix: give it a default too.");
    parameters.push({ name, fallback });
  }
  return parameters;
}

export function contextOf(tokens: TokenStream, unlessSaid: boolean): boolean {
  for (const word of ["with", "without"]) {
    if (!tokens.looksAt(word) || !tokens.looksAt("context", 1)) continue;
    tokens.accept(word);
    tokens.accept("context");
    return word === "with";
  }
  return unlessSaid;
}

export function includeOf(tokens: TokenStream, line: number): Statement {
  const name = parseExpression(tokens);
  const ignoreMissing = tokens.looksAt("ignore") && tokens.looksAt("missing", 1);
  if (ignoreMissing) {
    tokens.accept("ignore");
    tokens.accept("missing");
  }
  const context = contextOf(tokens, true);
  tokens.end();
  return { is: "include", name, ignoreMissing, context, line };
}

export function fromOf(tokens: TokenStream, line: number): Statement {
  const name = parseExpression(tokens);
  tokens.expect("import");
  const names: [string, string][] = [];
  let context: boolean | undefined;
  const readContext = (): boolean => {
    if (!(tokens.looksAt("with") || tokens.looksAt("without")) || !tokens.looksAt("context", 1)) return false;
    context = contextOf(tokens, false);
    return true;
  };
  while (!tokens.done && !readContext()) {
    if (names.length > 0) tokens.expect(",");
    if (tokens.done || readContext()) break;
    const imported = assignable(tokens);
    if (imported.startsWith("_"))
      tokens.fail("names starting with an underline can not be imported. Fix: rename it in its template.");
    names.push([imported, tokens.accept("as") ? assignable(tokens) : imported]);
  }
  tokens.end();
  if (names.length === 0) tokens.fail("expected a name to import");
  return { is: "from", name, names, context: context ?? false, line };
}

/**
 * Refuses a tag that there is not.
 *
 * @param end the tag that would close the innermost open one, if one is open.
 */
export function failUnknownTag(name: string, tokens: TokenStream, end: string | undefined): never {
  const closing = end === undefined ? "" : ` The innermost tag that is open needs {% ${end} %}.`;
  const fix = EXTENSIONS[name] ?? `Fix: ${end === undefined ? "" : "close the open tag, or "}remove the tag.`;
  return tokens.fail(`Encountered unknown tag '${name}'.${closing} ${fix}`);
}
