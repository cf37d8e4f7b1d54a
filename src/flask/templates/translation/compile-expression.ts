import { Tuple } from "../../../index.ts";
import type { Expression } from "../language/ast.ts";
import { nearest } from "../language/nearest.ts";
import { attributeOf, itemOf } from "../values/attributes.ts";
import { callValue } from "../values/call.ts";
import { compare, isTrue } from "../values/compare.ts";
import { runFilter, type Filter } from "../values/filter.ts";
import { isText, toFloat, Undefined } from "../values/kinds.ts";
import { makeDict } from "../values/make-dict.ts";
import { binary, joinTexts, slice, unary } from "../values/operators.ts";
import { print } from "../values/print.ts";
import type { Code, Running } from "./code.ts";
import { compileArguments } from "./compile-arguments.ts";
import { emitEngine } from "./emit-engine.ts";
import { emitValue } from "./emit-expression.ts";
import type { Scope } from "./scope.ts";
import type { TranslationState } from "./translation-state.ts";
import { usesEngine } from "./uses-engine.ts";

/** An expression as a function, and what the engine has to pass to it. */
export interface Compiled {
  readonly run: Code;
  /** Expressions in the engine's language: variables, and calls of macros. */
  readonly inputs: readonly string[];
}

/**
 * Compiles an expression: values are Python's, and the engine does not know them.
 *
 * A whole expression is one function, because calls between the engine and JavaScript take most of
 * the time of a rendering. The engine evaluates the inputs first, from left to right.
 *
 * @param captured what a filter without a value is applied to, in the engine's language.
 * @throws TemplateError `syntax`, with file and line.
 */
export function compileExpression(
  node: Expression,
  scope: Scope,
  state: TranslationState,
  captured?: string,
): Compiled {
  const compiler = new Compiler(scope, state, captured);
  const run = compiler.compile(node);
  return { run, inputs: compiler.inputs };
}

/** The same for an expression that may also be the engine's: as if it were not. */
export function compileOperation(node: Expression, scope: Scope, state: TranslationState): Compiled {
  const compiler = new Compiler(scope, state, undefined);
  const run = compiler.operation(node);
  return { run, inputs: compiler.inputs };
}

type Many = (values: readonly unknown[], running: Running) => unknown;

class Compiler {
  readonly inputs: string[] = [];
  readonly #scope: Scope;
  readonly #state: TranslationState;
  readonly #captured: string | undefined;

  constructor(scope: Scope, state: TranslationState, captured: string | undefined) {
    this.#scope = scope;
    this.#state = state;
    this.#captured = captured;
  }

  compile(node: Expression): Code {
    const own = emitEngine(node, this.#scope, this.#state);
    return own === undefined ? this.operation(node) : this.#input(own);
  }

  operation(node: Expression): Code {
    const { line } = node;
    switch (node.is) {
      case "constant": {
        const { value } = node;
        if (typeof value === "string" && !value.isWellFormed())
          this.#state.fail(line, "A string has an unpaired surrogate. Fix: write the character itself.");
        return () => value;
      }
      case "float": {
        const value = toFloat(node.value);
        return () => value;
      }
      case "list":
        return this.#many(line, node.items, (items) => items);
      case "tuple":
        return this.#many(line, node.items, (items) => Tuple.of(...items));
      case "dict":
        return this.#many(line, node.pairs.flat(), makeDict);
      case "attribute":
        return this.#attribute(node);
      case "item":
        return this.#two(line, node.of, node.key, itemOf);
      case "slice": {
        const parts = [0, 1, 2].map((part) => node.parts[part] ?? ({ is: "constant", value: null, line } as const));
        return this.#many(line, [node.of, ...parts], ([value, ...bounds]) => slice(value, bounds));
      }
      case "call":
        return this.#call(node);
      case "filter":
        return this.#filter(node, this.#state.around.filters, "filter", (result) => result);
      case "test":
        return this.#filter(node, this.#state.around.tests, "test", isTrue);
      case "not":
        return this.#one(line, node.of, (value) => !isTrue(value));
      case "unary":
        return this.#one(line, node.of, (value) => unary(node.operator, value));
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
  #input(text: string): Code {
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
    const last = nodes.findLastIndex((node) => usesEngine(node, this.#scope, this.#state));
    return nodes.map((node, at) =>
      at < last && node.is !== "constant"
        ? this.#input(emitValue(node, this.#scope, this.#state, this.#captured))
        : this.compile(node),
    );
  }

  #one(line: number, operand: Expression, run: (value: unknown) => unknown): Code {
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

  #many(line: number, nodes: readonly Expression[], run: Many): Code {
    const operands = this.#operands(nodes);
    return (running, given) => {
      const values: unknown[] = [];
      for (const operand of operands) values.push(operand(running, given));
      running.line = line;
      return run(values, running);
    };
  }

  #attribute(node: Extract<Expression, { is: "attribute" }>): Code {
    const { of, name, line } = node;
    const binding = of.is === "name" ? this.#scope.find(of.name) : undefined;
    if (binding?.kind === "macro") {
      const { signature } = binding;
      if (name === "name" && signature !== undefined) return () => signature.name;
      return this.#state.fail(line, `A macro has no '${name}' here. Fix: call '${(of as { name: string }).name}'.`);
    }
    if (of.is === "name" && of.name === "loop" && this.#state.extending && binding === undefined)
      this.#state.fail(
        line,
        "The loop of the extended template is not seen here. Fix: pass what you need: {% set index = loop.index %} in its loop.",
      );
    return this.#one(line, of, (value) => attributeOf(value, name));
  }

  /** A call of a function or a method. Macros are called by the engine. */
  #call(node: Extract<Expression, { is: "call" }>): Code {
    const { of, args, line } = node;
    const { nodes, read } = compileArguments(args);
    const method = of.is === "attribute" ? of : undefined;
    return this.#many(line, [method === undefined ? of : method.of, ...nodes], ([callee, ...values]) => {
      const found = method === undefined ? callee : attributeOf(callee, method.name);
      const { args: positional, keywords } = read(values);
      return callValue(found, positional, keywords);
    });
  }

  #filter(
    node: Extract<Expression, { is: "filter" | "test" }>,
    known: ReadonlyMap<string, Filter>,
    kind: "filter" | "test",
    finish: (result: unknown) => unknown,
  ): Code {
    const { name, args, line } = node;
    const found =
      known.get(name) ?? this.#state.fail(line, `No ${kind} named '${name}'. ${nearest(name, [...known.keys()])}`);
    const { nodes, read } = compileArguments(args);
    const { escape } = this.#state;
    const run: Many = ([value, ...values], running) => {
      const { args: positional, keywords } = read(values);
      const context = escape ? running.escaping : running.plain;
      return finish(runFilter(found, name, context, value, positional, keywords));
    };
    if (node.of !== undefined) return this.#many(line, [node.of, ...nodes], run);
    const captured = this.#input(this.#captured!);
    const operands = this.#many(line, nodes, (values) => values);
    return (running, given) => run([captured(running, given), ...(operands(running, given) as unknown[])], running);
  }

  #concat(node: Extract<Expression, { is: "concat" }>): Code {
    const { escape } = this.#state;
    // Jinja joins constants before rendering, and then safe HTML is no longer known as such.
    const isKnown = node.items.every(isConstant);
    return this.#many(node.line, node.items, (items) => {
      if (isKnown || !escape) return items.map((item) => print(item)).join("");
      return joinTexts(items.map((item) => (isText(item) ? item : print(item))));
    });
  }

  #compare(node: Extract<Expression, { is: "compare" }>): Code {
    const signs = node.rest.map(([sign]) => sign);
    return this.#many(node.line, [node.first, ...node.rest.map(([, operand]) => operand)], (values) =>
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

/** The value of `{{ a if b }}` where `b` is false. */
export function missingElse(line: number): Code {
  const value = new Undefined(
    `the inline if-expression on line ${line} evaluated to false and no else section was defined.`,
  );
  return () => value;
}

function isConstant(node: Expression): boolean {
  if (node.is === "constant" || node.is === "float") return true;
  return node.is === "filter" && node.of !== undefined && isConstant(node.of) && node.args.positional.every(isConstant);
}
