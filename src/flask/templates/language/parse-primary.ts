import type { Expression } from "./ast.ts";
import type { ParseExpression } from "./parse-arguments.ts";
import { parseItems, parseTupleOf } from "./parse-items.ts";
import type { TokenStream } from "./token-stream.ts";

const CONSTANTS: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
};

/** Reads a name, a constant, or what stands in parentheses or brackets. */
export function parsePrimary(tokens: TokenStream, parseExpression: ParseExpression): Expression {
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
    const value = parseTupleOf(tokens, parseExpression);
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
