import { InvalidOptionError } from "../../index.ts";

/** A piece of a rule. */
export type Token =
  | { readonly kind: "slash" }
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "variable";
      readonly name: string;
      readonly converter: string;
      readonly args: readonly unknown[];
    };

/** A slash, text, or `<converter(arguments):variable>`: the syntax of Werkzeug. */
const PIECE = /(\/)|([^</]+)|<(?:([A-Za-z_]\w*)(?:\((.*?)\))?:)?([A-Za-z_]\w*)>/y;
const ARGUMENT = /\s*(?:(\w+)\s*=\s*)?(?:"([^"]*)"|'([^']*)'|([+-]?\d+\.\d*|[+-]?\d+|[\w.-]+))\s*(?:,|$)/y;
const CONSTANTS: Readonly<Record<string, unknown>> = { None: undefined, True: true, False: false };

/**
 * Takes a rule apart.
 *
 * @throws InvalidOptionError for what is no variable and has a `<`, and for a variable that is
 *   there twice.
 */
export function parseRule(rule: string): readonly Token[] {
  const tokens: Token[] = [];
  const names = new Set<string>();
  let at = 0;
  while (at < rule.length) {
    PIECE.lastIndex = at;
    const match = PIECE.exec(rule);
    if (match === null)
      throw new InvalidOptionError(
        `The rule "${rule}" cannot be read from "${rule.slice(at)}" on. Fix: write a variable as <name> or <converter:name>, without blanks, such as /user/<int:id>.`,
      );
    const [whole, slash, text, converter = "default", args = "", name] = match;
    if (slash !== undefined) tokens.push({ kind: "slash" });
    else if (text !== undefined) tokens.push({ kind: "text", text });
    else {
      if (names.has(name!))
        throw new InvalidOptionError(
          `The rule "${rule}" has the variable "${name}" twice. Fix: give each variable a name of its own.`,
        );
      names.add(name!);
      tokens.push({ kind: "variable", name: name!, converter, args: parseArguments(rule, args) });
    }
    at += whole.length;
  }
  return tokens;
}

/** What a rule has in brackets; named arguments are one object at the end. */
function parseArguments(rule: string, text: string): readonly unknown[] {
  const positional: unknown[] = [];
  const named: Record<string, unknown> = {};
  let at = 0;
  while (at < text.length) {
    ARGUMENT.lastIndex = at;
    const match = ARGUMENT.exec(text);
    if (match === null || match[0] === "")
      throw new InvalidOptionError(
        `The rule "${rule}" has arguments that cannot be read: "${text.slice(at)}". Fix: write words, numbers, True, False or "texts", with commas.`,
      );
    const [whole, name, double, single, bare] = match;
    const value = double ?? single ?? valueOf(bare!);
    if (name === undefined) positional.push(value);
    else named[name] = value;
    at += whole.length;
  }
  return Object.keys(named).length === 0 ? positional : [...positional, named];
}

function valueOf(word: string): unknown {
  if (Object.hasOwn(CONSTANTS, word)) return CONSTANTS[word];
  return /^[+-]?(?:\d+\.?\d*)$/.test(word) ? Number(word) : word;
}
