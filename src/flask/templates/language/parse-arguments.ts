import type { Arguments, Expression } from "./ast.ts";
import type { TokenStream } from "./token-stream.ts";

/** Reads an expression. The parts of the parser are handed it, because it needs them itself. */
export type ParseExpression = (tokens: TokenStream) => Expression;

/** Reads `(a, b=1, *list, **dict)`. */
export function parseArguments(tokens: TokenStream, parseExpression: ParseExpression): Arguments {
  const positional: Expression[] = [];
  const named: [string, Expression][] = [];
  let list: Expression | undefined;
  let dict: Expression | undefined;
  tokens.expect("(");
  let first = true;
  while (!tokens.accept(")")) {
    if (!first) tokens.expect(",");
    first = false;
    if (tokens.accept(")")) break;
    if (tokens.accept("**")) {
      if (dict !== undefined) tokens.fail("invalid syntax for function call expression: ** stands twice");
      dict = parseExpression(tokens);
    } else if (tokens.accept("*")) {
      if (list !== undefined || dict !== undefined) tokens.fail("invalid syntax for function call expression");
      list = parseExpression(tokens);
    } else if (tokens.current?.kind === "name" && tokens.looksAt("=", 1)) {
      const name = tokens.name();
      tokens.expect("=");
      if (dict !== undefined) tokens.fail("invalid syntax for function call expression");
      if (named.some(([other]) => other === name)) tokens.fail(`keyword argument repeated: ${name}`);
      named.push([name, parseExpression(tokens)]);
    } else {
      if (named.length > 0 || list !== undefined || dict !== undefined)
        tokens.fail("invalid syntax for function call expression: a positional argument follows a named one");
      positional.push(parseExpression(tokens));
    }
  }
  return { positional, named, list, dict };
}
