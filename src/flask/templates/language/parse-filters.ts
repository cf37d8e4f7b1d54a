import type { Arguments, Expression } from "./ast.ts";
import { parseArguments, type ParseExpression } from "./parse-arguments.ts";
import { parsePostfix } from "./parse-postfix.ts";
import { parsePrimary } from "./parse-primary.ts";
import type { TokenStream } from "./token-stream.ts";

const NO_ARGUMENTS: Arguments = { positional: [], named: [], list: undefined, dict: undefined };

/** Reads `|filter`, `is test`, and calls between them. */
export function parseFilters(tokens: TokenStream, start: Expression, parseExpression: ParseExpression): Expression {
  let value = start;
  for (;;) {
    const { line } = tokens;
    if (tokens.looksAt("|")) value = parseFilterChain(tokens, value, parseExpression)!;
    else if (tokens.accept("is")) value = parseTest(tokens, value, line, parseExpression);
    else if (tokens.looksAt("("))
      value = { is: "call", of: value, args: parseArguments(tokens, parseExpression), line };
    else return value;
  }
}

/** Reads `|name(args)|name …`; with `bare` the first one has no `|`, as in `{% filter name %}`. */
export function parseFilterChain(
  tokens: TokenStream,
  start: Expression | undefined,
  parseExpression: ParseExpression,
  bare = false,
): Expression | undefined {
  let value = start;
  let first = bare;
  while (first || tokens.accept("|")) {
    first = false;
    const { line } = tokens;
    const name = parseDottedName(tokens);
    const args = tokens.looksAt("(") ? parseArguments(tokens, parseExpression) : NO_ARGUMENTS;
    value = { is: "filter", of: value, name, args, line };
  }
  return value;
}

function parseDottedName(tokens: TokenStream): string {
  let name = tokens.name();
  while (tokens.accept(".")) name += `.${tokens.name()}`;
  return name;
}

function parseTest(tokens: TokenStream, of: Expression, line: number, parseExpression: ParseExpression): Expression {
  const negated = tokens.accept("not");
  const name = parseDottedName(tokens);
  let args = NO_ARGUMENTS;
  const { current } = tokens;
  if (tokens.looksAt("(")) args = parseArguments(tokens, parseExpression);
  else if (
    current !== undefined &&
    (current.kind !== "sign" || tokens.looksAt("[") || tokens.looksAt("{")) &&
    !(current.kind === "name" && ["else", "or", "and", "if", "in", "not"].includes(current.text))
  ) {
    if (current.kind === "name" && current.text === "is")
      tokens.fail("You cannot chain multiple tests with is. Fix: join them with and.");
    const operand = parsePostfix(tokens, parsePrimary(tokens, parseExpression), parseExpression);
    args = { ...NO_ARGUMENTS, positional: [operand] };
  }
  const test: Expression = { is: "test", of, name, args, line };
  return negated ? { is: "not", of: test, line } : test;
}
