import { Tuple } from "../../../index.ts";
import type { Expression } from "../language/ast.ts";
import { itemOf } from "../values/attributes.ts";
import { compare, isTrue } from "../values/compare.ts";
import { isText, toFloat } from "../values/kinds.ts";
import { makeDict } from "../values/make-dict.ts";
import { binary, joinTexts, slice, unary } from "../values/operators.ts";
import { print } from "../values/print.ts";
import type { Code } from "./code.ts";
import { compileAttribute } from "./compile-attribute.ts";
import { compileCall, compileFilter } from "./compile-call.ts";
import { missingElse } from "./missing-else.ts";
import type { Many, Operands } from "./operands.ts";
import type { Scope } from "./scope.ts";
import type { TranslationState } from "./translation-state.ts";
import { usesEngine } from "./uses-engine.ts";

/**
 * Compiles expressions that share their inputs: values are Python's, and the engine does not know
 * them.
 *
 * A whole expression is one function, because calls between the engine and JavaScript take most of
 * the time of a rendering. The engine evaluates the inputs first, from left to right.
 */
export class ExpressionCompiler implements Operands {
  readonly scope: Scope;
  readonly state: TranslationState;
  readonly inputs: string[];
  readonly #captured: string | undefined;

  /** @param captured what a filter without a value is applied to, in the engine's language. */
  constructor(scope: Scope, state: TranslationState, inputs: string[] = [], captured?: string) {
    this.scope = scope;
    this.state = state;
    this.inputs = inputs;
    this.#captured = captured;
  }

  /** @throws TemplateError `syntax`, with file and line. */
  compile(node: Expression): Code {
    const binding = node.is === "name" ? this.scope.find(node.name) : undefined;
    if (binding?.kind === "local") return ({ locals }) => locals[binding.slot];
    const own = this.state.expressions.engine(node, this.scope);
    return own === undefined ? this.operation(node) : this.input(own);
  }

  /** Compiles an expression as if it were not the engine's. */
  operation(node: Expression): Code {
    const { line } = node;
    switch (node.is) {
      case "constant": {
        const { value } = node;
        if (typeof value === "string" && !value.isWellFormed())
          this.state.fail(line, "A string has an unpaired surrogate. Fix: write the character itself.");
        return () => value;
      }
      case "float": {
        const value = toFloat(node.value);
        return () => value;
      }
      case "list":
        return this.many(line, node.items, (items) => items);
      case "tuple":
        return this.many(line, node.items, (items) => Tuple.of(...items));
      case "dict":
        return this.many(line, node.pairs.flat(), makeDict);
      case "attribute":
        return compileAttribute(node, this);
      case "item":
        return this.#two(line, node.of, node.key, itemOf);
      case "slice": {
        const parts = [0, 1, 2].map((part) => node.parts[part] ?? ({ is: "constant", value: null, line } as const));
        return this.many(line, [node.of, ...parts], ([value, ...bounds]) => slice(value, bounds));
      }
      case "call":
        return compileCall(node, this);
      case "filter":
        return compileFilter(node, this.state.around.filters, this, this.#captured);
      case "test":
        return compileFilter(node, this.state.around.tests, this);
      case "not":
        return this.one(line, node.of, (value) => !isTrue(value));
      case "unary":
        return this.one(line, node.of, (value) => unary(node.operator, value));
      case "binary":
        return this.#two(line, node.left, node.right, (left, right) => binary(node.operator, left, right));
      case "concat":
        return this.#concat(node);
      case "compare":
        return this.#compare(node);
      case "or":
      case "and":
        return this.#either(node);
      case "if":
        return this.#if(node);
      default:
        throw new TypeError(`The engine evaluates ${node.is}`);
    }
  }

  /** A value that the engine passes. A variable is passed once. */
  input(text: string): Code {
    const known = /^\w+$/.test(text) ? this.inputs.indexOf(text) : -1;
    // The first one is the number of the code.
    const at = known === -1 ? this.inputs.push(text) : known + 1;
    return (running, given) => running.handles.decode(given[at]);
  }

  /**
   * Operands, from left to right. The engine evaluates all inputs before the code runs. So what
   * stands before a call of a macro becomes an input too.
   */
  #operands(nodes: readonly Expression[]): Code[] {
    const last = nodes.findLastIndex((node) => usesEngine(node, this.scope, this.state));
    return nodes.map((node, at) =>
      at < last && node.is !== "constant"
        ? this.input(this.state.expressions.value(node, this.scope, this.#captured))
        : this.compile(node),
    );
  }

  /** An operation on one operand. */
  one(line: number, operand: Expression, run: (value: unknown) => unknown): Code {
    const code = this.compile(operand);
    return (running, given) => {
      const value = code(running, given);
      running.line = line;
      return run(value);
    };
  }

  #two(line: number, left: Expression, right: Expression, run: (left: unknown, right: unknown) => unknown): Code {
    const [first, second] = this.#operands([left, right]) as [Code, Code];
    return (running, given) => {
      const one = first(running, given);
      const other = second(running, given);
      running.line = line;
      return run(one, other);
    };
  }

  /** An operation on several operands. */
  many(line: number, nodes: readonly Expression[], run: Many): Code {
    const operands = this.#operands(nodes);
    return (running, given) => {
      const values: unknown[] = [];
      for (const operand of operands) values.push(operand(running, given));
      running.line = line;
      return run(values, running);
    };
  }

  #concat(node: Extract<Expression, { is: "concat" }>): Code {
    const { escape } = this.state;
    // Jinja joins constants before rendering, and then safe HTML is no longer known as such.
    const isKnown = node.items.every(isConstant);
    return this.many(node.line, node.items, (items) => {
      if (isKnown || !escape) return items.map((item) => print(item)).join("");
      return joinTexts(items.map((item) => (isText(item) ? item : print(item))));
    });
  }

  #compare(node: Extract<Expression, { is: "compare" }>): Code {
    const signs = node.rest.map(([sign]) => sign);
    return this.many(node.line, [node.first, ...node.rest.map(([, operand]) => operand)], (values) =>
      signs.every((sign, at) => compare(sign, values[at], values[at + 1])),
    );
  }

  #either(node: Extract<Expression, { is: "and" | "or" }>): Code {
    const [left, right] = [this.compile(node.left), this.compile(node.right)];
    const isDecidedBy = node.is === "or";
    return (running, given) => {
      const value = left(running, given);
      running.line = node.line;
      return isTrue(value) === isDecidedBy ? value : right(running, given);
    };
  }

  #if(node: Extract<Expression, { is: "if" }>): Code {
    const test = this.compile(node.test);
    const value = this.compile(node.value);
    const otherwise = node.otherwise === undefined ? missingElse(node.line) : this.compile(node.otherwise);
    return (running, given) => {
      const found = test(running, given);
      running.line = node.test.line;
      return isTrue(found) ? value(running, given) : otherwise(running, given);
    };
  }
}

function isConstant(node: Expression): boolean {
  if (node.is === "constant" || node.is === "float") return true;
  return node.is === "filter" && node.of !== undefined && isConstant(node.of) && node.args.positional.every(isConstant);
}
