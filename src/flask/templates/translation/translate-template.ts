import type { Template } from "../language/ast.ts";
import { exportsOf } from "../language/exports.ts";
import { BodyEmitter } from "./emit-body.ts";
import { bindImport } from "./emit-imports.ts";
import { ExpressionTranslator } from "./expression-translator.ts";
import { Scope } from "./scope.ts";
import { TranslationState, type Surroundings, type Translated } from "./translation-state.ts";

/**
 * Translates a template of Jinja into one of the engine.
 *
 * The engine does the control flow: loops, scopes, macros, blocks, inheritance and includes. The
 * expressions are compiled to functions of ours, because there the engine differs from Jinja. What
 * neither can do is an error here, before anything is rendered.
 *
 * @param context whether the template sees the context of the rendering. Imported ones do not.
 * @throws TemplateError `syntax`, with file and line.
 */
export function translateTemplate(
  template: Template,
  name: string,
  options: { readonly context: boolean; readonly escape: boolean },
  around: Surroundings,
): Translated {
  const state = new TranslationState(
    name,
    options.context ? "v_" : "n_",
    options.escape,
    around,
    (own) => new ExpressionTranslator(own),
  );
  const root = new Scope(undefined);
  // A block and a macro may use what is defined after them.
  for (const [exported, signature] of exportsOf(template))
    if (signature !== "value") root.bind(exported, { kind: "macro", emit: state.prefix + exported, signature });
  for (const node of template.body) if (node.is === "import" || node.is === "from") bindImport(node, root, state);
  state.extending = template.body.some((node) => node.is === "extends");
  const source = new BodyEmitter(state, template.body).body(template.body, root);
  return { source, names: state.names, references: state.references, dynamic: state.dynamic };
}
