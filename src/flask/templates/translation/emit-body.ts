import type { Body, Statement } from "../language/ast.ts";
import { hasPlainBlock } from "../language/exports.ts";
import { flatNames } from "../language/parse-tags.ts";
import { ValueProblem } from "../errors.ts";
import type { BodyWriter } from "./body-writer.ts";
import { compileBody, endOfCompilable } from "./compile-body.ts";
import { emitAssignment, emitMember, emitSetBlock, emitWith } from "./emit-assignments.ts";
import { emitExtends, emitImport, emitInclude } from "./emit-imports.ts";
import { emitItems, patternOf } from "./emit-items.ts";
import { emitCallBlock, emitMacro } from "./emit-macros.ts";
import { asText, checkText, literal } from "./engine-text.ts";
import { Scope } from "./scope.ts";
import { checkOutput } from "./printer.ts";
import type { TranslationState } from "./translation-state.ts";

/** Writes the statements of one template in the engine's language. */
export class BodyEmitter implements BodyWriter {
  readonly state: TranslationState;
  readonly #root: Body;
  #line = 1;
  /** How many loops and blocks are open with names that an included template could not see. */
  #renaming = 0;

  constructor(state: TranslationState, root: Body) {
    this.state = state;
    this.#root = root;
  }

  get isRenaming(): boolean {
    return this.#renaming > 0;
  }

  body(body: Body, scope: Scope): string {
    let source = "";
    for (let at = 0; at < body.length;) {
      const end = endOfCompilable(body, at, scope, this.state);
      if (end === at) source += this.#statement(body[at++]!, scope, body === this.#root);
      else {
        source += this.#compiled(body.slice(at, end), scope);
        at = end;
      }
    }
    return source;
  }

  /** Statements that need nothing of the engine, as one call. */
  #compiled(body: Body, scope: Scope): string {
    const { line } = body[0]!;
    const open = `{{${this.#lineBreaks(line)} `;
    const { run, inputs } = compileBody(body, scope, this.state);
    return `${open}${this.state.call("__text", line, run, inputs)} }}`;
  }

  /** Begins a tag, with line breaks in it, so that the engine's lines are those of the template. */
  tag(line: number): string {
    return `{%${this.#lineBreaks(line)} `;
  }

  /** The engine's variable for a name that is assigned here. */
  bindValue(name: string, scope: Scope, isSet = false): string {
    const emit = `${this.state.prefix}${name}${scope.suffix}`;
    scope.bind(name, { kind: "value", emit, isSet });
    // Where the template does not assign it, the context may have it.
    if (!isSet && scope.suffix === "") this.state.names.add(name);
    return emit;
  }

  #lineBreaks(line: number): string {
    const missing = Math.max(0, line - this.#line);
    this.#line += missing;
    return "\n".repeat(missing);
  }

  #statement(node: Statement, scope: Scope, atRoot: boolean): string {
    switch (node.is) {
      case "text":
        return this.#text(node.text, node.line);
      case "output":
        return this.#output(node, scope);
      case "if":
        return this.#if(node, scope);
      case "for":
        return this.#for(node, scope);
      case "set":
        return emitAssignment(node, scope, this);
      case "set-attribute":
        return emitMember(node, scope, this);
      case "set-block":
        return emitSetBlock(node, scope, this);
      case "with":
        return emitWith(node, scope, this);
      case "macro":
        return emitMacro(node, scope, this);
      case "call":
        return emitCallBlock(node, scope, this);
      case "filter":
        return this.#filter(node, scope);
      case "autoescape":
        return this.#autoescape(node, scope);
      case "block":
        return this.#block(node, scope);
      case "extends":
        return emitExtends(node, atRoot, scope, this);
      case "include":
        return emitInclude(node, scope, this);
      case "import":
      case "from":
        return emitImport(node, scope, this);
    }
  }

  #text(text: string, line: number): string {
    const breaks = this.#lineBreaks(line);
    const before = breaks === "" ? "" : `{#${breaks}#}`;
    checkText(text, line, this.state);
    if (/\{[{%#]/.test(text)) return `${before}{{ ${literal(text)} }}`;
    this.#line += text.split("\n").length - 1;
    // A brace at the end would join with the next tag.
    return before + (text.endsWith("{") ? `${text.slice(0, -1)}{{ "{" }}` : text);
  }

  #output({ value, line }: Extract<Statement, { is: "output" }>, scope: Scope): string {
    const open = `{{${this.#lineBreaks(line)} `;
    checkOutput(value, line, this.state);
    return `${open}${this.state.expressions.output(value, scope)} }}`;
  }

  #if({ branches, otherwise }: Extract<Statement, { is: "if" }>, scope: Scope): string {
    const emitted = branches.map(({ test, body, line }, index) => {
      const head = `${this.tag(line)}${index === 0 ? "if" : "elif"} ${this.state.expressions.condition(test, scope)} %}`;
      return head + this.body(body, scope);
    });
    const last = otherwise === undefined ? "" : `{% else %}${this.body(otherwise, scope)}`;
    return `${emitted.join("")}${last}{% endif %}`;
  }

  #for(node: Extract<Statement, { is: "for" }>, scope: Scope): string {
    const { state } = this;
    const inner = this.innerScope(node.body, scope);
    const pattern = patternOf(node.target);
    const items = emitItems(node.of, pattern, node.line, scope, state);
    const tag = this.tag(node.line);
    const targets = flatNames(node.target).map((name) => this.bindValue(name, inner, true));
    const filter = node.filter === undefined ? "" : ` if ${state.expressions.condition(node.filter, inner)}`;
    inner.bind("loop", { kind: "loop", emit: "loop", recursive: node.recursive, pattern });
    const head = `${tag}for ${targets.join(", ")} in ${items}${filter}${node.recursive ? " recursive" : ""} %}`;
    const isRenaming = inner.suffix !== scope.suffix;
    if (isRenaming) this.#renaming++;
    const plain = this.body(node.body, inner);
    if (isRenaming) this.#renaming--;
    // The engine keeps what a round has set for the next one, and Jinja does not.
    const body = assigns(node.body) ? `{% with %}${plain}{% endwith %}` : plain;
    const otherwise = node.otherwise === undefined ? "" : `{% else %}${this.body(node.otherwise, new Scope(scope))}`;
    return `${head}${body}${otherwise}{% endfor %}`;
  }

  /** A scope with names of its own, if a block in the body must not see them. */
  innerScope(body: Body, scope: Scope): Scope {
    return new Scope(scope, hasPlainBlock(body) ? `_${this.state.unique()}` : scope.suffix);
  }

  #filter({ filter, body, line }: Extract<Statement, { is: "filter" }>, scope: Scope): string {
    const captured = `c_${this.state.unique()}`;
    const head = `${this.tag(line)}set ${captured} %}{% with %}`;
    const inner = this.body(body, new Scope(scope));
    const printed = this.state.expressions.output(filter, scope, asText(captured, this.state.escape));
    return `${head}${inner}{% endwith %}{% endset %}{{ ${printed} }}`;
  }

  #autoescape(node: Extract<Statement, { is: "autoescape" }>, scope: Scope): string {
    const { state } = this;
    if (node.on.is !== "constant" || typeof node.on.value !== "boolean")
      return state.fail(node.line, "{% autoescape %} takes true or false here. Fix: write one of them.");
    const before = state.escape;
    state.escape = node.on.value;
    const body = this.body(node.body, new Scope(scope));
    state.escape = before;
    return `{% with %}${body}{% endwith %}`;
  }

  #block(node: Extract<Statement, { is: "block" }>, scope: Scope): string {
    const tag = this.tag(node.line);
    const inner = new Scope(node.scoped ? scope : scope.root, node.scoped ? scope.suffix : "");
    const body = node.required ? this.#missingBlock(node.name, node.line) : this.body(node.body, inner);
    return `${tag}block b_${node.name} %}${body}{% endblock %}`;
  }

  #missingBlock(name: string, line: number): string {
    const fail = this.state.call("__text", line, () => {
      throw new ValueProblem(
        `Required block '${name}' not found. Fix: define it in the template that extends this one.`,
      );
    });
    return `{{ ${fail} }}`;
  }
}

/** Whether a loop's body binds names, outside of loops in it. */
function assigns(body: Body): boolean {
  return body.some((node) => {
    if (["set", "set-block", "import", "from", "macro"].includes(node.is)) return true;
    if (node.is === "if") return node.branches.some((branch) => assigns(branch.body)) || assigns(node.otherwise ?? []);
    return false;
  });
}
