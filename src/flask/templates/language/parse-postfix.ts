import type { Expression } from "./ast.ts";
import { parseArguments, type ParseExpression } from "./parse-arguments.ts";
import type { TokenStream } from "./token-stream.ts";

/** Reads `.name`, `[key]` and `(arguments)`. */
export function parsePostfix(tokens: TokenStream, start: Expression, parseExpression: ParseExpression): Expression {
  let value = start;
  for (;;) {
    const { line } = tokens;
    if (tokens.accept(".")) {
      const token = tokens.next();
      if (token.kind === "name") value = { is: "attribute", of: value, name: token.text, line };
      else if (token.kind === "integer")
        value = { is: "item", of: value, key: { is: "constant", value: Number(token.text), line }, line };
      else tokens.fail("expected a name or a number after the dot");
    } else if (tokens.accept("[")) {
      const keys = parseSubscripts(tokens, value, line, parseExpression);
      value = keys;
    } else if (tokens.looksAt("("))
      value = { is: "call", of: value, args: parseArguments(tokens, parseExpression), line };
    else return value;
  }
}

function parseSubscripts(
  tokens: TokenStream,
  of: Expression,
  line: number,
  parseExpression: ParseExpression,
): Expression {
  const values: Expression[] = [];
  let slice: Expression | undefined;
  do {
    if (values.length > 0 && tokens.looksAt("]")) break;
    const subscript = parseSubscript(tokens, of, line, parseExpression);
    if (subscript.is === "slice") slice = subscript;
    values.push(subscript);
  } while (tokens.accept(","));
  tokens.expect("]");
  if (slice !== undefined) {
    if (values.length > 1) tokens.fail("A slice cannot stand beside other keys. Fix: write one slice in brackets.");
    return slice;
  }
  return { is: "item", of, key: values.length === 1 ? values[0]! : { is: "tuple", items: values, line }, line };
}

function parseSubscript(
  tokens: TokenStream,
  of: Expression,
  line: number,
  parseExpression: ParseExpression,
): Expression {
  const parts: (Expression | undefined)[] = [undefined];
  if (!tokens.looksAt(":")) {
    const value = parseExpression(tokens);
    if (!tokens.looksAt(":")) return value;
    parts[0] = value;
  }
  while (tokens.accept(":")) {
    if (parts.length > 2) tokens.fail("A slice has at most three parts. Fix: write [start:stop:step].");
    parts.push(tokens.looksAt(":") || tokens.looksAt("]") ? undefined : parseExpression(tokens));
  }
  return { is: "slice", of, parts, line };
}
