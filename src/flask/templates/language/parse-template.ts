import type { Body, Expression, Statement, Target, Template } from "./ast.ts";
import { lex, type Part } from "./lexer.ts";
import { parseExpression, parseTuple } from "./parse-expression.ts";
import { parseFilterChain } from "./parse-filters.ts";
import {
  assignable,
  contextOf,
  failUnknownTag,
  flatNames,
  fromOf,
  includeOf,
  parseParameters,
  parseTarget,
} from "./parse-tags.ts";
import { TokenStream } from "./token-stream.ts";
import { TemplateError } from "../errors.ts";

/**
 * Reads a template of Jinja's language.
 *
 * @throws TemplateError `syntax`, with file and line.
 */
export function parseTemplate(source: string, template: string): Template {
  const parts = lex(source, template);
  const parser = new Parser(parts, template);
  const body = parser.body([], "");
  return { body };
}

class Parser {
  readonly #parts: readonly Part[];
  readonly #template: string;
  #at = 0;
  /** The blocks so far: a name may be used once. */
  readonly #blocks = new Set<string>();
  #macros = 0;

  constructor(parts: readonly Part[], template: string) {
    this.#parts = parts;
    this.#template = template;
  }

  /** Reads statements until a tag with one of these names, which stays the next part. */
  body(ends: readonly string[], opened: string): Body {
    const statements: Statement[] = [];
    for (;;) {
      const part = this.#parts[this.#at];
      if (part === undefined) {
        if (ends.length === 0) return statements;
        throw new TemplateError(
          "syntax",
          `Unexpected end of template. ${opened} is not closed. Fix: add {% ${ends[0]} %}.`,
          { template: this.#template, line: this.#parts.at(-1)?.line ?? 1 },
        );
      }
      if (part.is === "text") {
        statements.push({ is: "text", text: part.text, line: part.line });
        this.#at++;
        continue;
      }
      const tokens = new TokenStream(part.tokens, this.#template, part.line);
      if (part.is === "output") {
        const value = parseTuple(tokens);
        tokens.end();
        statements.push({ is: "output", value, line: part.line });
        this.#at++;
        continue;
      }
      const first = tokens.current;
      if (first?.kind !== "name") tokens.fail("A tag begins with its name, such as {% if %}.");
      if (ends.includes(first!.text)) return statements;
      this.#at++;
      tokens.next();
      const statement = this.#statement(first!.text, tokens, part.line, ends);
      statements.push(statement);
    }
  }

  /** Reads the tag that ended a body, and checks its name. */
  #close(): TokenStream {
    const part = this.#parts[this.#at++];
    const tokens = new TokenStream(
      part !== undefined && part.is !== "text" ? part.tokens : [],
      this.#template,
      part?.line ?? 1,
    );
    tokens.next();
    return tokens;
  }

  #closed(end: string, tag: string): Body {
    const body = this.body([end], `{% ${tag} %}`);
    this.#close().end();
    return body;
  }

  #statement(name: string, tokens: TokenStream, line: number, ends: readonly string[]): Statement {
    switch (name) {
      case "if":
        return this.#if(tokens, line);
      case "for":
        return this.#for(tokens, line);
      case "set":
        return this.#set(tokens, line);
      case "with":
        return this.#with(tokens, line);
      case "macro": {
        const macro = tokens.name();
        const parameters = parseParameters(tokens);
        tokens.end();
        this.#macros++;
        const body = this.#closed("endmacro", "macro");
        this.#macros--;
        return { is: "macro", name: macro, parameters, body, line };
      }
      case "call": {
        const parameters = tokens.looksAt("(") ? parseParameters(tokens) : [];
        const call = parseExpression(tokens);
        if (call.is !== "call") return tokens.fail("expected a call. Fix: {% call name() %}.");
        tokens.end();
        return { is: "call", parameters, call, body: this.#closed("endcall", "call"), line };
      }
      case "filter": {
        const filter = parseFilterChain(tokens, undefined, parseExpression, true)!;
        tokens.end();
        return { is: "filter", filter, body: this.#closed("endfilter", "filter"), line };
      }
      case "autoescape": {
        const on = parseExpression(tokens);
        tokens.end();
        return { is: "autoescape", on, body: this.#closed("endautoescape", "autoescape"), line };
      }
      case "block":
        return this.#block(tokens, line);
      case "extends": {
        const value = parseExpression(tokens);
        tokens.end();
        return { is: "extends", name: value, line };
      }
      case "include":
        return includeOf(tokens, line);
      case "import": {
        const value = parseExpression(tokens);
        tokens.expect("as");
        const as = assignable(tokens);
        const context = contextOf(tokens, false);
        tokens.end();
        return { is: "import", name: value, as, context, line };
      }
      case "from":
        return fromOf(tokens, line);
      default:
        return failUnknownTag(name, tokens, ends[0]);
    }
  }

  #if(tokens: TokenStream, line: number): Statement {
    const branches: { test: Expression; body: Body; line: number }[] = [];
    let head = tokens;
    let headLine = line;
    for (;;) {
      const test = parseTuple(head, false);
      head.end();
      const body = this.body(["endif", "elif", "else"], "{% if %}");
      branches.push({ test, body, line: headLine });
      const closing = this.#closingName();
      headLine = this.#parts[this.#at]!.line;
      head = this.#close();
      if (closing === "elif") continue;
      head.end();
      if (closing === "endif") return { is: "if", branches, otherwise: undefined, line };
      return { is: "if", branches, otherwise: this.#closed("endif", "if"), line };
    }
  }

  #closingName(): string {
    const part = this.#parts[this.#at]!;
    return part.is === "text" ? "" : part.tokens[0]!.text;
  }

  #for(tokens: TokenStream, line: number): Statement {
    const target = parseTarget(tokens, "in");
    if (flatNames(target).includes("loop"))
      tokens.fail("'loop' cannot be assigned. Fix: give the variable another name.");
    tokens.expect("in");
    const of = parseTuple(tokens, false);
    const filter = tokens.accept("if") ? parseExpression(tokens) : undefined;
    const recursive = tokens.accept("recursive");
    tokens.end();
    const body = this.body(["endfor", "else"], "{% for %}");
    const hasElse = this.#closingName() === "else";
    this.#close().end();
    const otherwise = hasElse ? this.#closed("endfor", "for") : undefined;
    return { is: "for", target, of, filter, recursive, body, otherwise, line };
  }

  #set(tokens: TokenStream, line: number): Statement {
    if (tokens.looksAt(".", 1)) {
      const of = tokens.name();
      tokens.expect(".");
      const name = tokens.name();
      tokens.expect("=");
      const value = parseTuple(tokens);
      tokens.end();
      return { is: "set-attribute", of, name, value, line };
    }
    const target = parseTarget(tokens, "=");
    if (tokens.accept("=")) {
      const value = parseTuple(tokens);
      tokens.end();
      return { is: "set", target, value, line };
    }
    if (typeof target !== "string") return tokens.fail("A block of {% set %} has one name. Fix: {% set name %}.");
    const filter = parseFilterChain(tokens, undefined, parseExpression);
    tokens.end();
    return { is: "set-block", target, filter, body: this.#closed("endset", "set"), line };
  }

  #with(tokens: TokenStream, line: number): Statement {
    const values: [Target, Expression][] = [];
    while (!tokens.done) {
      if (values.length > 0) tokens.expect(",");
      const target = parseTarget(tokens, "=");
      tokens.expect("=");
      values.push([target, parseExpression(tokens)]);
    }
    return { is: "with", values, body: this.#closed("endwith", "with"), line };
  }

  #block(tokens: TokenStream, line: number): Statement {
    const name = tokens.name();
    if (tokens.looksAt("-")) tokens.fail("A block's name has no hyphen. Fix: use an underscore.");
    if (this.#macros > 0) tokens.fail(`The block '${name}' is inside of a macro. Fix: move it out of the macro.`);
    if (this.#blocks.has(name)) tokens.fail(`block '${name}' defined twice. Fix: give one of them another name.`);
    this.#blocks.add(name);
    const scoped = tokens.accept("scoped");
    const required = tokens.accept("required");
    tokens.end();
    const body = this.body(["endblock"], `{% block ${name} %}`);
    const close = this.#close();
    if (!close.done) {
      const closing = close.name();
      if (closing !== name) close.fail(`'${name}' expected, got '${closing}'. Fix: {% endblock ${name} %}.`);
    }
    close.end();
    if (required && body.some((node) => node.is !== "text" || /\S/.test(node.text)))
      tokens.fail("Required blocks can only contain comments or whitespace. Fix: remove what is in it.");
    return { is: "block", name, scoped, required, body, line };
  }
}
