import type { Expression } from "./ast.ts";
import { parseFilters } from "./parse-filters.ts";
import { parseTupleOf } from "./parse-items.ts";
import { parsePostfix } from "./parse-postfix.ts";
import { parsePrimary } from "./parse-primary.ts";
import type { TokenStream } from "./token-stream.ts";

const COMPARISONS = ["==", "!=", "<", "<=", ">", ">="];

/** Reads an expression with Jinja's order of operators. */
export function parseExpression(tokens: TokenStream): Expression {
  return parseCondition(tokens);
}

/**
 * Reads `a` or `a, b`, which is a tuple without parentheses.
 *
 * @param withCondition whether `a if b` is read too. Where it is not, `if` belongs to the tag.
 */
export function parseTuple(tokens: TokenStream, withCondition = true): Expression {
  return parseTupleOf(tokens, withCondition ? parseCondition : parseOr);
}

function parseCondition(tokens: TokenStream): Expression {
  const { line } = tokens;
  let value = parseOr(tokens);
  while (tokens.accept("if")) {
    const test = parseOr(tokens);
    const otherwise = tokens.accept("else") ? parseCondition(tokens) : undefined;
    value = { is: "if", test, value, otherwise, line };
  }
  return value;
}

function parseOr(tokens: TokenStream): Expression {
  const { line } = tokens;
  let left = parseAnd(tokens);
  while (tokens.accept("or")) left = { is: "or", left, right: parseAnd(tokens), line };
  return left;
}

function parseAnd(tokens: TokenStream): Expression {
  const { line } = tokens;
  let left = parseNot(tokens);
  while (tokens.accept("and")) left = { is: "and", left, right: parseNot(tokens), line };
  return left;
}

function parseNot(tokens: TokenStream): Expression {
  const { line } = tokens;
  if (tokens.looksAt("not") && !tokens.looksAt("in", 1)) {
    tokens.accept("not");
    return { is: "not", of: parseNot(tokens), line };
  }
  return parseComparison(tokens);
}

function parseComparison(tokens: TokenStream): Expression {
  const { line } = tokens;
  const first = parseSum(tokens);
  const rest: [string, Expression][] = [];
  for (;;) {
    const sign = COMPARISONS.find((candidate) => tokens.looksAt(candidate));
    if (sign !== undefined) {
      tokens.accept(sign);
      rest.push([sign, parseSum(tokens)]);
    } else if (tokens.accept("in")) rest.push(["in", parseSum(tokens)]);
    else if (tokens.looksAt("not") && tokens.looksAt("in", 1)) {
      tokens.accept("not");
      tokens.accept("in");
      rest.push(["not in", parseSum(tokens)]);
    } else break;
  }
  return rest.length === 0 ? first : { is: "compare", first, rest, line };
}

/** A level of binary operators that group to the left. */
function binary(tokens: TokenStream, operators: readonly string[], operand: () => Expression): Expression {
  const { line } = tokens;
  let left = operand();
  for (;;) {
    const operator = operators.find((candidate) => tokens.looksAt(candidate));
    if (operator === undefined) return left;
    tokens.accept(operator);
    left = { is: "binary", operator, left, right: operand(), line };
  }
}

function parseSum(tokens: TokenStream): Expression {
  return binary(tokens, ["+", "-"], () => parseConcat(tokens));
}

function parseConcat(tokens: TokenStream): Expression {
  const { line } = tokens;
  const items = [parseProduct(tokens)];
  while (tokens.accept("~")) items.push(parseProduct(tokens));
  return items.length === 1 ? items[0]! : { is: "concat", items, line };
}

function parseProduct(tokens: TokenStream): Expression {
  return binary(tokens, ["*", "/", "//", "%"], () => binary(tokens, ["**"], () => parseUnary(tokens, true)));
}

/** A sign binds tighter than a filter: `-1|abs` is 1. */
function parseUnary(tokens: TokenStream, withFilters: boolean): Expression {
  const { line } = tokens;
  let value: Expression;
  if (tokens.accept("-")) value = { is: "unary", operator: "-", of: parseUnary(tokens, false), line };
  else if (tokens.accept("+")) value = { is: "unary", operator: "+", of: parseUnary(tokens, false), line };
  else value = parsePrimary(tokens, parseExpression);
  value = parsePostfix(tokens, value, parseExpression);
  return withFilters ? parseFilters(tokens, value, parseExpression) : value;
}
