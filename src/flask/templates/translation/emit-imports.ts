import type { Expression, Statement } from "../language/ast.ts";
import type { BodyWriter } from "./body-writer.ts";
import type { Lookup } from "./code.ts";
import type { Scope } from "./scope.ts";
import type { TranslationState } from "./translation-state.ts";

type Import = Extract<Statement, { is: "import" | "from" }>;

/** `{% extends %}`. */
export function emitExtends(
  node: Extract<Statement, { is: "extends" }>,
  atRoot: boolean,
  scope: Scope,
  writer: BodyWriter,
): string {
  const { state } = writer;
  if (!atRoot)
    state.fail(
      node.line,
      "{% extends %} inside of another tag is not possible here. Fix: write {% extends layout if wanted else 'plain.html' %}.",
    );
  const tag = writer.tag(node.line);
  return `${tag}extends ${emitLookup(node.name, node.line, true, scope, state)} %}`;
}

/** `{% include %}`. */
export function emitInclude(node: Extract<Statement, { is: "include" }>, scope: Scope, writer: BodyWriter): string {
  const { name, line, context, ignoreMissing } = node;
  if (writer.isRenaming && context)
    writer.state.fail(
      line,
      "{% include %} beside a block in one loop is not possible here. Fix: write {% block … scoped %}.",
    );
  const tag = writer.tag(line);
  const found = emitLookup(name, line, context, scope, writer.state, ignoreMissing);
  return `${tag}with %}{% include ${found} %}{% endwith %}`;
}

/** `{% import %}` and `{% from %}`. */
export function emitImport(node: Import, scope: Scope, writer: BodyWriter): string {
  const { state } = writer;
  bindImport(node, scope, state);
  const tag = writer.tag(node.line);
  const found = emitLookup(node.name, node.line, node.context, scope, state);
  if (node.is === "import") return `${tag}import ${found} as ${state.prefix}${node.as} %}`;
  const modulePrefix = node.context ? state.prefix : "n_";
  const names = node.names.map(([imported, as]) => `${modulePrefix}${imported} as ${state.prefix}${as}`);
  return `${tag}from ${found} import ${names.join(", ")} %}`;
}

/** Binds the names of an import to what the imported template exports. */
export function bindImport(node: Import, scope: Scope, state: TranslationState): void {
  const { prefix, around } = state;
  const modulePrefix = node.context ? prefix : "n_";
  const file = node.name.is === "constant" && typeof node.name.value === "string" ? node.name.value : undefined;
  const known = file === undefined ? undefined : around.exportsOf(file);
  if (node.is === "import") {
    scope.bind(node.as, { kind: "module", emit: prefix + node.as, prefix: modulePrefix, exports: known });
    return;
  }
  for (const [name, as] of node.names) {
    const signature = known?.get(name);
    if (known !== undefined && signature === undefined)
      state.fail(
        node.line,
        `the template '${file}' does not export the requested name '${name}'. It has ${[...known.keys()].join(", ") || "none"}.`,
      );
    const emit = prefix + as;
    scope.bind(as, signature === "value" ? { kind: "value", emit } : { kind: "macro", emit, signature });
  }
}

/**
 * The engine's name of another template. The name is noted as `c:name` with the context, or
 * `n:name` without, so that the template is loaded before the rendering.
 */
function emitLookup(
  name: Expression,
  line: number,
  context: boolean,
  scope: Scope,
  state: TranslationState,
  ignoreMissing = false,
): string {
  const lookup: Lookup = { ignoreMissing, context: context && state.prefix === "v_" };
  for (const item of name.is === "list" || name.is === "tuple" ? name.items : [name]) {
    if (item.is === "constant" && typeof item.value === "string")
      state.references.add(`${lookup.context ? "c" : "n"}:${item.value}`);
    else state.dynamic = true;
  }
  return state.expressions.code("__template", name, scope, (running, value) => running.find(value, lookup), { line });
}
