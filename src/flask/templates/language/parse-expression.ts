import type { Arguments, Expression } from "./ast.ts";
import type { TokenStream } from "./token-stream.ts";

const CONSTANTS: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};
const COMPARISONS = ["==", "!=", "<", "<=", ">", ">="];
const NO_ARGUMENTS: Arguments = { positional: [], named: [], list: undefined, dict: undefined };

/** Reads an expression with Jinja's order of operators. */
export function parseExpression(tokens: TokenStream, withCondition = true): Expression {
  return withCondition ? parseCondition(tokens) : parseOr(tokens);
}

/** Reads `a` or `a, b`, which is a tuple without parentheses. */
export function parseTuple(tokens: TokenStream, withCondition = true): Expression {
  const { line } = tokens;
  const first = parseExpression(tokens, withCondition);
  if (!tokens.looksAt(",")) return first;
  const items = [first];
  while (tokens.accept(",")) {
    if (endsTuple(tokens)) break;
    items.push(parseExpression(tokens, withCondition));
  }
  return { is: "tuple", items, line };
}

function endsTuple(tokens: TokenStream): boolean {
  return tokens.done || tokens.looksAt(")") || tokens.looksAt("recursive") || tokens.looksAt("if");
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
  else value = parsePrimary(tokens);
  value = parsePostfix(tokens, value);
  return withFilters ? parseFilters(tokens, value) : value;
}

function parsePrimary(tokens: TokenStream): Expression {
  const { line } = tokens;
  const token = tokens.next();
  if (token.kind === "name") {
    if (Object.hasOwn(CONSTANTS, token.text)) return { is: "constant", value: CONSTANTS[token.text]!, line };
    return { is: "name", name: token.text, line };
  }
  if (token.kind === "string") {
    let { text } = token;
    while (tokens.current?.kind === "string") text += tokens.next().text;
    return { is: "constant", value: text, line };
  }
  if (token.kind === "integer") {
    const digits = token.text.replaceAll("_", "");
    const whole = BigInt(/^0+$/.test(digits) ? "0" : digits);
    return {
      is: "constant",
      value: whole <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(whole) : whole,
      line,
    };
  }
  if (token.kind === "float") return { is: "float", value: Number(token.text.replaceAll("_", "")), line };
  if (token.text === "(") {
    if (tokens.accept(")")) return { is: "tuple", items: [], line };
    const value = parseTuple(tokens);
    tokens.expect(")");
    return value;
  }
  if (token.text === "[") return { is: "list", items: parseItems(tokens, "]", () => parseExpression(tokens)), line };
  if (token.text === "{") {
    const pairs = parseItems(tokens, "}", (): [Expression, Expression] => {
      const key = parseExpression(tokens);
      tokens.expect(":");
      return [key, parseExpression(tokens)];
    });
    return { is: "dict", pairs, line };
  }
  return tokens.fail(`unexpected '${token.text}'`);
}

function parseItems<Item>(tokens: TokenStream, close: string, item: () => Item): Item[] {
  const items: Item[] = [];
  while (!tokens.accept(close)) {
    if (items.length > 0) tokens.expect(",");
    if (tokens.accept(close)) break;
    items.push(item());
  }
  return items;
}

/** Reads `.name`, `[key]` and `(arguments)`. */
function parsePostfix(tokens: TokenStream, start: Expression): Expression {
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
      const keys = parseSubscripts(tokens, value, line);
      value = keys;
    } else if (tokens.looksAt("(")) value = { is: "call", of: value, args: parseArguments(tokens), line };
    else return value;
  }
}

function parseSubscripts(tokens: TokenStream, of: Expression, line: number): Expression {
  const values: Expression[] = [];
  let slice: Expression | undefined;
  do {
    if (values.length > 0 && tokens.looksAt("]")) break;
    const subscript = parseSubscript(tokens, of, line);
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

function parseSubscript(tokens: TokenStream, of: Expression, line: number): Expression {
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

/** Reads `(a, b=1, *list, **dict)`. */
export function parseArguments(tokens: TokenStream): Arguments {
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

/** Reads `|filter`, `is test`, and calls between them. */
function parseFilters(tokens: TokenStream, start: Expression): Expression {
  let value = start;
  for (;;) {
    const { line } = tokens;
    if (tokens.looksAt("|")) value = parseFilterChain(tokens, value)!;
    else if (tokens.accept("is")) value = parseTest(tokens, value, line);
    else if (tokens.looksAt("(")) value = { is: "call", of: value, args: parseArguments(tokens), line };
    else return value;
  }
}

/** Reads `|name(args)|name …`; with `bare` the first one has no `|`, as in `{% filter name %}`. */
export function parseFilterChain(
  tokens: TokenStream,
  start: Expression | undefined,
  bare = false,
): Expression | undefined {
  let value = start;
  let first = bare;
  while (first || tokens.accept("|")) {
    first = false;
    const { line } = tokens;
    const name = parseDottedName(tokens);
    const args = tokens.looksAt("(") ? parseArguments(tokens) : NO_ARGUMENTS;
    value = { is: "filter", of: value, name, args, line };
  }
  return value;
}

function parseDottedName(tokens: TokenStream): string {
  let name = tokens.name();
  while (tokens.accept(".")) name += `.${tokens.name()}`;
  return name;
}

function parseTest(tokens: TokenStream, of: Expression, line: number): Expression {
  const negated = tokens.accept("not");
  const name = parseDottedName(tokens);
  let args = NO_ARGUMENTS;
  const { current } = tokens;
  if (tokens.looksAt("(")) args = parseArguments(tokens);
  else if (
    current !== undefined &&
    (current.kind !== "sign" || tokens.looksAt("[") || tokens.looksAt("{")) &&
    !(current.kind === "name" && ["else", "or", "and", "if", "in", "not"].includes(current.text))
  ) {
    if (current.kind === "name" && current.text === "is")
      tokens.fail("You cannot chain multiple tests with is. Fix: join them with and.");
    args = { ...NO_ARGUMENTS, positional: [parsePostfix(tokens, parsePrimary(tokens))] };
  }
  const test: Expression = { is: "test", of, name, args, line };
  return negated ? { is: "not", of: test, line } : test;
}
