import type { Expression } from "./ast.ts";
import type { ParseExpression } from "./parse-arguments.ts";
import type { TokenStream } from "./token-stream.ts";

/** Reads items up to a bracket, with a comma between them, and perhaps one after the last. */
export function parseItems<Item>(tokens: TokenStream, close: string, item: () => Item): Item[] {
  const items: Item[] = [];
  while (!tokens.accept(close)) {
    if (items.length > 0) tokens.expect(",");
    if (tokens.accept(close)) break;
    items.push(item());
  }
  return items;
}

/** Reads `a` or `a, b`, which is a tuple without parentheses. */
export function parseTupleOf(tokens: TokenStream, parseExpression: ParseExpression): Expression {
  const { line } = tokens;
  const first = parseExpression(tokens);
  if (!tokens.looksAt(",")) return first;
  const items = [first];
  while (tokens.accept(",")) {
    if (endsTuple(tokens)) break;
    items.push(parseExpression(tokens));
  }
  return { is: "tuple", items, line };
}

function endsTuple(tokens: TokenStream): boolean {
  return tokens.done || tokens.looksAt(")") || tokens.looksAt("recursive") || tokens.looksAt("if");
}
