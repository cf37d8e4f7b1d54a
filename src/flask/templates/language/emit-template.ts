import type { Body, Expression, Parameter, Statement, Target, Template } from "./ast.ts";
import { emitCondition, emitFilterChain, emitNativeCall, emitPath, emitValue } from "./emit-expression.ts";
import { asText, EmitState, literal, type Emitted, type Surroundings } from "./emit-state.ts";
import { exportsOf, hasPlainBlock, mentions, signatureOf } from "./exports.ts";
import { flatNames } from "./parse-tags.ts";
import { Scope } from "./scope.ts";
import { MARK } from "../values/handles.ts";

/**
 * Translates a template of Jinja into one of the engine.
 *
 * The engine does the control flow: loops, scopes, macros, blocks, inheritance and includes.
 * Operators, attributes, filters, tests and printing become calls of our functions, because there
 * the engine differs from Jinja. What neither can do is an error here, before anything is rendered.
 *
 * @param context whether the template sees the context of the rendering. Imported ones do not.
 * @throws TemplateError `syntax`, with file and line.
 */
export function emitTemplate(
  template: Template,
  name: string,
  options: { readonly context: boolean; readonly escape: boolean },
  around: Surroundings,
): Emitted {
  const state = new EmitState(name, options.context ? "v_" : "n_", options.escape, around);
  const emitter = new Emitter(state);
  const root = new Scope(undefined);
  // A block and a macro may use what is defined after them.
  for (const [exported, signature] of exportsOf(template))
    if (signature !== "value") root.bind(exported, { kind: "macro", emit: state.prefix + exported, signature });
  emitter.bindImports(template.body, root);
  state.extending = template.body.some((node) => node.is === "extends");
  const source = emitter.body(template.body, root);
  return { source, names: state.names, references: state.references, dynamic: state.dynamic };
}

class Emitter {
  readonly #state: EmitState;
  readonly #root = new Set<Body>();
  #line = 1;
  /** Whether a loop is open with names that an included template could not see. */
  #renamed = 0;

  constructor(state: EmitState) {
    this.#state = state;
  }

  bindImports(body: Body, scope: Scope): void {
    this.#root.add(body);
    for (const node of body) if (node.is === "import" || node.is === "from") this.#bindImport(node, scope);
  }

  body(body: Body, scope: Scope): string {
    return body.map((node) => this.#statement(node, scope, this.#root.has(body))).join("");
  }

  /** Begins a tag, with line breaks in it, so that the engine's lines are those of the template. */
  #tag(line: number): string {
    const missing = Math.max(0, line - this.#line);
    this.#line += missing;
    return `{%${"\n".repeat(missing)} `;
  }

  #statement(node: Statement, scope: Scope, atRoot: boolean): string {
    const state = this.#state;
    switch (node.is) {
      case "text":
        return this.#text(node.text, node.line);
      case "output":
        return this.#output(node, scope);
      case "if": {
        const branches = node.branches.map(({ test, body, line }, index) => {
          const head = `${this.#tag(line)}${index === 0 ? "if" : "elif"} ${emitCondition(test, scope, state)} %}`;
          return head + this.body(body, scope);
        });
        const otherwise = node.otherwise === undefined ? "" : `{% else %}${this.body(node.otherwise, scope)}`;
        return `${branches.join("")}${otherwise}{% endif %}`;
      }
      case "for":
        return this.#for(node, scope);
      case "set":
        return this.#set(node, scope);
      case "set-attribute": {
        const target = emitValue({ is: "name", name: node.of, line: node.line }, scope, state);
        return `${this.#tag(node.line)}do __assign(${state.place(node.line)}, ${target}, ${literal(node.name)}, ${emitValue(node.value, scope, state)}) %}`;
      }
      case "set-block": {
        const captured = `c_${state.unique()}`;
        const head = `${this.#tag(node.line)}set ${captured} %}`;
        const inner = this.body(node.body, new Scope(scope));
        const text = asText(captured, state.escape);
        const value = node.filter === undefined ? text : emitFilterChain(node.filter, text, scope, state);
        return `${head}{% with %}${inner}{% endwith %}{% endset %}{% set ${this.#bindValue(node.target, scope)} = ${value} %}`;
      }
      case "with":
        return this.#with(node, scope);
      case "macro":
        return this.#macro(node, scope);
      case "call":
        return this.#call(node, scope);
      case "filter": {
        const captured = `c_${state.unique()}`;
        const head = `${this.#tag(node.line)}set ${captured} %}{% with %}`;
        const inner = this.body(node.body, new Scope(scope));
        const value = emitFilterChain(node.filter, asText(captured, state.escape), scope, state);
        return `${head}${inner}{% endwith %}{% endset %}{{ __output(${state.place(node.line)}, ${value}) }}`;
      }
      case "autoescape":
        return this.#autoescape(node, scope);
      case "block":
        return this.#block(node, scope);
      case "extends": {
        if (!atRoot)
          state.fail(
            node.line,
            "{% extends %} inside of another tag is not possible here. Fix: write {% extends layout if wanted else 'plain.html' %}.",
          );
        return `${this.#tag(node.line)}extends __extends(${state.place(node.line)}, ${this.#templateName(node.name, scope, true)}, ${state.prefix === "v_"}) %}`;
      }
      case "include": {
        if (this.#renamed > 0 && node.context)
          state.fail(
            node.line,
            "{% include %} beside a block in one loop is not possible here. Fix: write {% block … scoped %}.",
          );
        const seen = node.context && state.prefix === "v_";
        const args = [
          state.place(node.line),
          this.#templateName(node.name, scope, node.context),
          node.ignoreMissing,
          seen,
        ];
        return `${this.#tag(node.line)}with %}{% include __include(${args.join(", ")}) %}{% endwith %}`;
      }
      case "import":
      case "from":
        return this.#import(node, scope);
    }
  }

  #text(text: string, line: number): string {
    const before = this.#line < line ? `{#${"\n".repeat(line - this.#line)}#}` : "";
    this.#line = Math.max(line, this.#line);
    if (text.includes(MARK)) this.#state.fail(line, "The character U+FDD0 cannot be in a template. Fix: remove it.");
    if (/\{[{%#]/.test(text)) return `${before}{{ ${literal(text)} }}`;
    this.#line += text.split("\n").length - 1;
    // A brace at the end would join with the next tag.
    return before + (text.endsWith("{") ? `${text.slice(0, -1)}{{ "{" }}` : text);
  }

  #output(node: Extract<Statement, { is: "output" }>, scope: Scope): string {
    const missing = Math.max(0, node.line - this.#line);
    this.#line += missing;
    const open = `{{${"\n".repeat(missing)} `;
    if (node.value.is === "call") {
      const native = emitNativeCall(node.value, scope, this.#state);
      if (native !== undefined) return `${open}${native} }}`;
    }
    if (node.value.is === "filter" && GENERATORS.includes(node.value.name))
      this.#state.fail(
        node.line,
        `The result of '${node.value.name}' is a generator, which has no printed form. Fix: add |list or |join.`,
      );
    return `${open}__output(${this.#state.place(node.value.line)}, ${emitPath(node.value, scope, this.#state)}) }}`;
  }

  #for(node: Extract<Statement, { is: "for" }>, scope: Scope): string {
    const state = this.#state;
    const renames = hasPlainBlock(node.body);
    const inner = new Scope(scope, renames ? `_${state.unique()}` : scope.suffix);
    const items = emitValue(node.of, scope, state);
    const pattern = patternOf(node.target);
    const tag = this.#tag(node.line);
    const targets = flatNames(node.target).map((name) => this.#bindValue(name, inner));
    const filter = node.filter === undefined ? "" : ` if ${emitCondition(node.filter, inner, state)}`;
    inner.bind("loop", { kind: "loop", emit: "loop", recursive: node.recursive, pattern });
    const head = `${tag}for ${targets.join(", ")} in __iterate(${state.place(node.line)}, ${literal(pattern)}, ${items})${filter}${node.recursive ? " recursive" : ""} %}`;
    if (renames) this.#renamed++;
    const plain = this.body(node.body, inner);
    // The engine keeps what a round has set for the next one, and Jinja does not.
    const body = assigns(node.body) ? `{% with %}${plain}{% endwith %}` : plain;
    if (renames) this.#renamed--;
    const otherwise = node.otherwise === undefined ? "" : `{% else %}${this.body(node.otherwise, new Scope(scope))}`;
    return `${head}${body}${otherwise}{% endfor %}`;
  }

  #set(node: Extract<Statement, { is: "set" }>, scope: Scope): string {
    const state = this.#state;
    const tag = this.#tag(node.line);
    if (typeof node.target === "string") {
      const alias = this.#alias(node.value, scope);
      if (alias !== undefined) {
        const emit = state.prefix + node.target;
        scope.bind(node.target, { ...alias, emit });
        return `${tag}set ${emit} = ${alias.emit} %}`;
      }
      const value = emitValue(node.value, scope, state);
      return `${tag}set ${this.#bindValue(node.target, scope)} = ${value} %}`;
    }
    const unpacked = `u_${state.unique()}`;
    const value = `__unpack(${state.place(node.line)}, ${literal(patternOf(node.target))}, ${emitValue(node.value, scope, state)})`;
    const parts = flatNames(node.target).map(
      (name, index) => `{% set ${this.#bindValue(name, scope)} = ${unpacked}[${index}] %}`,
    );
    return `${tag}set ${unpacked} = ${value} %}${parts.join("")}`;
  }

  /** The macro, module or loop that a value is, if it is one. */
  #alias(value: Expression, scope: Scope): ReturnType<Scope["find"]> {
    if (value.is === "name") {
      const binding = scope.find(value.name);
      return binding?.kind === "value" ? undefined : binding;
    }
    if (value.is !== "attribute" || value.of.is !== "name") return undefined;
    const module = scope.find(value.of.name);
    const signature = module?.kind === "module" ? module.exports?.get(value.name) : undefined;
    if (module?.kind !== "module" || signature === undefined || signature === "value") return undefined;
    return { kind: "macro", emit: `${module.emit}.${module.prefix}${value.name}`, signature };
  }

  /** In `{% with a = 1, b = a %}`, `a` on the right side is the one outside. */
  #with(node: Extract<Statement, { is: "with" }>, scope: Scope): string {
    const state = this.#state;
    const inner = new Scope(scope, hasPlainBlock(node.body) ? `_${state.unique()}` : scope.suffix);
    const tag = this.#tag(node.line);
    const first = node.values.map(([target, value]) => {
      const name = `w_${state.unique()}`;
      const emitted = emitValue(value, scope, state);
      const unpacked =
        typeof target === "string"
          ? emitted
          : `__unpack(${state.place(node.line)}, ${literal(patternOf(target))}, ${emitted})`;
      return { name, unpacked, target };
    });
    const second = first.flatMap(({ name, target }) =>
      flatNames(target).map(
        (item, index) => `${this.#bindValue(item, inner)} = ${typeof target === "string" ? name : `${name}[${index}]`}`,
      ),
    );
    const values = first.map(({ name, unpacked }) => `${name} = ${unpacked}`);
    return `${tag}with ${values.join(", ")} %}{% with ${second.join(", ")} %}${this.body(node.body, inner)}{% endwith %}{% endwith %}`;
  }

  /**
   * The parameters, and tags for the begin of the body: a default may use the parameters before it,
   * which the engine has not bound when it evaluates its own defaults.
   */
  #parameters(parameters: readonly Parameter[], scope: Scope): { names: string[]; defaults: string } {
    const names: string[] = [];
    let defaults = "";
    for (const { name, fallback } of parameters) {
      const emit = `v_${name}`;
      const value =
        fallback === undefined
          ? literal(`${MARK}Uparameter '${name}' was not provided`)
          : emitValue(fallback, scope, this.#state);
      scope.bind(name, { kind: "value", emit });
      names.push(emit);
      defaults += `{% if ${emit} is undefined %}{% set ${emit} = ${value} %}{% endif %}`;
    }
    return { names, defaults };
  }

  #macro(node: Extract<Statement, { is: "macro" }>, scope: Scope): string {
    const state = this.#state;
    const signature = signatureOf(node);
    const emit = state.prefix + node.name;
    scope.bind(node.name, { kind: "macro", emit, signature });
    const inner = new Scope(scope);
    const tag = this.#tag(node.line);
    const { names: parameters, defaults } = this.#parameters(node.parameters, inner);
    for (const [name, used, empty] of [
      ["varargs", signature.varargs, "__tuple(0)"],
      ["kwargs", signature.kwargs, "__dict(0)"],
    ] as const) {
      if (!used) continue;
      parameters.push(`v_${name}=${empty}`);
      inner.bind(name, { kind: "value", emit: `v_${name}` });
    }
    if (mentions(node.body, "caller")) inner.bind("caller", { kind: "macro", emit: "caller", signature: undefined });
    return `${tag}macro ${emit}(${parameters.join(", ")}) %}${defaults}${this.body(node.body, inner)}{% endmacro %}`;
  }

  #call(node: Extract<Statement, { is: "call" }>, scope: Scope): string {
    const state = this.#state;
    const callee = node.call.of;
    const name = callee.is === "name" ? callee.name : "";
    if (callee.is === "name" && state.around.isGlobal(name) && scope.find(name) === undefined)
      state.fail(node.line, `{% call %} takes a macro, and '${name}' is a function. Fix: {{ ${name}() }}.`);
    const inner = new Scope(scope);
    if (scope.find("caller") !== undefined && mentions(node.body, "caller"))
      state.fail(
        node.line,
        "No caller defined: inside of {% call %}, caller() is not that of the macro. Fix: {% set outer = caller %} before it, and outer() in it.",
      );
    const tag = this.#tag(node.line);
    const native =
      emitNativeCall(node.call, scope, state) ??
      (callee.is === "name" ? this.#unknownCall(node.call, callee.name, scope) : undefined) ??
      state.fail(node.line, "{% call %} takes a macro. Fix: {% call name() %}.");
    const { names, defaults } = this.#parameters(node.parameters, inner);
    const head = `call${names.length > 0 ? `(${names.join(", ")})` : ""} ${native} %}`;
    return `${tag}${head}${defaults}${this.body(node.body, inner)}{% endcall %}`;
  }

  /** A macro that a parameter holds, or a template that includes this one. */
  #unknownCall(call: Extract<Expression, { is: "call" }>, name: string, scope: Scope): string {
    const as = new Scope(scope);
    const binding = scope.find(name);
    as.bind(name, { kind: "macro", emit: binding?.emit ?? this.#state.prefix + name, signature: undefined });
    return emitNativeCall(call, as, this.#state)!;
  }

  #autoescape(node: Extract<Statement, { is: "autoescape" }>, scope: Scope): string {
    const state = this.#state;
    if (node.on.is !== "constant" || typeof node.on.value !== "boolean")
      return state.fail(node.line, "{% autoescape %} takes true or false here. Fix: write one of them.");
    const before = state.escape;
    state.escape = node.on.value;
    const body = this.body(node.body, new Scope(scope));
    state.escape = before;
    return `{% with %}${body}{% endwith %}`;
  }

  #block(node: Extract<Statement, { is: "block" }>, scope: Scope): string {
    const tag = this.#tag(node.line);
    const inner = new Scope(node.scoped ? scope : scope.root, node.scoped ? scope.suffix : "");
    const body = node.required
      ? `{{ __required(${this.#state.place(node.line)}, ${literal(node.name)}) }}`
      : this.body(node.body, inner);
    return `${tag}block b_${node.name} %}${body}{% endblock %}`;
  }

  /**
   * The name of another template, which is noted as `c:name` with the context, or `n:name` without.
   */
  #templateName(name: Expression, scope: Scope, context: boolean): string {
    const names = name.is === "list" || name.is === "tuple" ? name.items : [name];
    for (const item of names) {
      if (item.is === "constant" && typeof item.value === "string")
        this.#state.references.add(`${context && this.#state.prefix === "v_" ? "c" : "n"}:${item.value}`);
      else this.#state.dynamic = true;
    }
    return emitValue(name, scope, this.#state);
  }

  #bindImport(node: Extract<Statement, { is: "import" | "from" }>, scope: Scope): void {
    const { prefix, around } = this.#state;
    const modulePrefix = node.context ? prefix : "n_";
    const known =
      node.name.is === "constant" && typeof node.name.value === "string"
        ? around.exportsOf(node.name.value)
        : undefined;
    if (node.is === "import") {
      scope.bind(node.as, { kind: "module", emit: prefix + node.as, prefix: modulePrefix, exports: known });
      return;
    }
    for (const [name, as] of node.names) {
      const signature = known?.get(name);
      if (known !== undefined && signature === undefined)
        this.#state.fail(
          node.line,
          `the template '${String((node.name as { value?: unknown }).value)}' does not export the requested name '${name}'. It has ${[...known.keys()].join(", ") || "none"}.`,
        );
      const emit = prefix + as;
      scope.bind(as, signature === "value" ? { kind: "value", emit } : { kind: "macro", emit, signature });
    }
  }

  #import(node: Extract<Statement, { is: "import" | "from" }>, scope: Scope): string {
    const state = this.#state;
    this.#bindImport(node, scope);
    const tag = this.#tag(node.line);
    const name = `__import(${state.place(node.line)}, ${this.#templateName(node.name, scope, node.context)}, ${node.context && state.prefix === "v_"})`;
    if (node.is === "import") return `${tag}import ${name} as ${state.prefix}${node.as} %}`;
    const modulePrefix = node.context ? state.prefix : "n_";
    const names = node.names.map(([imported, as]) => `${modulePrefix}${imported} as ${state.prefix}${as}`);
    return `${tag}from ${name} import ${names.join(", ")} %}`;
  }

  #bindValue(name: string, scope: Scope): string {
    const emit = `${this.#state.prefix}${name}${scope.suffix}`;
    scope.bind(name, { kind: "value", emit });
    // Where the template does not assign it, the context may have it.
    if (scope.suffix === "") this.#state.names.add(name);
    return emit;
  }
}

/** Filters that return generators in Jinja, which prints their address. */
const GENERATORS = ["map", "select", "reject", "selectattr", "rejectattr", "batch", "slice", "unique", "items"];

/** Whether a loop's body binds names, outside of loops in it. */
function assigns(body: Body): boolean {
  return body.some((node) => {
    if (["set", "set-block", "import", "from", "macro"].includes(node.is)) return true;
    if (node.is === "if") return node.branches.some((branch) => assigns(branch.body)) || assigns(node.otherwise ?? []);
    return false;
  });
}

/** `.` for a name, `(..)` for two names in a tuple; empty for one name alone. */
function patternOf(target: Target): string {
  const shape = (part: Target): string => (typeof part === "string" ? "." : `(${part.map(shape).join("")})`);
  return typeof target === "string" ? "" : shape(target);
}
